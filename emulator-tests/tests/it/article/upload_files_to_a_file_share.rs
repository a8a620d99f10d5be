//! "Upload files to an Azure file share".

use std::fs;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::{DEFAULT_TYPE, assert_share_holds, assumed_files};

/// `AzCopy /Source:folder /Dest:share/ /DestKey:key`
fn upload(folder: &Folder, share: &Share) -> Azring {
    Azring::copy(folder.path(), share.url() + "/")
        .dest_key(share.service().account())
        .arg("/DestType:File")
}

fn folder_with(files: &Tree) -> Folder {
    let folder = Folder::new();
    files.write_to(folder.path());
    fs::create_dir_all(folder.join("empty/below")).expect("the folder is ours");
    folder
}

#[test]
fn upload_a_single_file() {
    let (_server, service) = single_account::start_for_files();
    let share = service.unmade_share("single");
    let folder = folder_with(&assumed_files());
    let outcome = upload(&folder, &share).arg("/Pattern:abc.txt").run();
    outcome.succeeded().counting(1, 0, 0);
    assert_share_holds(&share, &Tree::named(["abc.txt"]), DEFAULT_TYPE);
}

#[test]
fn upload_all_files_in_a_folder_without_empty_ones() {
    let (_server, service) = single_account::start_for_files();
    let share = service.unmade_share("folder");
    let folder = folder_with(&assumed_files());
    let outcome = upload(&folder, &share).arg("/S").run();
    outcome.succeeded().counting(5, 0, 0);
    assert_share_holds(&share, &assumed_files(), DEFAULT_TYPE);
    assert_eq!(share.directories(), ["subfolder"]);
}

#[test]
fn upload_files_matching_a_specific_pattern() {
    let (_server, service) = single_account::start_for_files();
    let share = service.unmade_share("pattern");
    let folder = folder_with(&assumed_files());
    let outcome = upload(&folder, &share).args(["/Pattern:ab*", "/S"]).run();
    outcome.succeeded().counting(4, 0, 0);
    let expected = assumed_files().only(|name| name != "subfolder/a.txt");
    assert_share_holds(&share, &expected, DEFAULT_TYPE);
}

#[test]
fn uploaded_files_get_the_content_type_that_is_asked_for() {
    let (_server, service) = single_account::start_for_files();
    let folder = folder_with(&assumed_files());
    for (word, expected) in [
        ("/SetContentType", "text/plain"),
        ("/SetContentType:video/mp4", "video/mp4"),
    ] {
        let share = service.unmade_share("type");
        let outcome = upload(&folder, &share).args(["/S", word]).run();
        outcome.succeeded().counting(5, 0, 0);
        assert_share_holds(&share, &assumed_files(), expected);
    }
}

#[test]
fn files_that_a_share_has_are_skipped_or_replaced_by_their_times() {
    let (_server, service) = single_account::start_for_files();
    let share = service.unmade_share("times");
    let folder = folder_with(&assumed_files());
    upload(&folder, &share).arg("/S").run().succeeded();
    let before = share.properties("abc.txt").last_modified;
    // The share's files are newer than the folder's.
    let again = upload(&folder, &share).args(["/S", "/XO", "/Y"]).run();
    again.succeeded().counting(0, 5, 0);
    assert_eq!(share.properties("abc.txt").last_modified, before);
    let both = upload(&folder, &share).args(["/S", "/XO", "/XN"]).run();
    both.succeeded().counting(0, 5, 0);
    fs::write(folder.join("abc.txt"), "other").expect("the folder is ours");
    let replaced = upload(&folder, &share).args(["/S", "/Y"]).run();
    replaced.succeeded().counting(5, 0, 0);
    assert_share_holds(
        &share,
        &assumed_files().with("abc.txt", "other"),
        DEFAULT_TYPE,
    );
}
