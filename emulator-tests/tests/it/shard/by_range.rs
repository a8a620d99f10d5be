//! Plans whose shards are ranges of names: each worker lists its own, and nothing is listed twice.

use std::fs;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Storage as _;
use azring_emulator_tests::tree::{Tree, noise};

use super::scene::{Scene, tree};

/// Every object is in one ledger once, whether it was copied or skipped.
#[track_caller]
fn assert_in_ledgers(scene: &Scene, count: usize) {
    let ledger = scene.state.join("merged");
    let word = format!("/Ledger:{}", ledger.display());
    scene.tell("merge").arg(word).run().succeeded();
    let ledger = fs::read_to_string(ledger).expect("the ledgers were merged");
    let mut names: Vec<_> = ledger.lines().map(super::scene::name_in).collect();
    names.sort();
    let all = names.len();
    names.dedup();
    assert_eq!((names.len(), all), (count, count), "{ledger}");
}

#[test]
fn a_copy_in_ranges_of_names_is_the_whole_copy() {
    let scene = Scene::new(tree(60));
    scene
        .plan(&["/By:range", "/BytesPerShard:40M"])
        .run()
        .succeeded();
    assert!(scene.shards() > 4, "{}", scene.read("plan.json"));
    // The files of ranges have no objects.
    let length = |name: &str| {
        fs::metadata(scene.plan.join(name))
            .expect("it is there")
            .len()
    };
    assert!(length("shard-00001") < 2_000);
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn ranges_between_given_names_are_planned_without_a_listing() {
    let scene = Scene::new(tree(60));
    let cuts = scene.state.join("cuts");
    // The second one is the name of a file, and the others are of none.
    fs::write(&cuts, "02\n03/0010\n04/zz\r\n\nlarge/0a\nzzz\n").expect("a folder of ours");
    let word = format!("/Cuts:{}", cuts.display());
    scene.plan(&["/By:range", &word]).run().succeeded();
    assert_eq!(scene.shards(), 6);
    // What was made after the plan is found by the worker of its range.
    fs::write(scene.source.join("03/0010a"), "new").expect("a folder of ours");
    scene.run_all();
    let there = Tree::get_from(&scene.container);
    assert_same(&Tree::read_from(scene.source.path()), &there);
    assert_in_ledgers(&scene, 63);
    scene.tell("status").run().succeeded();
}

#[test]
fn a_range_keeps_the_filters_of_its_plan_and_skips_what_exists() {
    let scene = Scene::new(tree(60));
    scene.container.put("02/0002", "somebody else's");
    scene
        .plan(&["/By:range", "/BytesPerShard:40M", "/ExcludePattern:0*5"])
        .run()
        .succeeded();
    scene.run_all();
    let names = scene.container.names();
    assert!(!names.iter().any(|name| name.ends_with('5')), "{names:?}");
    assert_eq!(scene.container.get("02/0002"), b"somebody else's");
    assert_in_ledgers(&scene, names.len());
    let status = scene.tell("status").run().succeeded();
    assert!(
        status.stdout.contains("Objects skipped:       1"),
        "{status}"
    );
}

#[test]
fn a_killed_worker_of_a_range_goes_on_and_lists_nothing_twice() {
    let scene = Scene::new(tree(200));
    scene
        .plan(&["/By:range", "/BytesPerShard:200M", "/Y"])
        .run()
        .succeeded();
    for _ in 0..3 {
        let mut run = scene.run("0").launch();
        let counters = &scene.server.watch().counters;
        let before = counters.of("PutBlob").requests;
        run.wait_until(|| {
            counters.of("PutBlob").requests > before + 5 || scene.has("shard-00000.done")
        });
        run.kill();
    }
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn ranges_of_a_container_and_of_a_virtual_directory_are_downloaded() {
    for directory in ["", "/of"] {
        let scene = Scene::new(Tree::new());
        let tree = (0..200).fold(Tree::new(), |tree, number| {
            tree.with(&format!("{:02}/{number:03}", number % 7), noise(number, 50))
        });
        for (name, bytes) in tree.files() {
            let place = directory.trim_start_matches('/');
            let name = if place.is_empty() {
                name.to_owned()
            } else {
                format!("{place}/{name}")
            };
            scene.container.put(&name, bytes.to_vec());
        }
        scene.container.put("zz", "outside of the directory");
        let target = Folder::new();
        let between = |command: Azring| {
            let url = format!("{}{directory}", scene.container.url());
            let command = command.arg(url).arg(target.path());
            command
                .source_key(scene.container.account())
                .arg("/SourceType:Blob")
        };
        let into = format!("/Into:{}", scene.plan.path().display());
        let planning = between(Azring::new().args(["shard", "plan"]));
        let planning = planning.args(["/S", &into, "/By:range", "/BytesPerShard:150M"]);
        planning.run().succeeded();
        let last = scene.shards() - 1;
        assert!(last >= 4);
        let state = format!("/State:{}", scene.state.path().display());
        let run = Azring::new().args(["shard", "run"]).arg(scene.plan.path());
        between(run.arg(format!("0-{last}")))
            .arg(state)
            .run()
            .succeeded();
        let tree = if directory.is_empty() {
            tree.with("zz", "outside of the directory")
        } else {
            tree
        };
        assert_same(&tree, &Tree::read_from(target.path()));
        scene.tell("merge").run().succeeded();
    }
}

#[test]
fn a_source_without_ranges_and_a_plan_by_number_are_refused() {
    let scene = Scene::new(tree(3));
    let refused = scene.plan(&["/By:range", "/Shards:4"]).run().refused();
    refused.naming(&["is not for a plan by range"]);
    scene
        .plan(&["/By:size"])
        .run()
        .refused()
        .naming(&["must be `range`"]);
    let cuts = format!("/Cuts:{}", scene.source.join("00/0000").display());
    scene.plan(&[&cuts]).run().refused().naming(&["/Cuts"]);
    let list = scene.state.join("list");
    fs::write(&list, "00/0000\n").expect("a folder of ours");
    let list = format!("/FilesFrom:{}", list.display());
    let refused = scene.plan(&["/By:range", &list]).run().refused();
    refused.naming(&["from a name to a name"]);
}
