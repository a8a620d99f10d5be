//! `azring move`: what was copied and verified is deleted at the source, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below, noise};

use super::sync::says;
use super::two_ends;

/// Deletions fail: those of single blobs, and batches of them.
const NO_DELETION: &str = r#"{"when":{"method":"DELETE"},"then":{"answer":{"status":409,"code":"BlobImmutableDueToPolicy"}}},
    {"when":{"method":"POST","query":"*comp=batch*"},"then":{"answer":{"status":405,"code":"UnsupportedHttpVerb"}}}"#;

/// `azring move FOLDER STORAGE`.
pub(crate) fn up(from: &Path, to: &(impl Storage + ?Sized), words: &[&str]) -> Azring {
    two_ends::up("move", from, to, words)
}

/// `azring move STORAGE FOLDER`.
pub(crate) fn down(from: &(impl Storage + ?Sized), to: &Path, words: &[&str]) -> Azring {
    two_ends::down("move", from, to, words)
}

/// `azring move STORAGE STORAGE`.
pub(crate) fn between(
    from: &(impl Storage + ?Sized),
    to: &(impl Storage + ?Sized),
    words: &[&str],
) -> Azring {
    two_ends::between("move", from, to, words)
}

fn tree() -> Tree {
    Tree::named(["a.txt", "b/c", "b/d/e", "é/😀"])
        .with("large", noise(7, 9 << 20))
        .with("empty", "")
}

#[test]
fn a_folder_moves_to_a_container_and_keeps_only_its_folders() {
    let (_server, service) = single_account::start();
    let container = service.unmade_container("moves");
    let (folder, state) = (Folder::new(), Folder::new());
    tree().write_to(folder.path());
    let count = tree().len() as u64;
    let ledger = state.join("ledger.ndjson");
    let word = format!("/Ledger:{}", ledger.display());
    let outcome = up(folder.path(), &container, &["/S", &word]).run();
    says(
        &outcome.succeeded().counting(count, 0, 0),
        "Deleted at source:       6",
    );
    assert_same(&tree(), &Tree::get_from(&container));
    assert!(Tree::read_from(folder.path()).is_empty());
    assert!(folder.join("b/d").is_dir(), "empty folders stay");
    let written = fs::read_to_string(ledger).expect("the ledger is ours");
    assert_eq!(
        written.matches(r#""outcome":"moved""#).count(),
        tree().len()
    );
    // A second run has nothing to do.
    up(folder.path(), &container, &["/S"]).run().succeeded();
    assert_same(&tree(), &Tree::get_from(&container));
}

#[test]
fn a_container_moves_to_a_folder() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("moves");
    tree().put_into(&container);
    let folder = Folder::new();
    let count = tree().len() as u64;
    down(&container, folder.path(), &["/S"])
        .run()
        .succeeded()
        .counting(count, 0, 0);
    assert_same(&tree(), &Tree::read_from(folder.path()));
    assert!(container.names().is_empty());
    down(&container, folder.path(), &["/S"]).run().succeeded();
}

#[test]
fn blobs_move_to_another_container_by_the_service_and_through_here() {
    let (_server, service) = single_account::start();
    for (name, words) in [("service", &["/S"][..]), ("here", &["/S", "/SyncCopy"])] {
        let source = service.fresh_container(&format!("{name}-from"));
        let target = service.unmade_container(&format!("{name}-to"));
        tree().put_into(&source);
        between(&source, &target, words).run().succeeded();
        assert_same(&tree(), &Tree::get_from(&target));
        assert!(source.names().is_empty(), "{name}");
    }
}

#[test]
fn files_of_a_share_move_both_ways() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("moves");
    let (from, to) = (Folder::new(), Folder::new());
    tree().write_to(from.path());
    up(from.path(), &share, &["/S"]).run().succeeded();
    assert_same(&tree(), &Tree::get_from(&share));
    assert!(Tree::read_from(from.path()).is_empty());
    down(&share, to.path(), &["/S"]).run().succeeded();
    assert_same(&tree(), &Tree::read_from(to.path()));
    assert!(share.names().is_empty());
    assert!(!share.directories().is_empty(), "directories stay");
}

