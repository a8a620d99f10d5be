//! Before anything is deleted, a sync and `azring remove` say whether the service keeps deleted objects.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::sync::{says, up};

const FINAL: &str = "soft delete: off, deletions are final";

/// What makes the service refuse the question.
const REFUSED: &str = r#"{"when":{"method":"GET","query":"*comp=properties*"},"then":{"answer":{"status":403,"code":"AuthorizationPermissionMismatch"}}}"#;

fn remove(storage: &impl Storage, words: &[&str]) -> Azring {
    Azring::new()
        .args(["remove", &storage.url(), "/S"])
        .source_key(storage.account())
        .arg(format!("/SourceType:{}", storage.service_type()))
        .args(words)
}

fn sync(folder: &Folder, container: &Container, words: &[&str]) -> Azring {
    up(folder.path(), container, &[&["/Delete:on"], words].concat())
}

#[test]
fn a_sync_says_whether_deleted_blobs_are_kept() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("kept");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    for (days, text) in [
        (7, "soft delete: 7 days"),
        (1, "soft delete: 1 day"),
        (0, FINAL),
    ] {
        service.keep_deleted(days);
        container.put("gone", "x");
        let preview = sync(&folder, &container, &["/L"]).run().succeeded();
        says(&preview, &format!("; {text}\n"));
        let outcome = sync(&folder, &container, &[]).run().succeeded();
        says(&outcome, text);
        assert_eq!(container.names(), ["a"]);
    }
    server.set_faults(REFUSED);
    container.put("gone", "x");
    let outcome = sync(&folder, &container, &[]).run().succeeded();
    says(&outcome, "soft delete: unknown");
    assert_eq!(container.names(), ["a"]);
}

#[test]
fn nobody_is_asked_where_nothing_is_deleted_or_everything_is_kept() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("asked");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    sync(&folder, &container, &[]).run().succeeded();
    container.put("gone", "x");
    sync(&folder, &container, &["/Trash:.trash"])
        .run()
        .succeeded();
    let asked = server.watch().counters.of("GetServiceProperties").requests;
    assert_eq!(asked, 0);
}

#[test]
fn a_removal_says_whether_deleted_objects_are_kept() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("kept");
    service.keep_deleted(14);
    container.put("gone", "x");
    for words in [&["/L"][..], &["/Y"]] {
        let outcome = remove(&container, words).run().succeeded();
        says(&outcome, "soft delete: 14 days");
    }
    assert!(container.names().is_empty());
    let (_files, service) = single_account::start_for_files();
    let share = service.fresh_share("kept");
    share.put("gone", "x");
    let outcome = remove(&share, &["/Y"]).run().succeeded();
    says(&outcome, FINAL);
}
