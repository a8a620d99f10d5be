//! Append blobs: written in order, whoever carries the pieces.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::{Container, content_md5};
use azring_emulator_tests::tree::{Tree, noise};

fn upload(source: &Folder, container: &Container) -> Azring {
    Azring::copy(source.path(), container.url())
        .dest_key(container.service().account())
        .args(["/BlobType:append", "/S", "/Y"])
}

#[test]
fn files_become_append_blobs_in_order_with_their_digest_and_come_back() {
    let container = azurite::shared().blob_service().fresh_container("append");
    let (source, target) = (Folder::new(), Folder::new());
    let tree = Tree::named(["empty", "a/small"])
        .with("large", noise(1, (41 << 20) + 13))
        .with("another", noise(2, 17 << 20));
    tree.write_to(source.path());
    for _ in 0..2 {
        // The second time the blobs are made anew, not appended to.
        upload(&source, &container)
            .arg("/NC:16")
            .run()
            .succeeded()
            .counting(4, 0, 0);
        assert_same(&tree, &Tree::get_from(&container));
    }
    for (name, bytes) in tree.files() {
        let stored = container.ask("HEAD", name, &[], &[], "").succeeded();
        assert_eq!(stored.header("x-ms-blob-type"), "AppendBlob");
        assert_eq!(stored.header("content-md5"), content_md5(bytes), "{name}");
    }
    Azring::copy(container.url(), target.path())
        .source_key(container.service().account())
        .args(["/SourceType:Blob", "/S", "/CheckMD5"])
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
}
