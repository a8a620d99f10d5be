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
