//! Blobs that stand for directories, and characters that separate them.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::tree::{Tree, names_below};

fn download(container: &Container, target: &Folder) -> Azring {
    Azring::download(container, target.path()).args(["/S", "/Y"])
}

fn marked() -> Container {
    let container = azurite::shared().blob_service().fresh_container("marks");
    for (name, value) in [("empty", "true"), ("full", "True")] {
        container.put_with(name, "", &[("x-ms-meta-hdi_isfolder", value)]);
    }
    container.put("full/a.txt", "abc");
    // Not a mark: it has bytes.
    container.put_with("data", "abc", &[("x-ms-meta-hdi_isfolder", "true")]);
    container
}

#[test]
fn a_mark_for_a_directory_becomes_a_folder_and_counts_as_a_file() {
    let (container, target) = (marked(), Folder::new());
    download(&container, &target)
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert!(target.join("empty").is_dir());
    assert!(target.join("full").is_dir());
    assert_eq!(std::fs::read(target.join("full/a.txt")).unwrap(), b"abc");
    assert_eq!(std::fs::read(target.join("data")).unwrap(), b"abc");
    // The second time the folders are there, which is no reason to ask or to fail.
    download(&container, &target)
        .run()
        .succeeded()
        .counting(4, 0, 0);
}

#[test]
fn a_single_mark_becomes_a_folder_too() {
    let (container, target) = (marked(), Folder::new());
    let url = format!("{}/empty", container.url());
    Azring::copy(url, target.path())
        .source_key(container.service().account())
        .args(["/SourceType:Blob", "/Y"])
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert!(target.join("empty").is_dir());
}

#[test]
fn a_file_in_the_way_of_a_folder_fails_the_mark_and_stays() {
    let (container, target) = (marked(), Folder::new());
    std::fs::write(target.join("empty"), "mine").unwrap();
    download(&container, &target)
        .run()
        .failed()
        .counting(3, 0, 1)
        .naming(&["empty", "a file already exists with the same name"]);
    assert_eq!(std::fs::read(target.join("empty")).unwrap(), b"mine");
}

#[test]
fn any_character_separates_directories_if_it_is_said_to() {
    let container = azurite::shared()
        .blob_service()
        .fresh_container("delimiter");
    Tree::named(["a#b/c", "#x", "y#", "p##q", "a#b#d"]).put_into(&container);
    let target = Folder::new();
    download(&container, &target)
        .arg("/Delimiter:#")
        .run()
        .succeeded()
        .counting(5, 0, 0);
    assert_eq!(
        names_below(target.path()),
        ["#x", "a/b%2Fc", "a/b/d", "p/#q", "y#"]
    );
}
