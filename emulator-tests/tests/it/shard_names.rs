//! `/Shard:i/N`: several processes divide a command by names. Together they do all of it, and nothing twice.

use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder, Outcome, Running};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::{Container, Storage};
use azring_emulator_tests::single_account;
use azring_emulator_tests::summary::Summary;
use azring_emulator_tests::tree::{Tree, names_below, noise};

use super::sync::{down, says, up};
use super::{moves, two_ends};

/// Names in folders, of other scripts, and some that belong together.
fn tree() -> Tree {
    let names: Vec<String> = (0..40).map(|at| format!("d{}/f{at}", at % 5)).collect();
    Tree::named(names.iter().map(String::as_str))
        .with("é/写真.jpg", "1")
        .with("é/отчёт.docx", "2")
        .with("large", noise(3, 5 << 20))
        .with("empty", "")
}

/// One run for each of so many shards, all at the same time.
fn all(count: u32, command: impl Fn() -> Azring) -> Vec<Outcome> {
    let runs: Vec<_> = (0..count)
        .map(|index| command().arg(format!("/Shard:{index}/{count}")).start())
        .collect();
    runs.into_iter().map(Running::wait).collect()
}

/// The sums over all runs.
fn sum(outcomes: &[Outcome]) -> Summary {
    let all = outcomes.iter().map(Outcome::summary);
    all.fold(
        Summary {
            total: 0,
            done: 0,
            skipped: 0,
            failed: 0,
        },
        |sum, one| Summary {
            total: sum.total + one.total,
            done: sum.done + one.done,
            skipped: sum.skipped + one.skipped,
            failed: sum.failed + one.failed,
        },
    )
}

/// Every run succeeded and had something to do, and together they did so many objects.
#[track_caller]
fn assert_done(outcomes: Vec<Outcome>, objects: usize) {
    let outcomes: Vec<_> = outcomes.into_iter().map(Outcome::succeeded).collect();
    for outcome in &outcomes {
        assert!(outcome.summary().done > 0, "{outcome}");
    }
    let sum = sum(&outcomes);
    assert_eq!((sum.done, sum.failed), (objects as u64, 0), "{sum:?}");
}

#[test]
fn four_processes_copy_everything_in_each_direction_and_nothing_twice() {
    let (_server, service) = single_account::start();
    let (container, other) = (
        service.fresh_container("shards"),
        service.fresh_container("other"),
    );
    let (folder, back) = (Folder::new(), Folder::new());
    tree().write_to(folder.path());
    assert_done(
        all(4, || {
            Azring::upload(folder.path(), &container).args(["/S", "/Y"])
        }),
        tree().len(),
    );
    assert_same(&tree(), &Tree::get_from(&container));
    assert_done(
        all(4, || Azring::between(&container, &other).args(["/S", "/Y"])),
        tree().len(),
    );
    assert_same(&tree(), &Tree::get_from(&other));
    assert_done(
        all(4, || {
            Azring::download(&other, back.path()).args(["/S", "/Y"])
        }),
        tree().len(),
    );
    assert_same(&tree(), &Tree::read_from(back.path()));
    assert_eq!(names_below(back.path()).len(), tree().len());
}

#[test]
fn a_file_share_is_filled_by_several_at_once() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("shards");
    let folder = Folder::new();
    tree().write_to(folder.path());
    assert_done(
        all(3, || {
            Azring::upload(folder.path(), &share).args(["/S", "/Y"])
        }),
        tree().len(),
    );
    assert_same(&tree(), &Tree::get_from(&share));
    let remove = || {
        Azring::new()
            .args(["remove", &share.url(), "/SourceType:file", "/S", "/Y"])
            .source_key(share.account())
    };
    for outcome in all(3, remove) {
        outcome.succeeded();
    }
    assert!(share.names().is_empty() && share.directories().is_empty());
}

/// Objects that only the destination has, in each of the shards.
fn with_more(container: &Container) -> Vec<String> {
    let more: Vec<String> = (0..12).map(|at| format!("old/{at:02}")).collect();
    for name in &more {
        container.put(name, "x");
    }
    more
}

#[test]
fn in_a_sync_each_process_deletes_only_names_of_its_shard() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("shards");
    let folder = Folder::new();
    tree().write_to(folder.path());
    up(folder.path(), &container, &[]).run().succeeded();
    let more = with_more(&container);
    let listed = |shard: &str| {
        let word = format!("/Shard:{shard}");
        let list = Azring::new()
            .args(["list", &container.url(), &word, "/Output:json"])
            .source_key(container.service().account());
        let listed = list.run().succeeded().stdout;
        let of_shard = |name: &&String| listed.contains(&format!("\"{name}\""));
        more.iter().filter(of_shard).cloned().collect::<Vec<_>>()
    };
    let (mine, others) = (listed("0/3"), [listed("1/3"), listed("2/3")].concat());
    assert_eq!(mine.len() + others.len(), more.len());
    assert!(!mine.is_empty() && !others.is_empty());

    let preview = up(
        folder.path(),
        &container,
        &["/Delete:on", "/Shard:0/3", "/L"],
    );
    let preview = preview.run().succeeded();
    for name in &others {
        assert!(!preview.stdout.contains(name.as_str()), "{preview}");
    }
    let outcome = up(folder.path(), &container, &["/Delete:on", "/Shard:0/3"]).run();
    let line = format!("Deleted at destination:  {}", mine.len());
    says(&outcome.succeeded(), &line);
    let left: Vec<_> = container
        .names()
        .into_iter()
        .filter(|name| more.contains(name))
        .collect();
    let mut others = others;
    others.sort();
    assert_eq!(left, others);

    for outcome in all(3, || up(folder.path(), &container, &["/Delete:on"])) {
        outcome.succeeded();
    }
    assert_same(&tree(), &Tree::get_from(&container));
}

