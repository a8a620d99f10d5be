//! `azring sync /Trash`: what a sync would delete is moved to a folder of the destination, and stays there.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::emulator::{Behaviour, CopyBehaviour, CopyOutcome, Server};
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, names_below};

use super::sync::{down, says, set_time, up};

const TRASH: [&str; 2] = ["/Delete:on", "/Trash:.trash"];

/// Names of objects in the trash below the folders of the runs, in their order.
fn in_trash(names: &[String]) -> Vec<String> {
    let below = names.iter().filter_map(|name| name.strip_prefix(".trash/"));
    let mut names: Vec<String> = below
        .map(|name| {
            let (run, name) = name.split_once('/').expect("a folder of a run");
            assert!(run.ends_with('Z') && run.len() == "2026-11-29T21-07-12.345Z".len());
            name.to_owned()
        })
        .collect();
    names.sort();
    names
}

/// The full name of an object in the trash.
fn full_name(names: &[String], end: &str) -> String {
    let found = names
        .iter()
        .find(|name| name.starts_with(".trash/") && name.ends_with(end));
    found.expect("it is in the trash").clone()
}

/// A container with `a` and `b/c`, a folder with the same, and more in the container.
struct World {
    server: Server,
    container: Container,
    folder: Folder,
}

impl World {
    fn new() -> Self {
        let (server, service) = single_account::start();
        let container = service.fresh_container("trash");
        let folder = Folder::new();
        Tree::named(["a", "b/c"]).write_to(folder.path());
        up(folder.path(), &container, &[]).run().succeeded();
        Self {
            server,
            container,
            folder,
        }
    }

    fn sync(&self, words: &[&str]) -> Azring {
        up(
            self.folder.path(),
            &self.container,
            &[&TRASH, words].concat(),
        )
    }

    fn trashed(&self) -> Vec<String> {
        in_trash(&self.container.names())
    }

    fn others(&self) -> Vec<String> {
        let mut names = self.container.names();
        names.retain(|name| !name.starts_with(".trash/"));
        names
    }
}

#[test]
fn a_blob_is_in_the_trash_with_all_that_was_stored_beside_its_bytes() {
    let world = World::new();
    let headers = [
        ("x-ms-meta-owner", "somebody"),
        ("x-ms-blob-content-type", "text/x-old"),
    ];
    world.container.put_with("b/gone", "its bytes", &headers);
    let outcome = world.sync(&[]).run().succeeded();
    says(&outcome, "Moved to trash:          1 of 3");
    assert_eq!(world.others(), ["a", "b/c"]);
    assert_eq!(world.trashed(), ["b/gone"]);
    let name = full_name(&world.container.names(), "/b/gone");
    assert_eq!(world.container.get(&name), b"its bytes");
    let answer = world.container.ask("HEAD", &name, &[], &[], Vec::new());
    let answer = answer.succeeded();
    assert_eq!(answer.header("x-ms-meta-owner"), "somebody");
    assert_eq!(answer.header("content-type"), "text/x-old");
}

#[test]
fn nothing_in_the_trash_is_compared_or_deleted_or_replaced() {
    let world = World::new();
    for bytes in ["first", "second"] {
        world.container.put("gone", bytes);
        world.sync(&[]).run().succeeded();
    }
    assert_eq!(
        world.trashed(),
        ["gone", "gone"],
        "both runs have kept theirs"
    );
    // A filter does not bring it back, and neither does a source without a single object.
    world.sync(&["/IncludePath:.trash;a"]).run().succeeded();
    let empty = Folder::new();
    let words = [&TRASH[..], &["/AllowEmptySource"]].concat();
    up(empty.path(), &world.container, &words).run().succeeded();
    assert_eq!(world.trashed(), ["a", "b/c", "gone", "gone"]);
    assert!(world.others().is_empty());
}

#[test]
fn objects_of_the_source_in_place_of_the_trash_are_not_copied() {
    let world = World::new();
    Tree::named([".trash/mine", ".trashed"]).write_to(world.folder.path());
    let outcome = world.sync(&[]).run().succeeded();
    says(&outcome, "1 object(s) of the source are in `.trash`");
    assert_eq!(world.container.names(), [".trashed", "a", "b/c"]);
}

