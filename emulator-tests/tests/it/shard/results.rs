//! Results: what status and merge say, and what they refuse to believe.

use std::fs;

use super::scene::{Scene, tree};

#[test]
fn status_names_the_shards_without_a_result() {
    let scene = Scene::new(tree(30));
    scene.plan(&["/Shards:4"]).run().succeeded();
    scene.run("1-2").run().succeeded();
    let status = scene.tell("status").run().exited(75);
    assert!(
        status.stdout.contains("Shards done:           2 of 4"),
        "{status}"
    );
    assert!(
        status.stdout.contains("Shards without result: 0, 3"),
        "{status}"
    );
    scene.tell("merge").run().exited(75);
    let json = scene.tell("status").arg("/Output:json").run().exited(75);
    assert!(json.stdout.contains("\"open\":[0,3]"), "{json}");
}

#[test]
fn a_report_has_every_shard() {
    let scene = Scene::new(tree(30));
    scene.plan(&["/Shards:3"]).run().succeeded();
    scene.run_all();
    let report = scene.state.join("report.html");
    let word = format!("/Report:{}", report.display());
    scene.tell("merge").arg(word).run().succeeded();
    let page = fs::read_to_string(report).expect("it was written");
    assert!(page.contains("<h1>Complete</h1>"), "{page}");
    assert_eq!(page.matches(" copied, 0 skipped").count(), 3, "{page}");
}

#[test]
fn a_ledger_that_is_not_the_one_of_its_result_is_not_merged() {
    let scene = Scene::new(tree(12));
    scene.plan(&["/Shards:1"]).run().succeeded();
    scene.run_all();
    let names = azring_emulator_tests::tree::names_below(scene.plan.path());
    let ledger = names.iter().find(|name| name.contains(".ledger"));
    let ledger = scene.plan.join(ledger.expect("the result has a ledger"));
    let text = fs::read_to_string(&ledger).expect("a file of ours");
    fs::write(&ledger, text.replacen("done", "skipped", 1)).expect("a file of ours");
    let refused = scene.tell("merge").run().exited(6);
    refused.naming(&["is not the one of the result"]);
}

#[test]
fn a_result_with_other_sums_than_were_planned_is_no_success() {
    let scene = Scene::new(tree(12));
    scene.plan(&["/Shards:1"]).run().succeeded();
    scene.run_all();
    let (path, text) = (
        scene.plan.join("shard-00000.done"),
        scene.read("shard-00000.done"),
    );
    assert!(text.contains("\"done\": 14"), "{text}");
    fs::write(&path, text.replace("\"done\": 14", "\"done\": 13")).expect("a file of ours");
    let status = scene.tell("status").run().exited(1);
    let other = "Shard 0 has a result with other sums than were planned";
    assert!(status.stdout.contains(other), "{status}");
    scene.tell("merge").run().exited(1);
}

/// Objects that are in no shard are missing at the destination, whatever the shards say.
#[test]
fn a_plan_with_objects_in_no_shard_is_no_success() {
    let long = vec!["n".repeat(250); 5].join("/");
    let scene = Scene::new(tree(3).with(&long, "too long for a blob's name"));
    let planned = scene.plan(&["/Shards:2"]).run().failed();
    assert!(planned.stdout.contains("In no shard"), "{planned}");
    scene.run_all();
    let status = scene.tell("status").run().exited(1);
    assert!(
        status.stdout.contains("Objects in no shard:   1"),
        "{status}"
    );
    scene.tell("merge").run().exited(1);
}

#[test]
fn a_folder_without_a_plan_is_refused() {
    let scene = Scene::new(tree(1));
    for outcome in [
        scene.tell("status").run(),
        scene.tell("merge").run(),
        scene.run("0").run(),
    ] {
        outcome.refused().naming(&["there is no plan in"]);
    }
}
