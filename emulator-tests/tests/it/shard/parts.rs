//! D7: an object in parts, which are in several shards. It is committed once, whoever comes first, last or twice.

use std::time::Duration;

use azring_emulator_tests::background_run::BackgroundRun;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::rest::Storage as _;
use azring_emulator_tests::tree::{Tree, noise};
use azring_emulator_tests::two_accounts::TwoAccounts;
use rustix::process::Signal;

use super::scene::{Scene, name_in};
use crate::kills::Draw;

const MIB: usize = 1 << 20;

/// The object that is split.
const NAME: &str = "disk.img";

/// Four shards with parts of one object, and a few small objects.
fn planned(words: &[&str]) -> Scene {
    let small = (0..6).map(|number| (format!("small/{number}"), noise(number, 5_000)));
    let tree = small.fold(Tree::new(), |tree, (name, bytes)| tree.with(&name, bytes));
    let scene = Scene::new(tree.with(NAME, noise(77, 33 * MIB)));
    let words = [&["/Shards:4", "/SplitAbove:8M"], words].concat();
    let planned = scene.plan(&words).run().succeeded();
    assert!(planned.stdout.contains("Planned 7 object(s)"), "{planned}");
    assert!(planned.stdout.contains("In parts"), "{planned}");
    assert!(scene.read("plan.json").contains("\"parts\": 5"));
    scene
}

/// How often blocks were committed.
fn commits(scene: &Scene) -> u64 {
    let commits = scene.server.watch().counters.of("PutBlockList");
    commits.requests - commits.failures
}

fn wait(mut run: BackgroundRun) {
    while !run.has_ended() {
        pause(Duration::from_millis(1));
    }
}

#[track_caller]
fn assert_committed_once(scene: &Scene) {
    scene.assert_complete();
    assert_eq!(commits(scene), 1);
}

#[test]
fn an_object_in_parts_is_committed_by_whoever_is_last() {
    for order in [
        ["0", "1", "2", "3"],
        ["3", "2", "1", "0"],
        ["1", "3", "0", "2"],
    ] {
        for words in [&[][..], &["/Y"]] {
            let scene = planned(words);
            let (last, before) = order.split_last().expect("there are four");
            for shard in before {
                scene.run(shard).run().succeeded();
                // A second worker, with another state, finds the shard done.
                let other = Folder::new();
                let again = scene.run_in(shard, &other).run().succeeded();
                assert!(again.stdout.contains("done already"), "{again}");
                assert!(!scene.container.names().contains(&NAME.to_owned()));
            }
            let status = scene.tell("status").run().exited(75);
            let missing = format!("parts are missing, in the shards {last}");
            assert!(status.stdout.contains(&missing), "{status}");
            scene.tell("merge").run().exited(75);
            let run = scene.run(last).run().succeeded();
            assert!(run.stdout.contains("is committed"), "{run}");
            // Neither a worker nor a merge commits again.
            scene.run(last).run().succeeded();
            scene.between(scene.tell("merge")).run().succeeded();
            assert_committed_once(&scene);
        }
    }
}

#[test]
fn two_workers_for_each_part_at_once_commit_once() {
    let mut draw = Draw::new("parts");
    for words in [&[][..], &["/Y"]] {
        let scene = planned(words);
        let states: Vec<Folder> = (0..8).map(|_| Folder::new()).collect();
        let mut runs = Vec::new();
        for (number, state) in states.iter().enumerate() {
            let shard = (number % 4).to_string();
            runs.push(scene.run_in(&shard, state).launch());
            pause(Duration::from_micros(draw.below(20_000)));
        }
        runs.into_iter().for_each(wait);
        scene.run("0-3").run().succeeded();
        assert_committed_once(&scene);
    }
}

/// A worker that was given up wakes when its shard is done and the object is committed.
#[test]
fn a_part_that_is_written_late_changes_nothing() {
    let mut draw = Draw::new("late parts");
    for words in [&[][..], &["/Y"]] {
        let scene = planned(words);
        let states: Vec<Folder> = (0..4).map(|_| Folder::new()).collect();
        let mut asleep: Vec<BackgroundRun> = Vec::new();
        for (shard, state) in (0..4).zip(&states) {
            let mut run = scene.run_in(&format!("{shard}"), state).launch();
            pause(Duration::from_micros(draw.below(80_000)));
            run.signal(Signal::STOP);
            asleep.push(run);
        }
        scene.run("0-3").run().succeeded();
        for mut run in asleep {
            run.signal(Signal::CONT);
            wait(run);
        }
        scene.assert_complete();
        let (bytes, there) = (noise(77, 33 * MIB), scene.container.get(NAME));
        assert!(bytes == there);
    }
}

