//! Plans: every object in one shard, sealed only when all was listed, one plan in a folder, no secret in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use azring_emulator_tests::command::Folder;
use azring_emulator_tests::emulator::clock::pause;

use super::scene::{Scene, tree};
use crate::secrets::assert_free_of;

const MIB: u64 = 1 << 20;

#[test]
fn a_copy_in_shards_by_size_is_the_whole_copy() {
    let scene = Scene::new(tree(60));
    let planned = scene.plan(&["/BytesPerShard:64M"]).run().succeeded();
    assert!(planned.stdout.contains("Planned 62 object(s)"), "{planned}");
    assert!(scene.shards() >= 4, "{}", scene.read("plan.json"));
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn a_copy_in_a_number_of_shards_is_the_whole_copy() {
    let scene = Scene::new(tree(60));
    scene.plan(&["/Shards:7"]).run().succeeded();
    assert_eq!(scene.shards(), 7);
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn more_shards_than_objects_leave_some_empty() {
    let scene = Scene::new(tree(1));
    scene.plan(&["/Shards:9"]).run().succeeded();
    assert_eq!(scene.shards(), 9);
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn shards_by_number_cost_about_the_same() {
    let scene = Scene::new(tree(400));
    scene.plan(&["/Shards:5"]).run().succeeded();
    let costs: Vec<u64> = numbers(&scene.read("plan.json"), "\"objects\": ")
        .into_iter()
        .zip(numbers(&scene.read("plan.json"), "\"bytes\": "))
        .map(|(objects, bytes)| objects * 4 * MIB + bytes)
        .collect();
    // The first numbers are the sums of all shards.
    let (all, each) = costs.split_first().expect("a plan has sums");
    let most = each.iter().max().expect("there are shards");
    assert!(most * 5 * 10 <= all * 11, "the largest of {each:?}");
}

/// The numbers after each of these words.
fn numbers(text: &str, word: &str) -> Vec<u64> {
    let after = text.split(word).skip(1);
    let digits = after.map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next());
    digits
        .map(|digits| {
            digits
                .and_then(|digits| digits.parse().ok())
                .expect("a number")
        })
        .collect()
}

#[test]
fn a_second_plan_in_a_folder_is_refused() {
    let scene = Scene::new(tree(5));
    scene.plan(&["/Shards:2"]).run().succeeded();
    let before = scene.read("plan.json");
    let again = scene.plan(&["/Shards:2"]).run().refused();
    again.naming(&["complete plan already"]);
    scene.plan(&["/Shards:3"]).run().refused();
    assert_eq!(scene.read("plan.json"), before);
}

#[test]
fn a_plan_in_one_of_its_ends_is_refused() {
    let scene = Scene::new(tree(2));
    let inside = Scene {
        plan: Folder::new(),
        ..Scene::new(tree(2))
    };
    let into = format!("/Into:{}", scene.source.join("plan").display());
    let words = [
        "shard",
        "plan",
        &scene.source.path().display().to_string(),
        &format!("{}/c", inside.service.url()),
        "/DestType:Blob",
        &into,
    ];
    let refused = azring_emulator_tests::command::Azring::new()
        .args(words)
        .run()
        .refused();
    refused.naming(&["outside of both ends"]);
}

#[test]
fn a_part_that_cannot_be_listed_leaves_the_plan_unsealed() {
    let scene = Scene::new(tree(30));
    let folder = scene.source.join("03");
    fs::set_permissions(&folder, Permissions::from_mode(0o000)).expect("a folder of ours");
    let open_to_all = [scene.source.path(), scene.plan.path()];
    for path in open_to_all {
        fs::set_permissions(path, Permissions::from_mode(0o777)).expect("a folder of ours");
    }
    let plan = || scene.plan(&["/Shards:2"]).as_ordinary_user();
    plan().run().failed().naming(&["03"]);
    assert!(scene.read("plan.json").contains("\"sealed\": false"));
    scene.tell("status").run().exited(75);
    // The same line makes it whole once the folder can be listed.
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("a folder of ours");
    plan().run().succeeded();
    assert_eq!(scene.shards(), 2);
}

#[test]
fn an_interrupted_plan_goes_on_and_has_everything_once() {
    let scene = Scene::new(tree(400));
    // A few objects are a shard, so that the plan takes its time.
    let plan = || scene.plan(&["/BytesPerShard:20M"]);
    let mut run = plan().launch();
    while !scene.has("shard-00010") && !run.has_ended() {
        pause(std::time::Duration::from_micros(100));
    }
    assert!(run.kill(), "the plan was faster than this test");
    assert!(scene.read("plan.json").contains("\"sealed\": false"));
    // Shard 0 can be run already, and its result counts.
    scene.run("0").run().succeeded();
    let result = scene.read("shard-00000.done");
    plan().run().succeeded();
    assert!(scene.shards() > 90);
    assert_eq!(scene.read("shard-00000.done"), result);
    scene.run_all();
    scene.assert_complete();
}

#[test]
fn no_secret_is_in_a_plan_or_in_a_result() {
    let scene = Scene::new(tree(4));
    let canary = scene.service.account_sas();
    let (_, signature) = canary.split_once("sig=").expect("a signature");
    let key = scene.service.account().key_in_base64();
    let url = format!("{}?{canary}", scene.container.url());
    let into = format!("/Into:{}", scene.plan.path().display());
    let state = format!("/State:{}", scene.state.path().display());
    let source = scene.source.path().display().to_string();
    let azring = |words: &[&str]| {
        azring_emulator_tests::command::Azring::new()
            .args(words)
            .run()
    };
    let planned = azring(&[
        "shard",
        "plan",
        &source,
        &url,
        "/DestType:Blob",
        "/S",
        &into,
        "/Shards:2",
    ]);
    let plan = scene.plan.path().display().to_string();
    let ran = azring(&[
        "shard",
        "run",
        &plan,
        "0-1",
        &source,
        &url,
        "/DestType:Blob",
        &state,
    ]);
    let secrets = [signature[..16].to_owned(), key];
    for outcome in [
        planned.succeeded(),
        ran.succeeded(),
        scene.tell("status").run(),
    ] {
        assert_free_of(&secrets, &outcome, scene.plan.path());
        assert_free_of(&secrets, &outcome, scene.state.path());
    }
}
