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
use super::synced_container::{SyncedContainer, busy, names_the_overwritten, run_while};

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

/// A sync that moves what it would delete to the trash.
fn sync(world: &SyncedContainer, words: &[&str]) -> Azring {
    world.sync(&[&TRASH, words].concat())
}

/// Names in the trash.
fn trashed(world: &SyncedContainer) -> Vec<String> {
    in_trash(&world.container.names())
}

/// All other names.
fn others(world: &SyncedContainer) -> Vec<String> {
    let mut names = world.container.names();
    names.retain(|name| !name.starts_with(".trash/"));
    names
}

#[test]
fn a_blob_is_in_the_trash_with_all_that_was_stored_beside_its_bytes() {
    let world = SyncedContainer::new();
    let headers = [
        ("x-ms-meta-owner", "somebody"),
        ("x-ms-blob-content-type", "text/x-old"),
    ];
    world.container.put_with("b/gone", "its bytes", &headers);
    let outcome = sync(&world, &[]).run().succeeded();
    says(&outcome, "Moved to trash:          1 of 3");
    assert_eq!(others(&world), ["a", "b/c"]);
    assert_eq!(trashed(&world), ["b/gone"]);
    let name = full_name(&world.container.names(), "/b/gone");
    assert_eq!(world.container.get(&name), b"its bytes");
    let answer = world.container.ask("HEAD", &name, &[], &[], Vec::new());
    let answer = answer.succeeded();
    assert_eq!(answer.header("x-ms-meta-owner"), "somebody");
    assert_eq!(answer.header("content-type"), "text/x-old");
}

/// Nine tags that are longer than one header may be.
fn long_tags() -> String {
    let tags: Vec<_> = (0..9)
        .map(|number| format!("t{number}={}", "v".repeat(250)))
        .collect();
    tags.join("&")
}

fn tags(world: &SyncedContainer, name: &str) -> String {
    let answer = world
        .container
        .ask("GET", name, &[("comp", "tags")], &[], "");
    String::from_utf8(answer.succeeded().body).expect("XML")
}

#[test]
fn a_blob_keeps_its_tier_and_its_index_tags_in_the_trash() {
    let world = SyncedContainer::new();
    let headers = [("x-ms-access-tier", "Cool"), ("x-ms-tags", "a=b&c=d%20e")];
    world.container.put_with("gone", "x", &headers);
    world.container.put("many", "x");
    let words = ["set-properties", &format!("{}/many", world.container.url())];
    Azring::new()
        .args(words)
        .source_key(world.container.service().account())
        .args([
            "/SourceType:Blob".to_owned(),
            format!("/BlobTags:{}", long_tags()),
        ])
        .run()
        .succeeded();
    let (few, many) = (tags(&world, "gone"), tags(&world, "many"));
    sync(&world, &[]).run().succeeded();
    let names = world.container.names();
    let gone = full_name(&names, "/gone");
    assert_eq!(tags(&world, &gone), few);
    assert_eq!(tags(&world, &full_name(&names, "/many")), many);
    let answer = world.container.ask("HEAD", &gone, &[], &[], "").succeeded();
    assert_eq!(answer.header("x-ms-access-tier"), "Cool");
}

#[test]
fn a_blob_whose_tags_cannot_be_read_stays() {
    let world = SyncedContainer::new();
    world
        .container
        .put_with("gone", "x", &[("x-ms-tags", "a=b")]);
    world.container.put("plain", "x");
    let rule = r#"{"when":{"query":"*comp=tags*"},"then":{"answer":{"status":403,"code":"AuthorizationPermissionMismatch"}}}"#;
    world.server.set_faults(rule);
    let outcome = sync(&world, &[]).run().failed();
    world.server.clear_faults();
    outcome.naming(&["gone: not deleted", "AuthorizationPermissionMismatch"]);
    assert_eq!(others(&world), ["a", "b/c", "gone"]);
    assert_eq!(trashed(&world), ["plain"]);
}

