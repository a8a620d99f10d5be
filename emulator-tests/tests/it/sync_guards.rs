//! What a sync must never delete: one test for each of its eleven guards.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use azring_emulator_tests::command::Folder;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::sync::{down, says, up};
use super::synced_container::{SyncedContainer, busy, names_the_overwritten, run_while};

const DELETE: &str = "/Delete:on";

#[test]
fn g0_what_only_the_destination_has_is_deleted_only_if_asked_for() {
    let world = SyncedContainer::and("gone");
    let outcome = world.sync(&[]).run().succeeded();
    says(&outcome, "1 object(s) that the source does not have stay");
    world.has(&["a", "b/c", "gone"]);
    let outcome = world.sync(&[DELETE]).run().succeeded();
    says(&outcome, "Deleted at destination:  1");
    world.has(&["a", "b/c"]);
}

#[test]
fn g1_nothing_is_deleted_when_a_folder_of_the_source_cannot_be_read() {
    let world = SyncedContainer::and("gone");
    let folder = world.folder.join("b");
    fs::set_permissions(world.folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).expect("ours");
    let outcome = up(world.folder.path(), &world.container, &[DELETE])
        .as_ordinary_user()
        .run();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("ours");
    outcome.failed().naming(&["b", "nothing was deleted"]);
    world.has(&["a", "b/c", "gone"]);
    assert_eq!(world.deletions(), 0);
}

#[test]
fn g1_nothing_is_deleted_when_a_listing_of_the_source_fails() {
    let world = SyncedContainer::and("gone");
    let target = Folder::new();
    let kept = Tree::named(["a", "mine", "z"]);
    for fault in [
        r#""answer":{"status":403,"code":"AuthorizationFailure"}"#,
        r#""answer":{"status":404,"code":"ContainerNotFound"}"#,
    ] {
        kept.write_to(target.path());
        let rule = format!(r#"{{"when":{{"query":"*comp=list*"}},"then":{{{fault}}}}}"#);
        world.server.set_faults(&rule);
        down(&world.container, target.path(), &[DELETE])
            .run()
            .failed();
        world.server.clear_faults();
        assert!(
            target.join("mine").exists() && target.join("z").exists(),
            "{fault}"
        );
    }
}

#[test]
fn g1_a_source_that_is_not_there_deletes_nothing() {
    let world = SyncedContainer::and("gone");
    let missing = world.folder.join("not-there");
    up(&missing, &world.container, &[DELETE]).run().failed();
    world.has(&["a", "b/c", "gone"]);
}

#[test]
fn g2_nothing_is_deleted_when_the_destination_cannot_be_listed() {
    let world = SyncedContainer::and("gone");
    let rule = r#"{"when":{"query":"*comp=list*"},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#;
    world.server.set_faults(rule);
    world.sync(&[DELETE]).run().failed();
    world.server.clear_faults();
    world.has(&["a", "b/c", "gone"]);
    assert_eq!(world.deletions(), 0);
}

#[test]
fn g2_nothing_is_deleted_when_a_folder_of_the_destination_cannot_be_read() {
    let world = SyncedContainer::and("gone");
    let target = Folder::new();
    Tree::named(["a", "d/x", "mine"]).write_to(target.path());
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(target.path(), everybody).expect("ours");
    let folder = target.join("d");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).expect("ours");
    let outcome = down(&world.container, target.path(), &[DELETE])
        .as_ordinary_user()
        .run();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("ours");
    outcome
        .failed()
        .naming(&["the destination could not be listed"]);
    assert!(target.join("mine").exists());
}

#[test]
fn g2_what_cannot_be_listed_again_before_the_deletion_is_no_success() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("guards");
    let folder = Folder::new();
    Tree::named(["a", "d/x"]).write_to(folder.path());
    up(folder.path(), &share, &[]).run().succeeded();
    share.put("d/gone", "x");
    share.put("zz", "x");
    server.set_faults(
        r#"{"when":{"path":"*/d","query":"*comp=list*","hits":[2]},
            "then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#,
    );
    up(folder.path(), &share, &[DELETE])
        .run()
        .failed()
        .naming(&["the destination could not be listed"]);
    server.clear_faults();
    assert_eq!(share.names(), ["a", "d/gone", "d/x", "zz"]);
}

