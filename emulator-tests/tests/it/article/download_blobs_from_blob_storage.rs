//! "Download blobs from Blob storage".

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::tree::Tree;

use super::{assumed_blobs, container};

const HOUR: Duration = Duration::from_hours(1);

/// `AzCopy /Source:container /Dest:folder /SourceKey:key`
fn download(from: &Container, folder: &Path) -> Azring {
    Azring::copy(from.url(), folder).source_key(from.service().account())
}

#[test]
fn download_a_single_blob() {
    let container = container("single");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();
    let missing = folder.join("myfolder");

    let outcome = download(&container, &missing).arg("/Pattern:abc.txt").run();

    outcome.succeeded().counting(1, 0, 0);
    assert_same(&Tree::named(["abc.txt"]), &Tree::read_from(&missing));
}

#[test]
fn download_a_single_blob_from_the_secondary_region() {
    let container = container("secondary");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();

    let outcome = Azring::copy(container.secondary_url(), folder.path())
        .source_key(container.service().account())
        .arg("/Pattern:abc.txt")
        .run();

    outcome.succeeded().counting(1, 0, 0);
    assert_same(&Tree::named(["abc.txt"]), &Tree::read_from(folder.path()));
}

#[test]
fn download_all_blobs_in_a_container() {
    let container = container("all");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();

    let outcome = download(&container, folder.path()).arg("/S").run();

    outcome.succeeded().counting(5, 0, 0);
    assert_same(&assumed_blobs(), &Tree::read_from(folder.path()));
}

#[test]
fn download_all_blobs_in_a_container_without_s_downloads_none() {
    let container = container("all");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();

    let outcome = download(&container, folder.path()).run();

    outcome.succeeded().counting(0, 0, 0);
    assert!(Tree::read_from(folder.path()).is_empty());
}

#[test]
fn download_blobs_with_a_specific_prefix() {
    let container = container("prefix");
    assumed_blobs()
        .with("xyz.txt", "not this")
        .put_into(&container);
    let folder = Folder::new();

    let outcome = download(&container, folder.path())
        .args(["/Pattern:a", "/S"])
        .run();

    outcome.succeeded().counting(3, 0, 0);
    let expected = Tree::named(["abc.txt", "abc1.txt", "abc2.txt"]);
    assert_same(&expected, &Tree::read_from(folder.path()));
}

#[test]
fn download_blobs_with_a_specific_prefix_without_s_downloads_none() {
    let container = container("prefix");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();

    let outcome = download(&container, folder.path()).arg("/Pattern:a").run();

    outcome.succeeded().counting(0, 0, 0);
    assert!(Tree::read_from(folder.path()).is_empty());
}

#[test]
fn set_the_last_modified_time_of_exported_files_to_be_same_as_the_source_blobs() {
    let container = container("times");
    assumed_blobs().put_into(&container);
    let folder = Folder::new();

    // The article's line has no `/S`: it is accepted, and selects nothing.
    let as_written = download(&container, folder.path()).arg("/MT").run();
    as_written.succeeded().counting(0, 0, 0);

    let outcome = download(&container, folder.path())
        .args(["/MT", "/S"])
        .run();

    outcome.succeeded().counting(5, 0, 0);
    for blob in container.list().into_values() {
        let expected =
            jiff::fmt::rfc2822::parse(&blob.last_modified).expect("the service writes HTTP dates");
        let expected = SystemTime::from(expected.timestamp());
        assert_eq!(
            modified(&folder.join(&blob.name)),
            expected,
            "time of {:?}",
            blob.name
        );
    }
}

#[test]
fn exclude_blobs_whose_last_modified_time_is_the_same_or_newer_than_the_destination_file() {
    let (container, folder) = blobs_and_files_of_other_ages();

    let outcome = download(&container, folder.path())
        .args(["/MT", "/XN", "/S", "/Y"])
        .run();

    outcome.succeeded().counting(2, 2, 0);
    assert_eq!(replaced(&folder), ["missing.txt", "newer.txt"]);
}

#[test]
fn exclude_blobs_whose_last_modified_time_is_the_same_or_older_than_the_destination_file() {
    let (container, folder) = blobs_and_files_of_other_ages();

    let outcome = download(&container, folder.path())
        .args(["/MT", "/XO", "/S", "/Y"])
        .run();

    outcome.succeeded().counting(2, 2, 0);
    assert_eq!(replaced(&folder), ["missing.txt", "older.txt"]);
}

/// Blobs of now, and files that are older, newer, just as old, and missing.
fn blobs_and_files_of_other_ages() -> (Container, Folder) {
    let container = container("ages");
    for name in ["older.txt", "newer.txt", "same.txt", "missing.txt"] {
        container.put(name, "from the service");
    }
    let folder = Folder::new();
    // The blobs' own times, as azring sets them, are where the ages start from.
    let exact = download(&container, folder.path())
        .args(["/MT", "/S", "/Pattern:same"])
        .run();
    exact.succeeded();
    let now = modified(&folder.join("same.txt"));
    for (name, time) in [
        ("older.txt", now - HOUR),
        ("newer.txt", now + HOUR),
        ("same.txt", now),
    ] {
        let path = folder.join(name);
        fs::write(&path, "was here").expect("the folder is ours");
        let file = File::options()
            .write(true)
            .open(&path)
            .expect("it was just written");
        file.set_modified(time).expect("it is ours");
    }
    (container, folder)
}

/// The names of the files that hold what the service had.
fn replaced(folder: &Folder) -> Vec<String> {
    let files = Tree::read_from(folder.path());
    let replaced = files
        .files()
        .filter(|(_, bytes)| *bytes == b"from the service");
    replaced.map(|(name, _)| name.to_owned()).collect()
}

fn modified(path: &Path) -> SystemTime {
    let metadata = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    metadata.modified().expect("Linux keeps this time")
}