#[test]
fn killed_workers_of_parts_lose_nothing() {
    let mut draw = Draw::new("killed parts");
    let scene = planned(&["/Y"]);
    let states: Vec<Folder> = (0..4).map(|_| Folder::new()).collect();
    for round in 0..3 {
        for (shard, state) in (0..4).zip(&states) {
            let run = scene.run_in(&format!("{shard}"), state).launch();
            pause(Duration::from_micros(draw.below(60_000) * (round + 1)));
            run.kill();
        }
    }
    for (shard, state) in (0..4).zip(&states) {
        scene.run_in(&format!("{shard}"), state).run().succeeded();
    }
    scene.assert_complete();
}

#[test]
fn an_object_whose_commit_failed_is_named_with_the_line_that_commits_it() {
    let scene = planned(&["/Y"]);
    scene.server.set_faults(
        r#"{ "when": { "method": "PUT", "query": "*comp=blocklist*" },
            "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }"#,
    );
    scene.run("0-3").run().exited(1);
    let status = scene.tell("status").run().exited(1);
    assert!(
        status
            .stdout
            .contains("has all its parts and is not committed"),
        "{status}"
    );
    let line = format!("azring shard merge {}", scene.plan.path().display());
    assert!(status.stdout.contains(&line), "{status}");
    scene.tell("merge").run().exited(1);
    assert!(!scene.container.names().contains(&NAME.to_owned()));
    scene.server.clear_faults();
    scene.between(scene.tell("merge")).run().succeeded();
    assert_committed_once(&scene);
}

/// The commit was made and its answer lost: the next attempt finds the object.
#[test]
fn a_commit_whose_worker_was_killed_is_not_made_twice() {
    for words in [&[][..], &["/Y"]] {
        let scene = planned(words);
        scene.run("0-3").run().succeeded();
        let names = azring_emulator_tests::tree::names_below(scene.plan.path());
        let journal = names.iter().find(|name| name.starts_with("object-"));
        let (object, _) = journal
            .expect("the object has files")
            .split_at("object-".len() + 16);
        let result = scene.plan.join(&format!("{object}.done"));
        std::fs::remove_file(result).expect("a file of ours");
        let status = scene.tell("status").run().exited(75);
        assert!(status.stdout.contains("is not committed"), "{status}");
        scene.run("2").run().succeeded();
        assert_committed_once(&scene);
    }
}

#[test]
fn blocks_that_the_service_has_lost_are_sent_again_by_the_commit() {
    let scene = planned(&["/Y"]);
    scene.run("0-2").run().succeeded();
    // A commit of somebody else drops all blocks that are not in it.
    scene.container.put(NAME, "x");
    scene.container.delete(NAME);
    scene.run("3").run().succeeded();
    assert_committed_once(&scene);
}

#[test]
fn a_source_that_changes_between_its_parts_is_not_committed() {
    let scene = planned(&["/Y"]);
    scene.run("0-1").run().succeeded();
    let changed = noise(78, 33 * MIB);
    std::fs::write(scene.source.join(NAME), changed).expect("a folder of ours");
    let failed = scene.run("2-3").run().failed();
    failed.naming(&["has changed since it was planned"]);
    let status = scene.tell("status").run().exited(1);
    assert!(status.stdout.contains("parts are missing"), "{status}");
    assert!(!scene.container.names().contains(&NAME.to_owned()));
    assert_eq!(commits(&scene), 0);
}

/// All parts are written, and then the source changes: the commit does not trust the parts.
#[test]
fn a_source_that_changes_before_the_commit_is_not_committed() {
    let scene = planned(&["/Y"]);
    scene.server.set_faults(
        r#"{ "when": { "method": "PUT", "query": "*comp=blocklist*" },
            "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }"#,
    );
    scene.run("0-3").run().exited(1);
    scene.server.clear_faults();
    let changed = noise(78, 33 * MIB);
    std::fs::write(scene.source.join(NAME), changed).expect("a folder of ours");
    let failed = scene.between(scene.tell("merge")).run().failed();
    failed.naming(&["has changed since it was planned"]);
    assert_eq!(commits(&scene), 0);
}