#[test]
fn g2_a_listing_that_fails_before_the_deletion_is_no_success() {
    let world = SyncedContainer::and("gone");
    let rule = r#"{"when":{"query":"*comp=list*","hits":[2]},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#;
    world.server.set_faults(rule);
    let outcome = world.sync(&[DELETE]).run().failed();
    world.server.clear_faults();
    outcome.naming(&["the destination could not be listed"]);
    world.has(&["a", "b/c", "gone"]);
}

#[test]
fn g3_an_empty_source_deletes_nothing_unless_that_is_allowed() {
    let world = SyncedContainer::and("gone");
    let empty = Folder::new();
    let sync = |words: &[&str]| up(empty.path(), &world.container, words).run();
    let outcome = sync(&[DELETE]).failed();
    outcome.naming(&["the source has no object", "/AllowEmptySource"]);
    world.has(&["a", "b/c", "gone"]);
    sync(&[DELETE, "/AllowEmptySource"]).succeeded();
    world.has(&[]);
}

#[test]
fn g4_nothing_is_deleted_when_an_object_was_not_copied() {
    let world = SyncedContainer::and("gone");
    Tree::named(["new"]).write_to(world.folder.path());
    let rule = r#"{"when":{"method":"PUT","path":"*/new"},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}}"#;
    world.server.set_faults(rule);
    let outcome = world.sync(&[DELETE]).run().failed();
    world.server.clear_faults();
    outcome.naming(&["new: ", "1 object(s) were not copied"]);
    world.has(&["a", "b/c", "gone"]);
    assert_eq!(world.deletions(), 0);
    world.sync(&[DELETE]).run().succeeded();
    world.has(&["a", "b/c", "new"]);
}

#[test]
fn g5_more_than_half_and_more_than_a_hundred_end_with_exit_code_7() {
    let world = SyncedContainer::and("gone");
    for n in 0..101 {
        world.container.put(&format!("many/{n}"), "x");
    }
    Tree::named(["new"]).write_to(world.folder.path());
    for (words, all) in [
        (&[DELETE, "/L"][..], 104),
        (&[DELETE], 104),
        (&[DELETE], 105),
    ] {
        let outcome = world.sync(words).run();
        assert_eq!(outcome.status, Some(7), "{outcome}");
        let says = format!("it would be 102 of {all} object(s)");
        outcome.naming(&[&says, "`/MaxDelete:102`"]);
    }
    assert_eq!(world.deletions(), 0);
    // What was different is copied nevertheless.
    assert!(world.container.names().contains(&"new".to_owned()));
    let outcome = world.sync(&[DELETE, "/MaxDelete:101"]).run();
    assert_eq!(outcome.status, Some(7), "{outcome}");
    world.sync(&[DELETE, "/MaxDelete:100%"]).run().succeeded();
    world.has(&["a", "b/c", "new"]);
}

#[test]
fn g5_the_limit_may_come_from_the_environment_and_may_be_lower() {
    let world = SyncedContainer::and("gone");
    let sync = || up(world.folder.path(), &world.container, &[DELETE]);
    let outcome = sync().env("AZRING_MAX_DELETE", "0").run();
    assert_eq!(outcome.status, Some(7), "{outcome}");
    world.has(&["a", "b/c", "gone"]);
    sync().env("AZRING_MAX_DELETE", "1").run().succeeded();
    world.has(&["a", "b/c"]);
}

