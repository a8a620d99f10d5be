//! `azring remove`: what was named is gone, and nothing beside it.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

/// `azring remove URL` with the account's key.
fn remove(url: &str, storage: &(impl Storage + ?Sized), words: &[&str]) -> Azring {
    Azring::new()
        .args(["remove", url])
        .source_key(storage.account())
        .arg(format!("/SourceType:{}", storage.service_type()))
        .args(words)
}

fn blobs(container: &Container, names: &[&str]) {
    Tree::named(names.iter().copied()).put_into(container);
}

#[track_caller]
fn says(outcome: &Outcome, line: &str) {
    assert!(
        outcome.stdout.lines().any(|written| written == line),
        "no line `{line}`: {outcome}"
    );
}

#[test]
fn everything_below_a_directory_is_deleted_and_nothing_beside_it() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["d/a", "d/b/c", "d", "d-e", "dd/a"]);
    let url = format!("{}/d/", container.url());
    let outcome = remove(&url, &container, &["/S", "/Y"]).run().succeeded();
    says(&outcome, "Deleted 2 of total 2 object(s).");
    assert_eq!(container.names(), ["d", "d-e", "dd/a"]);
}

#[test]
fn a_single_blob_is_deleted_by_its_url_and_a_missing_one_is_an_error() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["a.txt", "a.txt.old", "d/x"]);
    let url = |name: &str| format!("{}/{name}", container.url());
    let once = || remove(&url("a.txt"), &container, &["/Y"]).run();
    once().succeeded();
    assert_eq!(container.names(), ["a.txt.old", "d/x"]);
    once().failed().naming(&["a.txt", "is not there"]);
    // A directory is no single object, and with `/S` a blob without anything below it is one.
    remove(&url("d"), &container, &["/Y"]).run().failed();
    remove(&url("a.txt.old"), &container, &["/S", "/Y"])
        .run()
        .succeeded();
    assert_eq!(container.names(), ["d/x"]);
}

#[test]
fn a_pattern_selects_as_in_a_copy() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["log1", "log2/x", "data"]);
    let words = ["/Pattern:log", "/S", "/Y"];
    remove(&container.url(), &container, &words)
        .run()
        .succeeded();
    assert_eq!(container.names(), ["data"]);
}

#[test]
fn a_dry_run_names_every_object_and_deletes_none() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["a", "b/c"]);
    server.watch().counters.reset();
    let outcome = remove(&container.url(), &container, &["/S", "/L"])
        .run()
        .succeeded();
    for name in ["a", "b/c"] {
        let line = format!("delete   named      {name:<18} etag 0x");
        let is_said = outcome
            .stdout
            .lines()
            .any(|written| written.starts_with(&line));
        assert!(is_said, "no line `{line}`: {outcome}");
    }
    assert!(
        outcome
            .stdout
            .contains("Would delete 2 object(s), 28 B. Nothing was deleted."),
        "{outcome}"
    );
    assert_eq!(container.names(), ["a", "b/c"]);
    let counters = &server.watch().counters;
    let sent = counters.of("DeleteBlob").requests + counters.of("SubmitContainerBatch").requests;
    assert_eq!(sent, 0);
}

#[test]
fn a_blob_with_snapshots_stays_unless_they_are_included() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["a", "b"]);
    let snapshot = container.ask("PUT", "b", &[("comp", "snapshot")], &[], Vec::new());
    snapshot.succeeded();
    let words = ["/S", "/Y"];
    let outcome = remove(&container.url(), &container, &words).run();
    outcome.failed().naming(&["b: ", "SnapshotsPresent"]);
    assert_eq!(container.names(), ["b"]);
    let words = ["/S", "/Y", "/DeleteSnapshots:include"];
    remove(&container.url(), &container, &words)
        .run()
        .succeeded();
    assert!(container.names().is_empty());
}

#[test]
fn without_a_terminal_nothing_is_tried_unless_no_question_is_wanted() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["a"]);
    let outcome = remove(&container.url(), &container, &["/S"])
        .run()
        .refused();
    outcome.naming(&["give `/Y`"]);
    assert_eq!(container.names(), ["a"]);
}

#[test]
fn files_of_a_share_are_deleted_with_directories_that_are_empty_then() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("remove");
    Tree::named(["d/a", "d/b/c/x", "e/y", "z"]).put_into(&share);
    let url = format!("{}/d", share.url());
    remove(&url, &share, &["/S", "/Y"]).run().succeeded();
    assert_eq!(share.names(), ["e/y", "z"]);
    assert_eq!(share.directories(), ["e"]);
    let url = format!("{}/z", share.url());
    remove(&url, &share, &["/Y"]).run().succeeded();
    assert_eq!(share.names(), ["e/y"]);
}

#[test]
fn a_ledger_and_records_have_every_deleted_object() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["a", "b"]);
    let folder = Folder::new();
    let ledger = folder.path().join("ledger.json");
    let word = format!("/Ledger:{}", ledger.display());
    let outcome = remove(
        &container.url(),
        &container,
        &["/S", "/Y", "/Output:json", &word],
    )
    .run()
    .succeeded();
    let text = fs::read_to_string(&ledger).expect("the ledger was written");
    for records in [&text, &outcome.stdout] {
        let deleted = records.matches(r#""outcome":"deleted""#).count();
        assert_eq!(deleted, 2, "{records}");
        assert_eq!(records.matches(r#""etag":"0x"#).count(), 2, "{records}");
    }
}

#[test]
fn a_listing_that_fails_is_never_a_success() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("remove");
    blobs(&container, &["a"]);
    server.set_faults(
        r#"{"when":{"query":"*comp=list*"},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#,
    );
    let outcome = remove(&container.url(), &container, &["/S", "/Y"]).run();
    outcome.failed();
    server.clear_faults();
    assert_eq!(container.names(), ["a"]);
}

#[test]
fn what_is_no_place_in_a_service_is_refused() {
    let refused = |place: &str| {
        let azring = Azring::new().args(["remove", place, "/S", "/Y"]);
        azring.run().refused()
    };
    refused("/tmp").naming(&["is a local path"]);
    let missing = Azring::new().args(["remove", "/S", "/Y"]).run().refused();
    missing.naming(&["needs the URL"]);
}

#[test]
fn azurite_deletes_by_batches_with_a_key() {
    let service = azurite::shared().blob_service();
    let container = service.fresh_container("remove");
    for n in 0..300 {
        container.put(&format!("d/{n}"), "x");
    }
    container.put("e", "x");
    let url = format!("{}/d", container.url());
    let outcome = remove(&url, &container, &["/S", "/Y"]).run().succeeded();
    says(&outcome, "Deleted 300 of total 300 object(s).");
    assert_eq!(container.names(), ["e"]);
}

#[test]
fn help_names_the_command_and_its_parameters() {
    let outcome = Azring::new().args(["remove", "/?"]).run().succeeded();
    for text in ["Usage: azring remove", "/DeleteSnapshots:include", "/Y"] {
        assert!(outcome.stdout.contains(text), "{outcome}");
    }
    let account = Account::development();
    assert!(!outcome.stdout.contains(&account.key_in_base64()));
}