#[test]
fn a_container_of_azurite_moves_down_and_up_again() {
    let service = azurite::shared().blob_service();
    let container = service.fresh_container("moves");
    let small = tree().only(|name| name != "large");
    small.put_into(&container);
    let folder = Folder::new();
    down(&container, folder.path(), &["/S"]).run().succeeded();
    assert_same(&small, &Tree::read_from(folder.path()));
    assert!(container.names().is_empty());
    up(folder.path(), &container, &["/S"]).run().succeeded();
    assert_same(&small, &Tree::get_from(&container));
    assert!(Tree::read_from(folder.path()).is_empty());
}

#[test]
fn single_objects_and_patterns_move_and_what_is_beside_them_stays() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("moves");
    let folder = Folder::new();
    Tree::named(["a.txt", "b.txt", "c.log"]).write_to(folder.path());
    up(&folder.join("c.log"), &container, &[]).run().succeeded();
    up(folder.path(), &container, &["/Pattern:a*"])
        .run()
        .succeeded();
    assert_eq!(container.names(), ["a.txt", "c.log"]);
    assert_eq!(names_below(folder.path()), ["b.txt"]);
    // A blob gets another name in its own container.
    let url = |name: &str| format!("{}/{name}", container.url());
    let rename = Azring::new()
        .args(["move", &url("c.log"), &url("d/e.log"), "/SourceType:Blob"])
        .source_key(container.account())
        .dest_key(container.account());
    rename.run().succeeded();
    assert_eq!(container.names(), ["a.txt", "d/e.log"]);
}

#[test]
fn a_dry_run_names_what_would_move_and_moves_nothing() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    Tree::named(["a", "b/c"]).put_into(&container);
    let folder = Folder::new();
    server.watch().counters.reset();
    let outcome = down(&container, folder.path(), &["/S", "/L"]).run();
    let outcome = outcome.succeeded();
    says(&outcome, "move     selected   b/c                15");
    says(&outcome, "Would move 2 file(s), 28 B. Nothing was moved.");
    assert_eq!(container.names(), ["a", "b/c"]);
    assert!(names_below(folder.path()).is_empty());
    assert_eq!(server.watch().counters.of("DeleteBlob").requests, 0);
}

#[test]
fn what_is_skipped_or_fails_stays_at_the_source() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    let folder = Folder::new();
    Tree::named(["here", "refused", "fine"]).write_to(folder.path());
    container.put("here", "another content");
    let rule = r#"{"when":{"method":"PUT","path":"*/refused"},"then":{"answer":{"status":409,"code":"BlobArchived"}}}"#;
    server.set_faults(rule);
    let outcome = up(folder.path(), &container, &["/S"]).run().failed();
    outcome.counting(1, 1, 1);
    server.clear_faults();
    assert_eq!(names_below(folder.path()), ["here", "refused"]);
    assert_eq!(container.get("here"), b"another content");
}

#[test]
fn a_blob_that_is_overwritten_before_its_deletion_stays() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    container.put("a", "as it was read");
    let folder = Folder::new();
    let rule =
        r#"{"when":{"method":"DELETE"},"then":{"answer":{"status":503,"code":"ServerBusy"}}}"#;
    server.set_faults(rule);
    let mut run = down(&container, folder.path(), &["/S"]).launch();
    run.wait_for_faults(&server);
    container.put("a", "of somebody else");
    server.clear_faults();
    assert_eq!(run.end(), Some(1));
    assert_eq!(container.get("a"), b"of somebody else");
    assert_eq!(fs::read(folder.join("a")).expect("ours"), b"as it was read");
}

#[test]
fn a_file_that_is_changed_before_its_deletion_stays() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    let folder = Folder::new();
    fs::write(folder.join("a"), "as it was read").expect("ours");
    // The look at the copy, after its commit and before the deletion.
    let rule = r#"{"when":{"method":"HEAD","path":"*/a","hits":[2,3,4,5]},"then":{"answer":{"status":503,"code":"ServerBusy"}}}"#;
    server.set_faults(rule);
    let mut run = up(folder.path(), &container, &["/S"]).launch();
    run.wait_for_faults(&server);
    fs::write(folder.join("a"), "of somebody els").expect("ours");
    server.clear_faults();
    assert_eq!(run.end(), Some(1));
    assert_eq!(
        fs::read(folder.join("a")).expect("ours"),
        b"of somebody els"
    );
    assert_eq!(container.get("a"), b"as it was read");
}

