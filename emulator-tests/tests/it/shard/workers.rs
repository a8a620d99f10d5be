//! Workers: stateless, on any machine, twice at once, and with nothing but the planned versions.

use std::fs;
use std::time::Duration;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::rest::Storage as _;
use azring_emulator_tests::tree::{Tree, noise};
use rustix::process::Signal;

use super::scene::{Scene, tree};
use crate::kills::Draw;

/// D4: two workers of one shard, the second one begins at a random moment.
#[test]
fn a_shard_that_runs_twice_at_once_has_one_result_and_the_right_bytes() {
    let mut draw = Draw::new("two workers");
    for words in [&["/Shards:1"][..], &["/Shards:1", "/Y"]] {
        let scene = Scene::new(tree(80));
        scene.plan(words).run().succeeded();
        let other = Folder::new();
        let mut first = scene.run("0").launch();
        pause(Duration::from_micros(draw.below(150_000)));
        let mut second = scene.run_in("0", &other).launch();
        while !(first.has_ended() && second.has_ended()) {
            pause(Duration::from_millis(1));
        }
        // What one of them found at the target already it has skipped, and a clash of both is repeated.
        scene.run("0").run().succeeded();
        scene.run_in("0", &other).run().succeeded();
        scene.assert_complete();
    }
}

#[test]
fn a_shard_that_is_done_is_not_run_again() {
    let scene = Scene::new(tree(10));
    scene.plan(&["/Shards:1"]).run().succeeded();
    scene.run("0").run().succeeded();
    let result = scene.read("shard-00000.done");
    for (name, _) in scene.tree.files() {
        scene.container.delete(name);
    }
    let again = scene.run("0").run().succeeded();
    assert!(again.stdout.contains("done already"), "{again}");
    assert!(scene.container.names().is_empty());
    assert_eq!(scene.read("shard-00000.done"), result);
}

/// The blocks of another plan have other ids: time and length do not prove that their bytes are these.
#[test]
fn another_plan_copies_a_file_that_changed_and_kept_its_time() {
    let first = Scene::new(tree(0));
    first.plan(&["/Shards:1", "/Y"]).run().succeeded();
    first.run_all();
    first.assert_complete();
    let path = first.source.join("large/0");
    let modified = fs::metadata(&path).and_then(|file| file.modified());
    let changed = first.tree.clone().with("large/0", noise(7, 9 << 20));
    changed.write_to(first.source.path());
    let file = fs::File::options().write(true).open(&path);
    file.and_then(|file| file.set_modified(modified.expect("it has one")))
        .expect("it is ours");
    let second = Scene {
        tree: changed,
        plan: Folder::new(),
        state: Folder::new(),
        ..first
    };
    second.plan(&["/Shards:1", "/Y"]).run().succeeded();
    second.run_all();
    second.assert_complete();
}

