//! Every example of the article's sections on blobs and files, in its order and under its headings, with local addresses for
//! `myaccount.blob.core.windows.net` and a Linux folder for `C:\myfolder`.
//!
//! <https://learn.microsoft.com/previous-versions/azure/storage/storage-use-azcopy>

mod copy_blobs_in_blob_storage;
mod copy_files_in_file_storage;
mod download_blobs_from_blob_storage;
mod download_files_from_file_storage;
mod examples;
mod other_azcopy_features;
mod release_notes;
mod synchronously_copy_blobs;
mod transcripts;
mod upload_blobs_to_blob_storage;
mod upload_files_to_a_file_share;

use azring_emulator_tests::azurite;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::{Container, Share, content_md5};
use azring_emulator_tests::tree::Tree;

/// What AzCopy gives a blob when nobody says otherwise.
const DEFAULT_TYPE: &str = "application/octet-stream";

/// A container of the account whose address the article writes as `https://myaccount.blob.core.windows.net`.
fn container(purpose: &str) -> Container {
    azurite::shared().blob_service().fresh_container(purpose)
}

/// The blobs that the article assumes: in the container, and one level below it.
fn assumed_blobs() -> Tree {
    Tree::named([
        "abc.txt",
        "abc1.txt",
        "abc2.txt",
        "vd1/a.txt",
        "vd1/abcd.txt",
    ])
}

/// The files that the article assumes in `C:\myfolder`.
fn assumed_files() -> Tree {
    Tree::named([
        "abc.txt",
        "abc1.txt",
        "abc2.txt",
        "subfolder/a.txt",
        "subfolder/abcd.txt",
    ])
}

/// Claims that the container holds these blobs and no others, byte for byte, each with its MD5 and this content type, and
/// without metadata.
#[track_caller]
fn assert_holds(container: &Container, expected: &Tree, content_type: &str) {
    assert_same(expected, &Tree::get_from(container));
    for blob in container.list().into_values() {
        let bytes = expected.get(&blob.name).expect("the names are equal");
        assert_eq!(
            blob.content_md5,
            content_md5(bytes),
            "MD5 of {:?}",
            blob.name
        );
        assert_eq!(
            blob.content_type, content_type,
            "content type of {:?}",
            blob.name
        );
        assert_eq!(blob.blob_type, "BlockBlob", "type of {:?}", blob.name);
        let head = container.ask("HEAD", &blob.name, &[], &[], "").succeeded();
        let metadata: Vec<_> = head
            .headers
            .keys()
            .filter(|name| name.starts_with("x-ms-meta-"))
            .collect();
        assert!(metadata.is_empty(), "{metadata:?} of {:?}", blob.name);
    }
}

/// Claims that the share holds these files and no others, byte for byte, each with its MD5 and this content type, and
/// without metadata.
#[track_caller]
fn assert_share_holds(share: &Share, expected: &Tree, content_type: &str) {
    assert_same(expected, &Tree::get_from(share));
    for file in share.list().into_values() {
        let bytes = expected.get(&file.name).expect("the names are equal");
        let name = &file.name;
        assert_eq!(file.content_md5, content_md5(bytes), "MD5 of {name:?}");
        assert_eq!(file.content_type, content_type, "content type of {name:?}");
        assert!(file.metadata.is_empty(), "{:?} of {name:?}", file.metadata);
    }
}