#[test]
fn g6_an_object_that_was_overwritten_since_it_was_listed_stays() {
    let world = SyncedContainer::and("gone");
    // Before it is deleted.
    let overwrite = || {
        world.container.put("gone", "of somebody else");
    };
    let run = world.sync(&[DELETE]);
    let rule = busy("DELETE", "*/gone");
    names_the_overwritten(&world.server, &rule, run, "gone", overwrite);
    world.has(&["a", "b/c", "gone"]);
    assert_eq!(world.container.get("gone"), b"of somebody else");
    // Before the destination is listed a second time.
    Tree::named(["new"]).write_to(world.folder.path());
    let overwrite = || {
        world.container.put("gone", "again");
    };
    let run = world.sync(&[DELETE]);
    let rule = busy("PUT", "*/new");
    names_the_overwritten(&world.server, &rule, run, "gone", overwrite);
    assert_eq!(world.container.get("gone"), b"again");
    let outcome = world.sync(&[DELETE]).run().succeeded();
    says(&outcome, "Deleted at destination:  1 of 4");
    world.has(&["a", "b/c", "new"]);
}

#[test]
fn g6_a_file_of_a_share_that_was_overwritten_since_stays() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("guards");
    let folder = Folder::new();
    Tree::named(["a", "gone"]).write_to(folder.path());
    up(folder.path(), &share, &[]).run().succeeded();
    fs::remove_file(folder.join("gone")).expect("ours");
    Tree::named(["new"]).write_to(folder.path());
    let overwrite = || {
        share.put("gone", "of somebody else");
    };
    let run = up(folder.path(), &share, &[DELETE]);
    names_the_overwritten(&server, &busy("PUT", "*/new"), run, "gone", overwrite);
    assert_eq!(share.names(), ["a", "gone", "new"]);
    assert_eq!(share.get("gone"), b"of somebody else");
    // Immediately before it is deleted.
    let overwrite = || {
        share.put("gone", "again");
    };
    let run = up(folder.path(), &share, &[DELETE]);
    names_the_overwritten(&server, &busy("HEAD", "*/gone"), run, "gone", overwrite);
    assert_eq!(share.get("gone"), b"again");
}

#[test]
fn g6_a_file_of_this_machine_that_was_overwritten_since_stays() {
    let world = SyncedContainer::new();
    let target = Folder::new();
    Tree::named(["a", "Gone"]).write_to(target.path());
    let overwrite = || fs::write(target.join("Gone"), "of somebody else").expect("ours");
    let run = down(&world.container, target.path(), &[DELETE]);
    names_the_overwritten(&world.server, &busy("GET", "*/b/c"), run, "Gone", overwrite);
    let text = fs::read_to_string(target.join("Gone")).expect("it is there");
    assert_eq!(text, "of somebody else");
}

#[test]
fn g6_an_object_that_is_gone_before_its_deletion_counts_as_deleted() {
    let world = SyncedContainer::and("gone");
    Tree::named(["new"]).write_to(world.folder.path());
    let logs = Folder::new();
    let log = logs.join("log");
    let run = world.sync(&[DELETE]).arg(format!("/V:{}", log.display()));
    let delete = || {
        world.container.delete("gone");
    };
    let status = run_while(&world.server, &busy("PUT", "*/new"), run, delete);
    assert_eq!(status, Some(0));
    world.has(&["a", "b/c", "new"]);
    let text = fs::read_to_string(log).expect("it was written");
    assert!(text.contains("Deleted at destination:  1 of 3"), "{text}");
}

#[test]
fn g7_what_the_selection_excludes_stays() {
    let world = SyncedContainer::and("gone");
    world.container.put("gone.txt", "x");
    world.container.put("b/gone.txt", "x");
    world
        .sync(&[DELETE, "/Pattern:*.txt", "/AllowEmptySource"])
        .run()
        .succeeded();
    world.has(&["a", "b/c", "gone"]);
}

#[test]
fn g8_a_blob_with_snapshots_is_a_failure_that_is_named() {
    let world = SyncedContainer::and("gone");
    let query = [("comp", "snapshot")];
    world
        .container
        .ask("PUT", "gone", &query, &[], Vec::new())
        .succeeded();
    let outcome = world.sync(&[DELETE]).run().failed();
    outcome.naming(&["gone: not deleted", "SnapshotsPresent"]);
    world.has(&["a", "b/c", "gone"]);
    world
        .sync(&[DELETE, "/DeleteSnapshots:include"])
        .run()
        .succeeded();
    world.has(&["a", "b/c"]);
}