/// D5: nothing is copied by a shard's file that is not the planned one.
#[test]
fn a_shard_file_that_is_not_the_planned_one_is_refused_before_any_byte() {
    let scene = Scene::new(tree(20));
    scene.plan(&["/Shards:2"]).run().succeeded();
    let (first, second) = (
        scene.plan.join("shard-00000"),
        scene.plan.join("shard-00001"),
    );
    let whole = fs::read(&first).expect("the plan has it");
    let others = fs::read(&second).expect("the plan has it");
    let foreign = Scene::new(tree(20));
    foreign.plan(&["/Shards:2"]).run().succeeded();
    let of_another_plan = fs::read(foreign.plan.join("shard-00000")).expect("the plan has it");
    for content in [&whole[..whole.len() - 20], &others, &of_another_plan, b""] {
        fs::write(&first, content).expect("a folder of ours");
        let refused = scene.run("0").run().exited(6);
        refused.naming(&["is not the shard 0 that was planned"]);
    }
    fs::remove_file(&first).expect("it is there");
    scene.run("0").run().exited(6).naming(&["is missing"]);
    assert!(scene.container.names().is_empty());
    fs::write(&first, whole).expect("a folder of ours");
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn a_table_of_contents_that_names_another_shards_file_is_found_out() {
    let scene = Scene::new(tree(20));
    scene.plan(&["/Shards:2"]).run().succeeded();
    // Both the files and their digests are exchanged.
    let text = scene.read("plan.json");
    let digests: Vec<&str> = text
        .split("\"sha256\": \"")
        .skip(1)
        .map(|rest| &rest[..64])
        .collect();
    let exchanged = text
        .replace(digests[0], "FIRST")
        .replace(digests[1], digests[0])
        .replace("FIRST", digests[1]);
    fs::write(scene.plan.join("plan.json"), exchanged).expect("a folder of ours");
    let path = |name: &str| scene.plan.join(name);
    fs::rename(path("shard-00000"), path("x")).expect("it is there");
    fs::rename(path("shard-00001"), path("shard-00000")).expect("it is there");
    fs::rename(path("x"), path("shard-00001")).expect("it is there");
    let refused = scene.run("0").run().exited(6);
    refused.naming(&["belongs to another plan or another shard"]);
    assert!(scene.container.names().is_empty());
}

#[test]
fn a_worker_for_other_places_is_refused() {
    let scene = Scene::new(tree(5));
    scene.plan(&["/Shards:1"]).run().succeeded();
    let other = scene.service.fresh_container("other");
    let run = |source: &Folder, target: &str| {
        Azring::new()
            .args(["shard", "run"])
            .arg(scene.plan.path())
            .arg("0")
            .arg(source.path())
            .arg(target)
            .dest_key(scene.container.account())
            .arg("/DestType:Blob")
            .arg(format!("/State:{}", scene.state.path().display()))
            .run()
    };
    let refused = run(&scene.source, &other.url()).refused();
    refused.naming(&["the destination of the plan is"]);
    let refused = run(&Folder::new(), &scene.container.url()).refused();
    refused.naming(&["the source of the plan is"]);
    assert!(other.names().is_empty() && scene.container.names().is_empty());
    let changed = scene.run("0").arg("/BlobType:page").run().refused();
    changed.naming(&["belongs to the plan"]);
}

/// D6: what changed after the plan fails, and the rest is done.
#[test]
fn an_object_that_changed_after_the_plan_fails_and_the_others_are_done() {
    let scene = Scene::new(tree(20));
    scene.plan(&["/Shards:1"]).run().succeeded();
    fs::write(scene.source.join("00/0000"), "changed").expect("a folder of ours");
    fs::remove_file(scene.source.join("01/0001")).expect("it is there");
    for _ in 0..2 {
        let failed = scene.run("0").run().failed();
        failed.naming(&[
            "`00/0000` has changed since it was planned",
            "`01/0001` was planned",
        ]);
    }
    let there = Tree::get_from(&scene.container);
    assert_eq!(there.len(), scene.tree.len() - 2);
    assert!(!scene.has("shard-00000.done"));
    let status = scene.tell("status").run().exited(1);
    assert!(
        status.stdout.contains("Shard 0 failed: 2 object(s)"),
        "{status}"
    );
    assert!(status.stdout.contains("shard run"), "{status}");
}

/// A copy of the source on another file system has other inodes, and the same times.
#[test]
fn a_source_with_other_inodes_is_the_planned_one() {
    let scene = Scene::new(tree(20));
    scene.plan(&["/Shards:1"]).run().succeeded();
    for (name, bytes) in scene.tree.files() {
        let path = scene.source.join(name);
        let times = fs::metadata(&path)
            .expect("it is there")
            .modified()
            .expect("it has a time");
        fs::rename(&path, scene.plan.join("moved")).expect("it is there");
        fs::write(&path, bytes).expect("a folder of ours");
        fs::remove_file(scene.plan.join("moved")).expect("it is there");
        let file = fs::File::options()
            .write(true)
            .open(&path)
            .expect("it is there");
        file.set_modified(times).expect("a file of ours");
    }
    scene.run_all();
    scene.assert_complete();
}

/// An expired signature between plan and run costs an attempt, and no object.
#[test]
fn a_signature_that_expired_after_the_plan_costs_one_attempt() {
    let scene = Scene::new(tree(20));
    scene.plan(&["/Shards:1"]).run().succeeded();
    let run = |sas: &str| {
        Azring::new()
            .args(["shard", "run"])
            .arg(scene.plan.path())
            .arg("0")
            .arg(scene.source.path())
            .arg(format!("{}?{sas}", scene.container.url()))
            .arg("/DestType:Blob")
            .arg(format!("/State:{}", scene.state.path().display()))
            .run()
    };
    let expired = "sv=2022-11-02&se=2020-01-02T03:04:05Z&sr=c&sp=rwl&sig=Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2E%3D";
    run(expired).exited(4).naming(&["expired"]);
    run(&scene.service.account_sas()).succeeded();
    scene.assert_complete();
}

#[test]
fn a_worker_that_is_stopped_goes_on_where_it_stopped() {
    let scene = Scene::new(Tree::new().with("large", noise(3, 64 << 20)));
    scene.plan(&["/Shards:1"]).run().succeeded();
    scene.server.set_faults(
        r#"{ "when": { "method": "PUT", "query": "*comp=block&*" }, "then": { "request_bytes_per_second": 4000000 } }"#,
    );
    let mut run = scene.run("0").launch();
    let counters = &scene.server.watch().counters;
    run.wait_until(|| counters.of("PutBlock").requests >= 5);
    run.signal(Signal::TERM);
    while !run.has_ended() {
        pause(Duration::from_millis(1));
    }
    scene.server.clear_faults();
    assert!(!scene.has("shard-00000.done") && !scene.has("shard-00000.failed"));
    scene.run("0").run().succeeded();
    scene.assert_complete();
}

/// The target of a download is a folder: two workers write beside each other and not into one part file.
#[test]
fn two_workers_of_a_download_do_not_share_part_files() {
    let scene = Scene::new(tree(40));
    scene.tree.put_into(&scene.container);
    let target = Folder::new();
    let into = format!("/Into:{}", scene.plan.path().display());
    let key = |command: Azring| {
        command
            .arg(scene.container.url())
            .arg(target.path())
            .source_key(scene.container.account())
            .arg("/SourceType:Blob")
    };
    let planning =
        key(Azring::new().args(["shard", "plan"])).args(["/S", "/Y", &into, "/Shards:1"]);
    planning.run().succeeded();
    let worker = |state: &Folder| {
        let command = Azring::new()
            .args(["shard", "run"])
            .arg(scene.plan.path())
            .arg("0");
        key(command).arg(format!("/State:{}", state.path().display()))
    };
    let other = Folder::new();
    let (mut first, mut second) = (worker(&scene.state).launch(), worker(&other).launch());
    while !(first.has_ended() && second.has_ended()) {
        pause(Duration::from_millis(1));
    }
    worker(&scene.state).run().succeeded();
    assert_same(&scene.tree, &Tree::read_from(target.path()));
    scene.tell("merge").run().succeeded();
}