#[test]
fn a_blob_in_the_archive_stays_and_is_named_and_the_others_go() {
    let world = SyncedContainer::and("gone");
    let archive = [("x-ms-access-tier", "Archive")];
    world.container.put_with("cold", "x", &archive);
    let outcome = sync(&world, &["/L"]).run().succeeded();
    says(&outcome, "Would move to trash:     1 of 4");
    let outcome = sync(&world, &[]).run().failed();
    says(&outcome, "Not deleted:             1");
    outcome.naming(&["cold: not deleted", "archive tier", "stays"]);
    assert_eq!(others(&world), ["a", "b/c", "cold"]);
    assert_eq!(trashed(&world), ["gone"]);
    // Without a trash it is deleted.
    world.sync(&["/Delete:on"]).run().succeeded();
    assert_eq!(others(&world), ["a", "b/c"]);
}

#[test]
fn a_blob_that_gets_into_the_archive_before_its_copy_stays() {
    // A copy of one without a tier is refused; the copy of one with a tier waits for its bytes.
    for headers in [&[][..], &[("x-ms-access-tier", "Cool")]] {
        let world = SyncedContainer::new();
        world.server.set_behaviour(Behaviour {
            rehydrate_ms: 3_600_000,
            ..Behaviour::default()
        });
        world.container.put_with("gone", "x", headers);
        let archive = || {
            let (tier, query) = ([("x-ms-access-tier", "Archive")], [("comp", "tier")]);
            let asked = world.container.ask("PUT", "gone", &query, &tier, "");
            asked.succeeded();
        };
        let rule = busy("PUT", "*/.trash/*");
        let status = run_while(&world.server, &rule, sync(&world, &[]), archive);
        assert_eq!(status, Some(1), "{headers:?}");
        assert_eq!(others(&world), ["a", "b/c", "gone"], "{headers:?}");
    }
}

#[test]
fn nothing_in_the_trash_is_compared_or_deleted_or_replaced() {
    let world = SyncedContainer::new();
    for bytes in ["first", "second"] {
        world.container.put("gone", bytes);
        sync(&world, &[]).run().succeeded();
    }
    assert_eq!(
        trashed(&world),
        ["gone", "gone"],
        "both runs have kept theirs"
    );
    // A filter does not bring it back, and neither does a source without a single object.
    sync(&world, &["/IncludePath:.trash;a"]).run().succeeded();
    let empty = Folder::new();
    let words = [&TRASH[..], &["/AllowEmptySource"]].concat();
    up(empty.path(), &world.container, &words).run().succeeded();
    assert_eq!(trashed(&world), ["a", "b/c", "gone", "gone"]);
    assert!(others(&world).is_empty());
}

#[test]
fn objects_of_the_source_in_place_of_the_trash_are_not_copied() {
    let world = SyncedContainer::new();
    Tree::named([".trash/mine", ".trashed"]).write_to(world.folder.path());
    let outcome = sync(&world, &[]).run().succeeded();
    says(&outcome, "1 object(s) of the source are in `.trash`");
    assert_eq!(world.container.names(), [".trashed", "a", "b/c"]);
}

#[test]
fn a_preview_says_what_would_move_and_moves_nothing() {
    let world = SyncedContainer::new();
    world.container.put("gone", "x");
    let outcome = sync(&world, &["/L"]).run().succeeded();
    says(&outcome, "trash    gone       gone");
    says(&outcome, "Would move to trash:     1 of 3");
    assert_eq!(world.container.names(), ["a", "b/c", "gone"]);
}

#[test]
fn the_limits_of_deletions_hold_for_the_trash() {
    let world = SyncedContainer::new();
    for n in 0..101 {
        world.container.put(&format!("many/{n}"), "x");
    }
    let outcome = sync(&world, &[]).run();
    assert_eq!(outcome.status, Some(7), "{outcome}");
    assert!(trashed(&world).is_empty());
}

