//! Other programs read what azring uploaded, and azring reads what other programs uploaded.

use std::path::Path;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::{Container, content_md5};
use azring_emulator_tests::tree::{Tree, noise};

/// Small files, an empty one, one of several blocks, and names that have to be encoded.
fn tree() -> Tree {
    Tree::named([
        "a.txt",
        "b/c d.html",
        "b/ü/日本.json",
        "100% & more+.bin",
        "b/c & d",
        "ü%",
    ])
    .with("empty", "")
    .with("large.bin", noise(3, 9 * 1024 * 1024 + 7))
}

fn container(purpose: &str) -> Container {
    azurite::shared().blob_service().fresh_container(purpose)
}

/// A program that uploads: its name, and how it uploads a folder to a container.
type Uploader = (&'static str, fn(&Peers, &Path, &Container));

const UPLOADERS: [Uploader; 2] = [
    ("azcopy", |peers, source, container| {
        let logs = Folder::new();
        let target = format!("{}?{}", container.url(), container.service().account_sas());
        let source = format!("{}/*", source.display());
        peers::run(peers.azcopy("LocalBlob", &source, &target, logs.path()));
    }),
    ("rclone", |peers, source, container| {
        let target = format!("azure:{}", container.name());
        peers::run(peers.rclone(container.service(), &source.to_string_lossy(), &target));
    }),
];

#[test]
fn azring_downloads_what_other_programs_uploaded() {
    let source = Folder::new();
    tree().write_to(source.path());
    for (program, upload) in UPLOADERS {
        let container = container(&format!("by-{program}"));
        upload(&Peers::find(), source.path(), &container);
        // The client of the tests reads what another program stored, so it can be trusted about azring's uploads.
        assert_same(&tree(), &Tree::get_from(&container));

        let target = Folder::new();
        let outcome = Azring::copy(container.url(), target.path())
            .source_key(container.service().account())
            .arg("/S")
            .run();
        outcome.succeeded().counting(tree().len() as u64, 0, 0);
        assert_same(&tree(), &Tree::read_from(target.path()));
    }
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