/// The guard against a source that is empty by mistake looks at the whole source.
#[test]
fn a_shard_without_an_object_at_the_source_is_no_empty_source() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("shards");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    let more = with_more(&container);
    for outcome in all(8, || up(folder.path(), &container, &["/Delete:on"])) {
        outcome.succeeded();
    }
    assert_eq!(container.names(), ["a"]);

    // Where it is empty, nothing is deleted.
    let more = more.len() + usize::from(!with_more(&container).is_empty()) - 1;
    let empty = Folder::new();
    let outcomes = all(2, || up(empty.path(), &container, &["/Delete:on"]));
    for outcome in outcomes {
        outcome.failed().naming(&["nothing was deleted"]);
    }
    assert_eq!(container.names().len(), more + 1);
}

#[test]
fn a_sync_deletes_no_part_file_of_another_process() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("shards");
    tree().put_into(&container);
    let folder = Folder::new();
    Tree::named(["gone/1", "gone/2", "gone/3", "gone/4"]).write_to(folder.path());
    for outcome in all(4, || down(&container, folder.path(), &["/Delete:on"])) {
        outcome.succeeded();
    }
    assert_same(&tree(), &Tree::read_from(folder.path()));
}

#[test]
fn a_removal_and_a_move_by_several_leave_nothing() {
    let (_server, service) = single_account::start();
    let (container, other) = (
        service.fresh_container("shards"),
        service.unmade_container("other"),
    );
    tree().put_into(&container);
    let moving = || moves::between(&container, &other, &["/S", "/Y"]);
    assert_done(all(3, moving), tree().len());
    assert!(container.names().is_empty());
    assert_same(&tree(), &Tree::get_from(&other));
    let remove = || {
        Azring::new()
            .args(["remove", &other.url(), "/SourceType:blob", "/S", "/Y"])
            .source_key(other.service().account())
    };
    for outcome in all(3, remove) {
        outcome.succeeded();
    }
    assert!(other.names().is_empty());
}

#[test]
fn a_blob_and_its_snapshots_go_with_one_process() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("shards");
    let blobs = ["a.txt", "b.txt", "c.txt", "d/e.txt"];
    for name in blobs {
        container.put(name, "old");
        let query = [("comp", "snapshot")];
        container.ask("PUT", name, &query, &[], "").succeeded();
        container.put(name, "new");
    }
    let folder = Folder::new();
    let by_shard = all(4, || {
        Azring::download(&container, folder.path()).args(["/S", "/Snapshot", "/Y"])
    });
    let outcomes: Vec<_> = by_shard.into_iter().map(Outcome::succeeded).collect();
    assert_eq!(sum(&outcomes).done, 2 * blobs.len() as u64);
    for outcome in &outcomes {
        assert_eq!(outcome.summary().done % 2, 0, "{outcome}");
    }
    assert_eq!(names_below(folder.path()).len(), 2 * blobs.len());
}

/// A share takes these names for one. A process that had only one of them could not report it.
#[test]
fn names_that_collide_at_the_destination_meet_in_one_process() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("shards");
    let folder = Folder::new();
    let names = ["v/README", "v/readme", "w/É", "w/é", "x"];
    Tree::named(names).write_to(folder.path());
    let outcomes = all(4, || {
        Azring::upload(folder.path(), &share).args(["/S", "/Y"])
    });
    let sum = sum(&outcomes);
    assert_eq!((sum.done, sum.failed), (3, 2), "{outcomes:?}");
    let errors: Vec<String> = outcomes.iter().flat_map(Outcome::errors).collect();
    assert_eq!(
        errors
            .iter()
            .filter(|error| error.contains("ignores case"))
            .count(),
        2,
        "{errors:?}"
    );
}

#[test]
fn a_filter_explains_which_process_has_a_name() {
    let explained = Azring::new()
        .args(["/ExplainFilter:a.txt", "/Shard:0/4"])
        .run()
        .succeeded();
    let line = "`a.txt` is left out: it belongs to the process with `/Shard:3/4`";
    assert!(explained.stdout.contains(line), "{explained}");
}

#[test]
fn a_shard_that_is_none_is_refused_by_name() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("shards");
    let folder = Folder::new();
    for value in ["4/4", "0/17", "half"] {
        let word = format!("/Shard:{value}");
        two_ends::up("sync", Path::new(folder.path()), &container, &[&word])
            .run()
            .refused()
            .naming(&[value, "it takes `i/N`"]);
    }
}