#[test]
fn the_ledger_names_the_place_in_the_trash() {
    let world = SyncedContainer::new();
    world.container.put("gone", "x");
    let ledger = world.folder.path().with_extension("jsonl");
    let to_ledger = format!("/Ledger:{}", ledger.display());
    sync(&world, &[&to_ledger]).run().succeeded();
    let text = fs::read_to_string(&ledger).expect("it was written");
    fs::remove_file(&ledger).expect("ours");
    let place = full_name(&world.container.names(), "/gone");
    assert!(text.contains(r#""outcome":"trashed""#), "{text}");
    assert!(text.contains(&format!(r#""trash":"{place}""#)), "{text}");
}

#[test]
fn a_blob_that_was_overwritten_since_it_was_listed_stays() {
    let world = SyncedContainer::and("gone");
    // Before it is looked at, and before it is copied.
    for rule in [busy("HEAD", "*/gone"), busy("PUT", "*/.trash/*")] {
        let overwrite = || {
            world.container.put("gone", "of somebody else");
        };
        names_the_overwritten(&world.server, &rule, sync(&world, &[]), "gone", overwrite);
        assert_eq!(world.container.get("gone"), b"of somebody else");
        assert!(trashed(&world).is_empty());
    }
}

#[test]
fn a_blob_is_deleted_only_after_its_copy_and_only_in_the_copied_version() {
    let world = SyncedContainer::new();
    world.container.put("gone", "x");
    // The copy fails.
    let rule = r#"{"when":{"method":"PUT","path":"*/.trash/*"},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#;
    world.server.set_faults(rule);
    sync(&world, &[])
        .run()
        .failed()
        .naming(&["gone: not deleted"]);
    world.server.clear_faults();
    assert_eq!(others(&world), ["a", "b/c", "gone"]);
    // It is overwritten between its copy and its deletion.
    let overwrite = || {
        world.container.put("gone", "of somebody else");
    };
    let rule = busy("DELETE", "*/gone");
    names_the_overwritten(&world.server, &rule, sync(&world, &[]), "gone", overwrite);
    assert_eq!(world.container.get("gone"), b"of somebody else");
}

#[test]
fn a_copy_whose_answer_is_lost_is_found_again() {
    let world = SyncedContainer::new();
    world.container.put("gone", "x");
    let rule =
        r#"{"when":{"method":"PUT","path":"*/.trash/*","times":1},"then":{"lose_answer":true}}"#;
    world.server.set_faults(rule);
    sync(&world, &[]).run().succeeded();
    assert!(world.server.has_applied_faults());
    assert_eq!(trashed(&world), ["gone"]);
    assert_eq!(others(&world), ["a", "b/c"]);
}

#[test]
fn a_blob_stays_until_a_copy_that_takes_its_time_is_complete() {
    let world = SyncedContainer::new();
    world.container.put("gone", "x");
    copies_take(&world.server, CopyOutcome::Success);
    sync(&world, &[]).run().succeeded();
    assert_eq!(trashed(&world), ["gone"]);
    assert_eq!(others(&world), ["a", "b/c"]);
    world.container.put("gone", "y");
    copies_take(&world.server, CopyOutcome::Failed);
    sync(&world, &[])
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

#[test]
fn a_file_of_a_share_that_was_overwritten_since_it_was_listed_stays() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("trash");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    // Copy File has no condition on its source. So it is copied first, and looked at before it would be deleted.
    for (rule, trashed) in [
        (busy("HEAD", "*/gone"), &["gone"][..]),
        (busy("PUT", "*/.trash/*"), &["gone", "gone"]),
    ] {
        share.put("gone", "x");
        let overwrite = || {
            share.put("gone", "of somebody else");
        };
        let run = up(folder.path(), &share, &TRASH);
        names_the_overwritten(&server, &rule, run, "gone", overwrite);
        assert_eq!(share.get("gone"), b"of somebody else");
        assert_eq!(in_trash(&share.names()), trashed);
    }
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
