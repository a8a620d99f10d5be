//! "Download files from File storage".

use std::fs;
use std::time::{Duration, SystemTime};

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::assumed_files;

/// A share with the files that the article assumes in `myfolder1`, and an empty directory.
fn assumed() -> (Server, Share) {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("myfileshare");
    assumed_files().below("myfolder1").put_into(&share);
    share.make_directory("myfolder1/empty/below");
    (server, share)
}

/// `AzCopy /Source:url /Dest:folder /SourceKey:key`
fn download(share: &Share, url: &str, folder: &Folder) -> Azring {
    Azring::copy(url, folder.path())
        .source_key(share.service().account())
        .arg("/SourceType:File")
}

#[test]
fn download_a_single_file() {
    let (_server, share) = assumed();
    let folder = Folder::new();
    let url = share.url() + "/myfolder1/";
    let outcome = download(&share, &url, &folder)
        .arg("/Pattern:abc.txt")
        .run();
    outcome.succeeded().counting(1, 0, 0);
    assert_same(
        &assumed_files().only(|name| name == "abc.txt"),
        &Tree::read_from(folder.path()),
    );
}

#[test]
fn download_all_files_in_a_directory_without_empty_ones() {
    let (_server, share) = assumed();
    let folder = Folder::new();
    let url = share.url() + "/";
    let outcome = download(&share, &url, &folder).arg("/S").run();
    outcome.succeeded().counting(5, 0, 0);
    assert_same(
        &assumed_files().below("myfolder1"),
        &Tree::read_from(folder.path()),
    );
    assert!(!folder.join("myfolder1/empty").exists());
}

#[test]
fn a_missing_name_in_a_share_is_no_file() {
    let (_server, share) = assumed();
    let folder = Folder::new();
    let url = share.url() + "/myfolder1/";
    for (url, name, says) in [
        (&url, "nothing.txt", "there is no file `nothing.txt` in"),
        (&url, "*.txt", "the exact name of one file"),
        (&(url.clone() + "abc.txt"), "abc.txt", "that is a file"),
    ] {
        download(&share, url, &folder)
            .arg(format!("/Pattern:{name}"))
            .run()
            .failed()
            .naming(&[says]);
    }
    assert!(Tree::read_from(folder.path()).is_empty());
}

#[test]
fn a_pattern_with_all_files_of_a_share_is_refused() {
    let (server, share) = assumed();
    let folder = Folder::new();
    download(&share, &share.url(), &folder)
        .args(["/S", "/Pattern:a*"])
        .run()
        .refused()
        .naming(&["Search pattern is not supported in recursive mode"]);
    assert_eq!(
        server
            .watch()
            .counters
            .of("ListDirectoriesAndFiles")
            .requests,
        0
    );
}

#[test]
fn a_share_without_a_name_and_without_s_is_refused() {
    let (_server, share) = assumed();
    let folder = Folder::new();
    let outcome = download(&share, &share.url(), &folder).run();
    outcome.refused().naming(&["/Pattern", "/S"]);
    assert!(Tree::read_from(folder.path()).is_empty());
}

#[test]
fn downloaded_files_get_the_last_write_times_of_the_share() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("myfileshare");
    share.put_with(
        "abc.txt",
        "abc",
        &[("x-ms-file-last-write-time", "2020-02-03T04:05:06.0000000Z")],
    );
    // Writing the bytes changes the time.
    share
        .ask(
            "PUT",
            "abc.txt",
            &[("comp", "properties")],
            &[
                ("x-ms-file-attributes", "Preserve"),
                ("x-ms-file-creation-time", "Preserve"),
                ("x-ms-file-last-write-time", "2020-02-03T04:05:06.0000000Z"),
                ("x-ms-file-permission", "Preserve"),
            ],
            "",
        )
        .succeeded();
    let folder = Folder::new();
    let outcome = download(&share, &share.url(), &folder)
        .args(["/S", "/MT"])
        .run();
    outcome.succeeded().counting(1, 0, 0);
    let modified = fs::metadata(folder.join("abc.txt"))
        .and_then(|metadata| metadata.modified())
        .expect("it came down");
    assert_eq!(
        modified,
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_580_702_706)
    );
}
