//! `azring sync /Posix` and `/FolderMarks`: permissions are compared, and folders have marks.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::sync::{down, says, set_time, up};

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").mode() & 0o7777
}

fn metadata(container: &Container, name: &str, key: &str) -> String {
    let answer = container.ask("HEAD", name, &[], &[], Vec::new());
    let header = format!("x-ms-meta-{key}");
    answer.succeeded().header(&header).to_owned()
}

/// Requests of one operation since the last call.
fn requests(server: &Server, operations: &[&str]) -> Vec<u64> {
    let counters = &server.watch().counters;
    let all = operations.iter();
    let all = all
        .map(|operation| counters.of(operation).requests)
        .collect();
    counters.reset();
    all
}

fn world() -> (Server, Container, Folder) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("posix");
    let folder = Folder::new();
    Tree::named(["a", "d/b"]).write_to(folder.path());
    chmod(&folder.join("a"), 0o644);
    (server, container, folder)
}

#[test]
fn only_the_metadata_of_a_blob_is_set_where_only_permissions_differ() {
    for form in ["azcopy", "amlfs", "rclone"] {
        let (server, container, folder) = world();
        let word = format!("/Posix:{form}");
        let sync = |more: &[&str]| {
            let words = [&[&*word], more].concat();
            up(folder.path(), &container, &words).run().succeeded()
        };
        // Without the metadata nothing but the metadata is missing.
        up(folder.path(), &container, &[]).run().succeeded();
        requests(&server, &[]);
        sync(&[]);
        assert_eq!(
            requests(&server, &["PutBlob", "SetBlobMetadata"]),
            [0, 2],
            "{form}"
        );
        sync(&[]);
        assert_eq!(
            requests(&server, &["PutBlob", "SetBlobMetadata"]),
            [0, 0],
            "{form}"
        );
        chmod(&folder.join("a"), 0o600);
        says(&sync(&["/L"]), "touch    posix      a\n");
        assert_eq!(
            requests(&server, &["PutBlob", "SetBlobMetadata"]),
            [0, 0],
            "{form}"
        );
        sync(&[]);
        assert_eq!(
            requests(&server, &["PutBlob", "SetBlobMetadata"]),
            [0, 1],
            "{form}"
        );
        let (key, value) = match form {
            "azcopy" => ("permissions", "33152"),
            "amlfs" => ("permissions", "0600"),
            _ => ("mode", "100600"),
        };
        assert_eq!(metadata(&container, "a", key), value);
        sync(&[]);
        assert_eq!(
            requests(&server, &["PutBlob", "SetBlobMetadata"]),
            [0, 0],
            "{form}"
        );
    }
}

#[test]
fn a_file_gets_its_permissions_back_without_a_download() {
    let (server, container, folder) = world();
    chmod(&folder.join("a"), 0o640);
    up(folder.path(), &container, &["/Posix:azcopy"])
        .run()
        .succeeded();
    let target = Folder::new();
    let sync = |words: &[&str]| down(&container, target.path(), words).run().succeeded();
    sync(&["/Posix:azcopy"]);
    assert_eq!(mode(&target.join("a")), 0o640);
    chmod(&target.join("a"), 0o777);
    requests(&server, &[]);
    sync(&[]);
    assert_eq!(mode(&target.join("a")), 0o777, "nobody asked for it");
    sync(&["/Posix:azcopy"]);
    assert_eq!(mode(&target.join("a")), 0o640);
    assert_eq!(requests(&server, &["GetBlob"]), [0]);
}

#[test]
fn a_sync_makes_and_updates_the_marks_of_folders_and_deletes_none() {
    let (server, container, folder) = world();
    fs::create_dir(folder.join("empty")).expect("ours");
    let words = ["/FolderMarks", "/Posix:azcopy", "/Delete:on"];
    let sync = || up(folder.path(), &container, &words).run().succeeded();
    sync();
    assert_eq!(container.names(), ["a", "d", "d/b", "empty"]);
    assert_eq!(metadata(&container, "empty", "hdi_isfolder"), "true");
    requests(&server, &[]);
    let writes = [
        "PutBlob",
        "SetBlobMetadata",
        "SubmitContainerBatch",
        "DeleteBlob",
    ];
    sync();
    assert_eq!(requests(&server, &writes), [0; 4]);
    chmod(&folder.join("empty"), 0o700);
    sync();
    assert_eq!(requests(&server, &writes), [0, 1, 0, 0]);
    assert_eq!(metadata(&container, "empty", "permissions"), "16832");
    assert_eq!(metadata(&container, "empty", "hdi_isfolder"), "true");
    let open = fs::File::open(folder.join("empty")).expect("ours");
    let time = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    open.set_modified(time).expect("ours");
    sync();
    assert_eq!(requests(&server, &writes), [0, 1, 0, 0]);
    assert_eq!(
        metadata(&container, "empty", "modtime"),
        "1000000000000000000"
    );
    fs::remove_dir(folder.join("empty")).expect("ours");
    set_time(&folder.join("a"), time);
    sync();
    assert_eq!(container.names(), ["a", "d", "d/b", "empty"]);
}

#[test]
fn a_source_with_nothing_but_folders_deletes_nothing() {
    let (_server, container, _folder) = world();
    container.put("mine", "x");
    let folders = Folder::new();
    fs::create_dir(folders.join("empty")).expect("ours");
    let outcome = up(folders.path(), &container, &["/FolderMarks", "/Delete:on"]).run();
    outcome.failed().naming(&["the source has no object"]);
    assert_eq!(container.names(), ["empty", "mine"]);
}

#[test]
fn marks_of_folders_are_only_for_a_sync_from_this_machine() {
    let (_server, container, folder) = world();
    let sync: Azring = down(
        &container,
        folder.path(),
        &["/FolderMarks", "/Posix:azcopy"],
    );
    sync.run().refused().naming(&["/FolderMarks"]);
}