#[test]
fn what_was_copied_and_not_deleted_is_deleted_by_the_next_run() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    tree().put_into(&container);
    let (folder, state) = (Folder::new(), Folder::new());
    let run = || {
        down(&container, folder.path(), &["/S"])
            .env("XDG_STATE_HOME", state.path())
            .run()
    };
    server.set_faults(NO_DELETION);
    let outcome = run().failed();
    says(&outcome, "6 object(s) were copied and stay at the source");
    assert_same(&tree(), &Tree::get_from(&container));
    server.clear_faults();
    let outcome = run().succeeded();
    says(&outcome, "Deleted at source:       6");
    assert_same(&tree(), &Tree::read_from(folder.path()));
    assert!(container.names().is_empty());
}

#[test]
fn the_next_run_deletes_nothing_whose_copy_was_changed_or_is_gone() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    Tree::named(["changed", "fine", "gone"]).put_into(&container);
    let (folder, state) = (Folder::new(), Folder::new());
    let run = || {
        down(&container, folder.path(), &["/S"])
            .env("XDG_STATE_HOME", state.path())
            .run()
    };
    server.set_faults(NO_DELETION);
    run().failed();
    server.clear_faults();
    let copy = folder.join("changed");
    let length = fs::read(&copy).expect("it was copied").len();
    fs::write(&copy, vec![b'x'; length]).expect("ours");
    fs::remove_file(folder.join("gone")).expect("ours");
    run().failed().naming(&["changed", "other bytes"]);
    assert_eq!(container.names(), ["changed"]);
    assert_eq!(names_below(folder.path()), ["changed", "fine", "gone"]);
}

#[test]
fn a_copy_that_somebody_overwrites_at_once_is_no_proof() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    // The look at the copy, after its commit.
    let rule = r#"{"when":{"method":"HEAD","path":"*/a","hits":[2,3,4,5]},"then":{"answer":{"status":503,"code":"ServerBusy"}}}"#;
    server.set_faults(rule);
    let length = fs::read(folder.join("a")).expect("ours").len();
    let mut run = up(folder.path(), &container, &["/S"]).launch();
    run.wait_for_faults(&server);
    container.put("a", vec![b'x'; length]);
    server.clear_faults();
    assert_eq!(run.end(), Some(1));
    assert_eq!(names_below(folder.path()), ["a"]);
}

#[test]
fn a_blob_with_snapshots_stays_unless_they_are_included() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("moves");
    Tree::named(["a"]).put_into(&container);
    let query = [("comp", "snapshot")];
    container
        .ask("PUT", "a", &query, &[], Vec::new())
        .succeeded();
    let folder = Folder::new();
    let run = |words: &[&str]| down(&container, folder.path(), words).run();
    run(&["/S"]).failed().naming(&["SnapshotsPresent"]);
    assert_eq!(container.names(), ["a"]);
    run(&["/S", "/Y", "/DeleteSnapshots:include"]).succeeded();
    assert!(container.names().is_empty());
}

#[test]
fn a_symbolic_link_stays_and_is_a_failure_by_name() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("moves");
    let folder = Folder::new();
    Tree::named(["file"]).write_to(folder.path());
    symlink("file", folder.join("link")).expect("ours");
    let outcome = up(folder.path(), &container, &["/S"]).run().failed();
    outcome.naming(&["`link` is a symbolic link", "the link stays"]);
    assert!(folder.join("link").is_symlink());
}

#[test]
fn a_move_into_itself_is_refused_before_anything_is_copied() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("moves");
    Tree::named(["a", "d/b"]).put_into(&container);
    server.watch().counters.reset();
    let inner = format!("{}/d/", container.url());
    let moved = Azring::new()
        .args(["move", &container.url(), &inner, "/S", "/Y"])
        .source_key(container.account())
        .dest_key(container.account())
        .args(["/SourceType:Blob", "/DestType:Blob"]);
    moved.run().refused().naming(&["overlap"]);
    assert_eq!(container.names(), ["a", "d/b"]);
    assert_eq!(server.watch().counters.of("CopyBlob").requests, 0);
}
