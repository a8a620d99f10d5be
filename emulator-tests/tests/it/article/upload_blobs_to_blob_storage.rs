//! "Upload blobs to Blob storage".

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::tree::Tree;

use super::{DEFAULT_TYPE, assert_holds, assumed_files, container};

/// `AzCopy /Source:folder /Dest:url /DestKey:key`
fn upload(folder: &Folder, container: &Container, url: &str) -> Azring {
    Azring::copy(folder.path(), url).dest_key(container.service().account())
}

fn folder_with(files: &Tree) -> Folder {
    let folder = Folder::new();
    files.write_to(folder.path());
    folder
}

#[test]
fn upload_a_single_blob() {
    let folder = folder_with(&assumed_files());
    let missing = azurite::shared().blob_service().unmade_container("single");

    let outcome = upload(&folder, &missing, &missing.url())
        .arg("/Pattern:abc.txt")
        .run();

    outcome.succeeded().counting(1, 0, 0);
    assert_holds(&missing, &Tree::named(["abc.txt"]), DEFAULT_TYPE);
}

#[test]
fn upload_a_single_blob_to_a_virtual_directory() {
    let folder = folder_with(&assumed_files());
    let container = container("directory");

    let url = container.url() + "/vd";
    let outcome = upload(&folder, &container, &url)
        .arg("/Pattern:abc.txt")
        .run();

    outcome.succeeded().counting(1, 0, 0);
    assert_holds(
        &container,
        &Tree::named(["abc.txt"]).below("vd"),
        DEFAULT_TYPE,
    );
}

#[test]
fn upload_all_blobs_in_a_folder() {
    let folder = folder_with(&assumed_files());
    let container = container("folder");

    let outcome = upload(&folder, &container, &container.url())
        .arg("/S")
        .run();

    outcome.succeeded().counting(5, 0, 0);
    assert_holds(&container, &assumed_files(), DEFAULT_TYPE);
}

#[test]
fn upload_all_blobs_in_a_folder_without_s_leaves_its_subfolders() {
    let folder = folder_with(&assumed_files());
    let container = container("folder");

    let outcome = upload(&folder, &container, &container.url()).run();

    outcome.succeeded().counting(3, 0, 0);
    assert_holds(
        &container,
        &Tree::named(["abc.txt", "abc1.txt", "abc2.txt"]),
        DEFAULT_TYPE,
    );
}

#[test]
fn upload_blobs_matching_a_specific_pattern() {
    let folder = folder_with(&assumed_files().with("xyz.txt", "not this"));
    let container = container("pattern");

    let outcome = upload(&folder, &container, &container.url())
        .args(["/Pattern:a*", "/S"])
        .run();

    outcome.succeeded().counting(5, 0, 0);
    assert_holds(&container, &assumed_files(), DEFAULT_TYPE);
}

#[test]
fn upload_blobs_matching_a_specific_pattern_without_s_leaves_its_subfolders() {
    let folder = folder_with(&assumed_files().with("xyz.txt", "not this"));
    let container = container("pattern");

    let outcome = upload(&folder, &container, &container.url())
        .arg("/Pattern:a*")
        .run();

    outcome.succeeded().counting(3, 0, 0);
    assert_holds(
        &container,
        &Tree::named(["abc.txt", "abc1.txt", "abc2.txt"]),
        DEFAULT_TYPE,
    );
}

#[test]
fn specify_the_mime_content_type_of_a_destination_blob() {
    let folder = folder_with(&Tree::named(["ab", "abc.txt"]));
    let container = container("type");

    // Both addresses end in a slash, as in the article.
    let outcome = Azring::copy(
        format!("{}/", folder.path().display()),
        container.url() + "/",
    )
    .dest_key(container.service().account())
    .args(["/Pattern:ab", "/SetContentType:video/mp4"])
    .run();

    outcome.succeeded().counting(1, 0, 0);
    assert_holds(&container, &Tree::named(["ab"]), "video/mp4");
}

#[test]
fn specify_the_mime_content_type_of_a_destination_blob_by_its_extension() {
    let types = [
        ("ab", "application/octet-stream"),
        ("page.html", "text/html"),
        ("picture.jpg", "image/jpeg"),
        ("notes.txt", "text/plain"),
        ("below/data.json", "application/json"),
        ("upper.PNG", "image/png"),
    ];
    let folder = folder_with(&Tree::named(types.map(|(name, _)| name)));
    let container = container("type");

    let outcome = upload(&folder, &container, &container.url())
        .args(["/SetContentType", "/S"])
        .run();

    outcome.succeeded().counting(6, 0, 0);
    let listed = container.list();
    for (name, content_type) in types {
        assert_eq!(
            listed[name].content_type, content_type,
            "content type of {name:?}"
        );
    }
}