#[test]
fn a_preview_says_what_would_move_and_moves_nothing() {
    let world = World::new();
    world.container.put("gone", "x");
    let outcome = world.sync(&["/L"]).run().succeeded();
    says(&outcome, "trash    gone       gone");
    says(&outcome, "Would move to trash:     1 of 3");
    assert_eq!(world.container.names(), ["a", "b/c", "gone"]);
}

#[test]
fn the_limits_of_deletions_hold_for_the_trash() {
    let world = World::new();
    for n in 0..101 {
        world.container.put(&format!("many/{n}"), "x");
    }
    let outcome = world.sync(&[]).run();
    assert_eq!(outcome.status, Some(7), "{outcome}");
    assert!(world.trashed().is_empty());
}

#[test]
fn the_ledger_names_the_place_in_the_trash() {
    let world = World::new();
    world.container.put("gone", "x");
    let ledger = world.folder.path().with_extension("jsonl");
    let to_ledger = format!("/Ledger:{}", ledger.display());
    world.sync(&[&to_ledger]).run().succeeded();
    let text = fs::read_to_string(&ledger).expect("it was written");
    fs::remove_file(&ledger).expect("ours");
    let place = full_name(&world.container.names(), "/gone");
    assert!(text.contains(r#""outcome":"trashed""#), "{text}");
    assert!(text.contains(&format!(r#""trash":"{place}""#)), "{text}");
}

#[test]
fn a_blob_that_was_overwritten_since_it_was_listed_stays() {
    let world = World::new();
    world.container.put("gone", "x");
    let rule = r#"{"when":{"method":"PUT","path":"*/.trash/*"},"then":{"answer":{"status":503,"code":"ServerBusy"}}}"#;
    world.server.set_faults(rule);
    let mut run = world.sync(&[]).launch();
    run.wait_for_faults(&world.server);
    world.container.put("gone", "of somebody else");
    world.server.clear_faults();
    assert_eq!(run.end(), Some(1));
    assert_eq!(world.container.get("gone"), b"of somebody else");
    assert!(world.trashed().is_empty());
}

#[test]
fn a_blob_is_deleted_only_after_its_copy_and_only_in_the_copied_version() {
    let world = World::new();
    world.container.put("gone", "x");
    // The copy fails.
    let rule = r#"{"when":{"method":"PUT","path":"*/.trash/*"},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#;
    world.server.set_faults(rule);
    world
        .sync(&[])
        .run()
        .failed()
        .naming(&["gone: not deleted"]);
    world.server.clear_faults();
    assert_eq!(world.others(), ["a", "b/c", "gone"]);
    // It is overwritten between its copy and its deletion.
    let rule = r#"{"when":{"method":"DELETE","path":"*/gone"},"then":{"answer":{"status":503,"code":"ServerBusy"}}}"#;
    world.server.set_faults(rule);
    let mut run = world.sync(&[]).launch();
    run.wait_for_faults(&world.server);
    world.container.put("gone", "of somebody else");
    world.server.clear_faults();
    assert_eq!(run.end(), Some(1));
    assert_eq!(world.container.get("gone"), b"of somebody else");
}

#[test]
fn a_copy_whose_answer_is_lost_is_found_again() {
    let world = World::new();
    world.container.put("gone", "x");
    let rule =
        r#"{"when":{"method":"PUT","path":"*/.trash/*","times":1},"then":{"lose_answer":true}}"#;
    world.server.set_faults(rule);
    world.sync(&[]).run().succeeded();
    assert!(world.server.has_applied_faults());
    assert_eq!(world.trashed(), ["gone"]);
    assert_eq!(world.others(), ["a", "b/c"]);
}

#[test]
fn a_blob_stays_until_a_copy_that_takes_its_time_is_complete() {
    let world = World::new();
    world.container.put("gone", "x");
    copies_take(&world.server, CopyOutcome::Success);
    world.sync(&[]).run().succeeded();
    assert_eq!(world.trashed(), ["gone"]);
    assert_eq!(world.others(), ["a", "b/c"]);
    world.container.put("gone", "y");
    copies_take(&world.server, CopyOutcome::Failed);
    world
        .sync(&[])
        .run()
        .failed()
        .naming(&["gone: not deleted"]);
    assert_eq!(world.container.get("gone"), b"y");
}

fn copies_take(server: &Server, outcome: CopyOutcome) {
    server.set_behaviour(Behaviour {
        copy: CopyBehaviour {
            pending_polls: 2,
            outcome,
            ..CopyBehaviour::default()
        },
        ..Behaviour::default()
    });
}

#[test]
fn a_file_of_a_share_keeps_its_time_and_the_trash_has_any_case() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("trash");
    let folder = Folder::new();
    Tree::named(["a", "d/gone"]).write_to(folder.path());
    let time = UNIX_EPOCH + Duration::from_secs(1_554_917_421);
    set_time(&folder.join("d/gone"), time);
    up(folder.path(), &share, &[]).run().succeeded();
    fs::remove_file(folder.join("d/gone")).expect("ours");
    let words = [&TRASH[..], &["/DeleteEmptyFolders"]].concat();
    up(folder.path(), &share, &words).run().succeeded();
    assert_eq!(in_trash(&share.names()), ["d/gone"]);
    assert!(!share.directories().contains(&"d".to_owned()));
    let name = full_name(&share.names(), "/d/gone");
    let written = share.ask("HEAD", &name, &[], &[], Vec::new()).succeeded();
    assert!(
        written
            .header("x-ms-file-last-write-time")
            .starts_with("2019-04-10T17:30:21")
    );
    // The service does not tell `.TRASH` from `.trash`.
    share.put("more", "x");
    up(folder.path(), &share, &["/Delete:on", "/Trash:.TRASH"])
        .run()
        .succeeded();
    assert_eq!(in_trash(&share.names()), ["d/gone", "more"]);
}

/// A folder that is synced from a container, with files that the container does not have.
fn local(names: &[&str]) -> (Server, Container, Folder) {
    let (server, service) = single_account::start();
    let container = service.fresh_container("trash");
    container.put("a", "x");
    let target = Folder::new();
    Tree::named(names.iter().copied()).write_to(target.path());
    (server, container, target)
}

fn sync_down(container: &(impl Storage + ?Sized), target: &Path, words: &[&str]) -> Outcome {
    down(container, target, &[&TRASH, words].concat()).run()
}

#[test]
fn a_file_of_this_machine_is_renamed_into_a_trash_of_its_owner() {
    let (_server, container, target) = local(&["d/e/gone"]);
    fs::set_permissions(target.join("d"), fs::Permissions::from_mode(0o750)).expect("ours");
    let inode = fs::metadata(target.join("d/e/gone"))
        .expect("it is there")
        .ino();
    sync_down(&container, target.path(), &["/DeleteEmptyFolders"]).succeeded();
    assert!(!target.join("d").exists());
    let names = names_below(target.path());
    assert_eq!(in_trash(&names), ["d/e/gone"]);
    let kept = target.join(&full_name(&names, "/d/e/gone"));
    assert_eq!(fs::metadata(&kept).expect("it is there").ino(), inode);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    assert_eq!(mode(&target.join(".trash")), 0o700);
    let d = kept.ancestors().nth(2).expect("a folder");
    assert_eq!(mode(d), 0o750);
    // A second sync has nothing to do.
    let outcome = sync_down(&container, target.path(), &[]).succeeded();
    says(&outcome, "Moved to trash:          0 of 1");
    assert_eq!(names_below(target.path()), names);
}

#[test]
fn a_trash_that_is_a_link_out_of_the_destination_takes_nothing() {
    let (_server, container, target) = local(&["gone"]);
    let outside = Folder::new();
    symlink(outside.path(), target.join(".trash")).expect("ours");
    let outcome = sync_down(&container, target.path(), &[]).failed();
    outcome.naming(&["gone: not deleted", "folder `.trash/"]);
    assert!(target.join("gone").exists());
    assert!(names_below(outside.path()).is_empty());
}
