//! The harness itself: if these fail, the failures of the others mean nothing.

use azring_emulator_tests::rest::content_md5;
use azring_emulator_tests::{azurite, rest::BlobService};

fn put_and_look(service: &BlobService) {
    let container = service.fresh_container("harness");
    container.put_with(
        "a & b/ü.txt",
        "abc",
        &[("x-ms-blob-content-type", "text/plain")],
    );
    let listed = container.list();
    let blob = &listed["a & b/ü.txt"];
    assert_eq!(blob.bytes, 3);
    assert_eq!(blob.content_type, "text/plain");
    assert_eq!(blob.content_md5, content_md5(b"abc"));
    assert_eq!(container.get("a & b/ü.txt"), b"abc");
    container.delete("a & b/ü.txt");
    assert!(container.names().is_empty());
}

#[test]
fn azurite_stores_and_lists_over_http() {
    put_and_look(&azurite::shared().blob_service());
}

#[test]
fn azurite_stores_and_lists_over_https_for_every_account() {
    let azurite = azurite::shared_https();
    for account in azurite.accounts() {
        put_and_look(&azurite.blob_service_of(account));
    }
}

#[test]
fn container_that_was_not_made_does_not_exist() {
    let container = azurite::shared().blob_service().unmade_container("harness");
    assert!(!container.exists());
    container.make();
    assert!(container.exists());
}