#[test]
fn g9_marks_of_folders_and_links_and_own_files_stay() {
    let world = SyncedContainer::and("gone");
    world
        .container
        .put_with("b", "", &[("x-ms-meta-hdi_isfolder", "true")]);
    world
        .container
        .put_with("link", "a", &[("x-ms-meta-is_symlink", "true")]);
    world.sync(&[DELETE]).run().succeeded();
    world.has(&["a", "b", "b/c", "link"]);
    // A journal within the destination.
    let target = Folder::new();
    let journal = target.join("journal");
    fs::create_dir(&journal).expect("it can be made");
    fs::write(journal.join("other.jnl"), "x").expect("it can be written");
    fs::write(target.join("mine"), "x").expect("it can be written");
    let in_target = format!("/Z:{}", journal.display());
    down(&world.container, target.path(), &[DELETE, &in_target])
        .run()
        .succeeded();
    assert!(journal.join("other.jnl").exists());
    assert!(!target.join("mine").exists());
}

#[test]
fn g10_of_this_machine_only_files_are_deleted_and_no_link_is_followed() {
    let world = SyncedContainer::and("gone");
    let (target, outside) = (Folder::new(), Folder::new());
    Tree::named(["x"]).write_to(outside.path());
    Tree::named(["d/e/mine"]).write_to(target.path());
    symlink(outside.path(), target.join("folder")).expect("it can be made");
    symlink(outside.join("x"), target.join("file")).expect("it can be made");
    down(&world.container, target.path(), &[DELETE])
        .run()
        .succeeded();
    let exists = |path: &Path| fs::symlink_metadata(path).is_ok();
    assert!(!exists(&target.join("d/e/mine")) && exists(&target.join("d/e")));
    assert!(exists(&target.join("folder")) && exists(&target.join("file")));
    assert!(outside.join("x").exists());
}

#[test]
fn g11_places_within_each_other_are_refused_before_anything_is_read() {
    let world = SyncedContainer::and("gone");
    let url = |path: &str| format!("{}{path}", world.container.url());
    world.server.watch().counters.reset();
    let outcome = azring_emulator_tests::command::Azring::new()
        .args(["sync", &url(""), &url("/b"), DELETE])
        .source_key(world.container.service().account())
        .dest_key(world.container.service().account())
        .args(["/SourceType:Blob", "/DestType:Blob"])
        .run();
    outcome.refused().naming(&["overlap"]);
    world.has(&["a", "b/c", "gone"]);
}

#[test]
fn g10_only_folders_that_the_sync_has_emptied_go_and_only_if_wanted() {
    let world = SyncedContainer::and("gone");
    let target = Folder::new();
    Tree::named(["a", "b/c", "gone/x/y", "z/link/mine"]).write_to(target.path());
    fs::create_dir(target.join("empty")).expect("ours");
    world.container.delete("gone");
    let there = |name: &str| target.join(name).is_dir();
    let outside = Folder::new();
    fs::create_dir(outside.join("d")).expect("ours");
    symlink(outside.path(), target.join("gone/x/out")).expect("ours");
    let sync = |words: &[&str]| {
        down(&world.container, target.path(), words)
            .run()
            .succeeded()
    };
    sync(&[DELETE, "/MaxDelete:100%"]);
    assert!(there("gone/x") && there("z/link"), "folders stay");
    fs::create_dir_all(target.join("more/deep")).expect("ours");
    fs::write(target.join("more/deep/file"), "x").expect("ours");
    fs::write(target.join("gone/x/y"), "x").expect("ours");
    sync(&[DELETE, "/MaxDelete:100%", "/DeleteEmptyFolders"]);
    assert!(!there("more"), "it is empty since its file was deleted");
    assert!(there("gone/x"), "a link is in it");
    assert!(
        there("empty") && there("z/link"),
        "nothing of these was deleted"
    );
    assert!(outside.join("d").is_dir());
}
