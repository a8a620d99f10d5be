//! Blobs that stand for directories, and characters that separate them.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::{BlobService, Container, FileService};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below};

use super::sync::{between, down, up};
use super::two_ends;

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

/// Marks with a slash at their ends, as rclone and others write them, beside a mark of the other form. A blob with
/// bytes is none.
fn with_slashes() -> Tree {
    Tree::new()
        .with("both/", "")
        .with("data/", "abc")
        .with("deep/empty/", "")
        .with("full/", "")
        .with("full/a.txt", "abc")
}

/// A service, and a container with the marks.
fn stored_with_slashes() -> (Server, Container) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("marks");
    with_slashes().put_into(&container);
    container.put_with("both", "", &[("x-ms-meta-hdi_isfolder", "true")]);
    (server, container)
}

#[test]
fn an_empty_blob_whose_name_ends_in_a_slash_becomes_a_folder() {
    let (_server, container) = stored_with_slashes();
    let target = Folder::new();
    for _ in 0..2 {
        download(&container, &target)
            .run()
            .succeeded()
            .counting(6, 0, 0);
        assert_eq!(names_below(target.path()), ["data%2F", "full/a.txt"]);
        assert_eq!(fs::read(target.join("data%2F")).unwrap(), b"abc");
        for folder in ["both", "deep/empty", "full"] {
            assert!(target.join(folder).is_dir(), "{folder}");
        }
    }
}

#[test]
fn the_mark_of_the_directory_that_is_copied_is_no_object_in_it() {
    let (_server, container) = stored_with_slashes();
    let target = Folder::new();
    let url = format!("{}/full", container.url());
    Azring::copy(url, target.path())
        .source_key(container.service().account())
        .args(["/SourceType:Blob", "/Y", "/S"])
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(names_below(target.path()), ["a.txt"]);
}

#[test]
fn marks_with_slashes_keep_their_names_between_containers() {
    let (_server, container) = stored_with_slashes();
    for word in ["/SyncCopy", "/ServerCopy:auto"] {
        let copy = container.service().fresh_container("copy");
        Azring::between(&container, &copy)
            .args(["/S", "/Y", word])
            .run()
            .succeeded()
            .counting(6, 0, 0);
        assert_eq!(copy.names(), container.names(), "{word}");
    }
}

#[test]
fn a_share_gets_directories_of_marks_with_slashes() {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let account = Account::development();
    let blobs = BlobService::path_style(&server.blob_url(), &account, None);
    let files = FileService::path_style(&server.file_url(), &account, None);
    let (container, share) = (blobs.fresh_container("marks"), files.fresh_share("marks"));
    let marks = Tree::new()
        .with("both/", "")
        .with("full/", "")
        .with("full/a", "x");
    marks.put_into(&container);
    container.put_with("both", "", &[("x-ms-meta-hdi_isfolder", "true")]);
    for word in ["/SyncCopy", "/ServerCopy:auto"] {
        Azring::between(&container, &share)
            .args(["/S", "/Y", word])
            .run()
            .succeeded()
            .counting(4, 0, 0);
        assert_eq!(share.names(), ["full/a"], "{word}");
        assert_eq!(share.directories(), ["both", "full"], "{word}");
    }
}

#[test]
fn a_sync_neither_compares_nor_deletes_marks_with_slashes() {
    let (_server, container) = stored_with_slashes();
    let target = Folder::new();
    container.delete("data/");
    let delete = ["/Delete:on", "/MaxDelete:100%"];
    down(&container, target.path(), &delete)
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_eq!(names_below(target.path()), ["full/a.txt"]);
    let before = container.names();
    up(target.path(), &container, &delete).run().succeeded();
    assert_eq!(container.names(), before);
    let copy = container.service().fresh_container("copy");
    between(&container, &copy, &delete).run().succeeded();
    assert_eq!(copy.names(), ["full/a.txt"]);
    two_ends::up("verify", target.path(), &container, &[])
        .run()
        .succeeded();
}

#[test]
fn the_removal_of_a_directory_removes_its_mark_with_a_slash() {
    let (_server, container) = stored_with_slashes();
    Azring::new()
        .args(["remove", &format!("{}/full", container.url()), "/S", "/Y"])
        .source_key(container.service().account())
        .arg("/SourceType:Blob")
        .run()
        .succeeded();
    assert_eq!(container.names(), ["both", "both/", "data/", "deep/empty/"]);
}

#[test]
fn a_move_leaves_marks_with_slashes_where_the_other_marks_stay() {
    let (_server, container) = stored_with_slashes();
    let target = Folder::new();
    two_ends::down("move", &container, target.path(), &["/Y", "/S"])
        .run()
        .succeeded();
    assert!(target.join("deep/empty").is_dir());
    assert_eq!(names_below(target.path()), ["data%2F", "full/a.txt"]);
    assert_eq!(container.names(), ["both", "both/", "deep/empty/", "full/"]);
}

#[test]
fn filters_select_a_mark_with_a_slash_like_its_folder() {
    let (_server, container) = stored_with_slashes();
    let target = Folder::new();
    download(&container, &target)
        .args([
            "/ExcludePath:full",
            "/ExcludePath:both",
            "/ExcludePattern:empty",
        ])
        .run()
        .succeeded();
    assert_eq!(names_below(target.path()), ["data%2F"]);
    assert!(!target.join("deep").exists() && !target.join("both").exists());
}

#[test]
fn the_marks_of_rclone_become_folders() {
    let (_server, service) = single_account::start();
    let (source, target) = (Folder::new(), Folder::new());
    fs::create_dir_all(source.join("d/empty")).expect("ours");
    fs::write(source.join("d/file"), "x").expect("ours");
    let container = service.fresh_container("by-rclone");
    let words = [
        "copy",
        &*source.path().to_string_lossy(),
        &format!("azure:{}", container.name()),
        "--create-empty-src-dirs",
        "--azureblob-directory-markers",
    ];
    peers::run(Peers::find().rclone_command(&service, &words));
    assert!(container.names().contains(&"d/empty/".to_owned()));
    download(&container, &target).run().succeeded();
    assert!(target.join("d/empty").is_dir());
    assert_eq!(names_below(target.path()), ["d/file"]);
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
