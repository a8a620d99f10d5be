//! What a filter leaves out on either side is neither compared, copied nor deleted by a sync.

use std::time::UNIX_EPOCH;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;

use super::super::sync::{down, says, set_time, up};
use super::folder_with;

const DELETE: &str = "/Delete:on";

#[test]
fn names_that_are_left_out_stay_on_both_sides_and_a_preview_names_them() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("names");
    let kept = Tree::named(["gone", "only.log", "skipped/x"]).with("b.log", "other");
    kept.put_into(&container);
    let folder = folder_with(&Tree::named(["a", "b.log", "new.log", "skipped/y"]));
    let words = [DELETE, "/ExcludePattern:*.log", "/ExcludePath:skipped"];
    let preview = up(folder.path(), &container, &[&words[..], &["/L"]].concat());
    let preview = preview.run().succeeded();
    for line in [
        "copy     new        a",
        "delete   gone       gone",
        "keep     excluded   b.log",
        "keep     excluded   only.log",
        "keep     excluded   skipped/x",
        "Kept by filters:         3",
    ] {
        says(&preview, line);
    }
    assert!(!preview.stdout.contains("new.log"), "{preview}");
    assert_same(&kept, &Tree::get_from(&container));
    up(folder.path(), &container, &words)
        .run()
        .succeeded()
        .counting(1, 0, 0);
    let expected = kept.clone().only(|name| name != "gone");
    let expected = expected.with("a", Tree::named(["a"]).get("a").unwrap());
    assert_same(&expected, &Tree::get_from(&container));
}

#[test]
fn the_same_holds_on_the_way_down_and_in_a_share() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("names");
    Tree::named(["a", "b.log"]).put_into(&share);
    let target = folder_with(&Tree::named(["gone", "mine.log", "deep/mine.log"]));
    let words = [DELETE, "/ExcludePattern:*.log"];
    down(&share, target.path(), &words).run().succeeded();
    assert_eq!(
        azring_emulator_tests::tree::names_below(target.path()),
        ["a", "deep/mine.log", "mine.log"]
    );
}

#[test]
fn what_the_source_has_but_leaves_out_by_size_or_time_is_never_deleted() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("limits");
    let source = Tree::named(["a", "old"]).with("large", "more than ten bytes");
    let folder = folder_with(&source);
    set_time(&folder.join("old"), UNIX_EPOCH);
    let there = Tree::new()
        .with("old", "x")
        .with("large", "x")
        .with("gone", "x")
        .with("gone-large", "also more than ten bytes");
    there.put_into(&container);
    let words = [DELETE, "/NewerThan:1d", "/MaxSize:14"];
    let preview = up(folder.path(), &container, &[&words[..], &["/L"]].concat())
        .run()
        .succeeded();
    for name in ["gone-large", "large", "old"] {
        says(&preview, &format!("keep     excluded   {name}\n"));
    }
    up(folder.path(), &container, &words)
        .run()
        .succeeded()
        .counting(1, 0, 0);
    let expected = there.clone().only(|name| name != "gone");
    let expected = expected.with("a", source.get("a").unwrap());
    assert_same(&expected, &Tree::get_from(&container));
}

#[test]
fn an_include_protects_everything_else() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("include");
    Tree::named(["in/gone", "in/same", "out/mine", "top"]).put_into(&container);
    let folder = folder_with(&Tree::named(["in/same", "in/new", "out/theirs"]));
    let words = [DELETE, "/IncludePath:in"];
    up(folder.path(), &container, &words).run().succeeded();
    assert_eq!(container.names(), ["in/new", "in/same", "out/mine", "top"]);
}

#[test]
fn in_a_share_an_object_in_another_spelling_stays_with_its_source() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("spelling");
    Tree::named(["Draft.TMP", "gone.txt"]).put_into(&share);
    let folder = folder_with(&Tree::named(["a", "draft.tmp"]));
    let sync = Azring::new()
        .arg("sync")
        .arg(folder.path())
        .args([&share.url(), "--dest-key", &share.account().key_in_base64()])
        .args([
            "--dest-type",
            "file",
            "--delete",
            "on",
            "--exclude-pattern",
            "*.tmp",
        ]);
    sync.run().succeeded();
    assert_eq!(share.names(), ["Draft.TMP", "a"]);
}

#[test]
fn a_list_of_names_is_all_that_a_sync_is_about() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("list");
    Tree::named(["a", "gone", "other"]).put_into(&container);
    let folder = folder_with(&Tree::named(["b", "d/c", "unlisted"]));
    let lists = Folder::new();
    let list = lists.join("names");
    let word = format!("/FilesFrom:{}", list.display());
    std::fs::write(&list, "b\nd/c\n").expect("ours");
    server.watch().counters.reset();
    up(folder.path(), &container, &[DELETE, &word])
        .run()
        .succeeded()
        .counting(2, 0, 0);
    assert_eq!(container.names(), ["a", "b", "d/c", "gone", "other"]);
    // A listed name without an object of the source is a failure, and nothing is deleted.
    std::fs::write(&list, "b\ngone\n").expect("ours");
    up(folder.path(), &container, &[DELETE, &word])
        .run()
        .failed()
        .naming(&["gone"]);
    assert_eq!(container.names(), ["a", "b", "d/c", "gone", "other"]);
}

#[test]
fn nothing_happens_when_the_list_of_a_filter_cannot_be_read() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("unreadable");
    container.put("gone", "x");
    let folder = folder_with(&Tree::named(["a"]));
    server.watch().counters.reset();
    for word in ["/FilterFrom:/no/such/file", "/FilesFrom:/no/such/file"] {
        up(folder.path(), &container, &[DELETE, word])
            .run()
            .refused();
    }
    assert_eq!(server.watch().counters.of("ListBlobs").requests, 0);
    assert_eq!(container.names(), ["gone"]);
}

#[test]
fn a_sync_without_sub_folders_neither_copies_nor_deletes_in_them() {
    let (_server, service) = single_account::start();
    let folder = Folder::new();
    Tree::named(["a", "b/c"]).write_to(folder.path());
    for word in [
        "/S:off",
        "--recursive=off",
        "--recursive=false",
        "--recursive off",
    ] {
        let container = service.fresh_container("flat");
        Tree::named(["gone", "d/gone"]).put_into(&container);
        let sync = if word.starts_with('/') {
            up(folder.path(), &container, &[DELETE, word])
        } else {
            Azring::new()
                .args(["--sync", "--source", &folder.path().to_string_lossy()])
                .args(["--destination", &container.url(), "--dest-type", "Blob"])
                .args(["--delete", "on"])
                .args(word.split(' '))
                .env("AZRING_DEST_KEY", container.account().key_in_base64())
        };
        sync.run().succeeded();
        assert_eq!(container.names(), ["a", "d/gone"], "{word}");
    }
}