#[test]
fn an_object_in_parts_does_not_replace_one_that_may_not_be_replaced() {
    let scene = planned(&[]);
    scene.container.put(NAME, "somebody else's");
    scene.run("0-3").run().succeeded();
    let status = scene.tell("status").run().succeeded();
    assert!(
        status.stdout.contains("Objects skipped:       1"),
        "{status}"
    );
    assert_eq!(scene.container.get(NAME), b"somebody else's");
    scene.tell("merge").run().succeeded();
    // One that appears between the parts is not replaced either.
    let scene = planned(&[]);
    scene.run("0-1").run().succeeded();
    scene.container.put(NAME, "somebody else's");
    scene.run("2-3").run().succeeded();
    assert_eq!(scene.container.get(NAME), b"somebody else's");
    // Nor one that appears before the commit.
    let scene = planned(&[]);
    scene.server.set_faults(
        r#"{ "when": { "method": "PUT", "query": "*comp=blocklist*" },
            "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } }"#,
    );
    scene.run("0-3").run().exited(1);
    scene.server.clear_faults();
    scene.container.put(NAME, "somebody else's");
    scene.between(scene.tell("merge")).run();
    assert_eq!(scene.container.get(NAME), b"somebody else's");
    scene.tell("status").run().exited(1);
}

/// The table of contents and the journal of the commit cannot come from elsewhere.
#[test]
fn a_commit_that_is_not_the_planned_one_is_refused() {
    let scene = planned(&["/Y"]);
    let names = azring_emulator_tests::tree::names_below(scene.plan.path());
    let name = names.iter().find(|name| name.starts_with("object-"));
    let path = scene.plan.join(name.expect("the object has a journal"));
    let whole = std::fs::read(&path).expect("it is there");
    std::fs::write(&path, &whole[..whole.len() - 3]).expect("a folder of ours");
    let refused = scene.run("0-3").run().exited(6);
    refused.naming(&["is not the commit of `disk.img` that was planned"]);
    assert_eq!(commits(&scene), 0);
    std::fs::write(&path, whole).expect("a folder of ours");
    scene.run("0").run().succeeded();
    assert_committed_once(&scene);
}

#[test]
fn an_interrupted_plan_goes_on_inside_an_object() {
    let tree = (0..40).fold(Tree::new(), |tree, number| {
        tree.with(&format!("{number:02}"), noise(number, 9 * MIB))
    });
    let scene = Scene::new(tree);
    let plan = || scene.plan(&["/BytesPerShard:9M", "/SplitAbove:4M"]);
    let mut run = plan().launch();
    while !scene.has("shard-00010") && !run.has_ended() {
        pause(Duration::from_micros(100));
    }
    assert!(run.kill(), "the plan was faster than this test");
    plan().run().succeeded();
    assert_eq!(scene.shards(), 120);
    scene.run_all();
    scene.assert_complete();
    assert_eq!(commits(&scene), 40);
}

#[test]
fn a_service_copies_an_object_in_parts_and_commits_it_once() {
    let accounts = TwoAccounts::of_emulator();
    let (source, target) = accounts.between();
    let bytes = noise(5, 80 * MIB);
    source.put(NAME, bytes.clone());
    source.put("small", noise(6, 100));
    let (plan, state) = (Folder::new(), Folder::new());
    let between = |command: Azring| {
        let command = command.arg(source.url()).arg(target.url());
        let command = command
            .source_key(source.account())
            .dest_key(target.account());
        command.args(["/SourceType:Blob", "/DestType:Blob"])
    };
    let into = format!("/Into:{}", plan.path().display());
    let planning = between(Azring::new().args(["shard", "plan"]));
    let planned = planning
        .args(["/S", "/Shards:3", "/SplitAbove:32M", &into])
        .run();
    assert!(planned.succeeded().stdout.contains("In parts"));
    let word = format!("/State:{}", state.path().display());
    for shard in ["2", "0", "1"] {
        assert!(!target.exists() || !target.names().contains(&NAME.to_owned()));
        let command = Azring::new()
            .args(["shard", "run"])
            .arg(plan.path())
            .arg(shard);
        between(command).arg(&word).run().succeeded();
    }
    assert_same(&Tree::get_from(&source), &Tree::get_from(&target));
    assert_eq!(target.committed_blocks(NAME), 5);
    let counters = &accounts.emulator().watch().counters;
    assert_eq!(counters.of("PutBlockList").requests, 1);
    assert_eq!(counters.of("PutBlockFromUrl").requests, 5);
    let ledger = state.join("merged");
    let merge = Azring::new().args(["shard", "merge"]).arg(plan.path());
    let word = format!("/Ledger:{}", ledger.display());
    merge.arg(word).run().succeeded();
    let ledger = std::fs::read_to_string(ledger).expect("it was written");
    let mut names: Vec<_> = ledger.lines().map(name_in).collect();
    names.sort();
    assert_eq!(names, [NAME, "small"]);
}
