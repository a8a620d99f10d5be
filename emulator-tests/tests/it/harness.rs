//! The harness itself: if these fail, the failures of the others mean nothing.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::Folder;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::{BlobService, content_md5};
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
fn azures_python_sdk_sees_what_our_look_sees() {
    let container = azurite::shared().blob_service().fresh_container("look");
    Tree::named(["a", "b/c & d", "ü"]).put_into(&container);
    let ours: Vec<_> = container.list().into_values().collect();
    assert_eq!(Peers::find().python_list(&container), ours);
}

#[test]
fn trees_of_azcopy_and_rclone_are_read_back_as_they_were_sent() {
    let (peers, source, logs) = (Peers::find(), Folder::new(), Folder::new());
    let tree = Tree::named(["a", "b/c & d", "ü%"]).with("large", noise(1, 5 << 20));
    tree.write_to(source.path());

    let container = azurite::shared()
        .blob_service()
        .fresh_container("by-azcopy");
    let target = format!("{}?{}", container.url(), container.service().account_sas());
    let below = format!("{}/*", source.path().display());
    peers::run(peers.azcopy("LocalBlob", &below, &target, logs.path()));
    assert_same(&tree, &Tree::get_from(&container));

    let container = azurite::shared()
        .blob_service()
        .fresh_container("by-rclone");
    let target = format!("azure:{}", container.name());
    peers::run(peers.rclone(
        container.service(),
        &source.path().to_string_lossy(),
        &target,
    ));
    assert_same(&tree, &Tree::get_from(&container));
}
