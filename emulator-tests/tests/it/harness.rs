//! The harness itself: if these fail, the failures of the others mean nothing.

use azring_emulator_tests::azurite;
use azring_emulator_tests::rest::{BlobService, content_md5};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

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

/// Azurite reads the source through the address in its URL, which it must reach from where it runs.
#[test]
fn azurite_copies_from_one_account_to_another() {
    let azurite = azurite::shared_https();
    let [first, second] = azurite.accounts() else {
        panic!("it has two accounts");
    };
    let source = azurite.blob_service_of(first).fresh_container("from");
    let target = azurite.blob_service_of(second).fresh_container("to");
    source.put("a", "abc");

    let sas = source.service().account_sas();
    let address = format!("{}/a?{sas}", source.url());
    target
        .ask("PUT", "b", &[], &[("x-ms-copy-source", &address)], "")
        .succeeded();

    assert_eq!(target.get("b"), b"abc");
}

#[test]
fn container_that_was_not_made_does_not_exist() {
    let container = azurite::shared().blob_service().unmade_container("harness");
    assert!(!container.exists());
    container.make();
    assert!(container.exists());
}

#[test]
fn a_share_is_filled_read_and_listed_with_its_directories() {
    let (_server, service) = single_account::start_for_files();
    let share = service.unmade_share("harness");
    assert!(!share.exists());
    share.make();
    let tree = Tree::new()
        .with("a & b/c/ü.txt", "abc")
        .with("large", noise(1, (4 << 20) + 1))
        .with("empty", "");
    tree.put_into(&share);
    share.put_with("typed", "x", &[("x-ms-content-type", "text/plain")]);

    assert_eq!(share.directories(), ["a & b", "a & b/c"]);
    assert_eq!(share.properties("typed").content_type, "text/plain");
    assert_eq!(share.written_ranges("large"), [(0, 4 << 20)]);
    share.delete("typed");
    assert!(Tree::get_from(&share) == tree);
}
