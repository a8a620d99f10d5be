//! What azring wrote, strangers read; what strangers wrote, azring reads.

use std::path::Path;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::{Container, content_md5};
use azring_emulator_tests::tree::{Tree, noise};

/// Small files, an empty one, one of several blocks, and names that have to be encoded.
fn tree() -> Tree {
    Tree::named(["a.txt", "b/c d.html", "b/ü/日本.json", "100% & more+.bin"])
        .with("empty", "")
        .with("large.bin", noise(3, 9 * 1024 * 1024 + 7))
}

fn container(purpose: &str) -> Container {
    azurite::shared().blob_service().fresh_container(purpose)
}

/// Plants the tree in a container by `upload`, and claims that azring brings all of it down.
fn azring_downloads_what(upload: impl Fn(&Peers, &Path, &Container), purpose: &str) {
    let container = container(purpose);
    let (source, target) = (Folder::new(), Folder::new());
    tree().write_to(source.path());
    upload(&Peers::find(), source.path(), &container);
    assert_eq!(
        container.list().len(),
        tree().len(),
        "the stranger uploaded all of it"
    );

    let outcome = Azring::copy(container.url(), target.path())
        .source_key(container.service().account())
        .arg("/S")
        .run();

    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));
}

#[test]
fn azring_downloads_what_azcopy_uploaded() {
    azring_downloads_what(
        |peers, source, container| {
            let logs = Folder::new();
            let target = format!("{}?{}", container.url(), container.service().account_sas());
            let source = format!("{}/*", source.display());
            peers::run(peers.azcopy("LocalBlob", &source, &target, logs.path()));
        },
        "by-azcopy",
    );
}

#[test]
fn azring_downloads_what_rclone_uploaded() {
    azring_downloads_what(
        |peers, source, container| {
            let target = format!("azure:{}", container.name());
            peers::run(peers.rclone(container.service(), &source.to_string_lossy(), &target));
        },
        "by-rclone",
    );
}

#[test]
fn azures_python_sdk_agrees_on_what_azring_uploaded() {
    let container = container("for-python");
    let source = Folder::new();
    tree().write_to(source.path());

    let outcome = Azring::copy(source.path(), container.url())
        .dest_key(container.service().account())
        .args(["/S", "/SetContentType"])
        .run();

    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    let listed = Peers::find().python_list(&container);
    assert_eq!(
        listed,
        container.list().into_values().collect::<Vec<_>>(),
        "two clients see the same"
    );
    assert_eq!(listed.len(), tree().len());
    for blob in listed {
        let name = blob.name.as_str();
        let bytes = tree().get(name).expect("it was uploaded").to_owned();
        assert_eq!(blob.bytes, bytes.len() as u64, "length of {name:?}");
        assert_eq!(blob.content_md5, content_md5(&bytes), "MD5 of {name:?}");
        let content_type = match name.rsplit_once('.') {
            Some((_, "txt")) => "text/plain",
            Some((_, "html")) => "text/html",
            Some((_, "json")) => "application/json",
            _ => "application/octet-stream",
        };
        assert_eq!(blob.content_type, content_type, "content type of {name:?}");
    }
}
