//! `/Metrics:FILE`: what it says at the end of a run, and where it cannot be written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Storage;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

/// The samples of a metrics file.
fn read(path: &Path) -> BTreeMap<String, f64> {
    let text = fs::read_to_string(path).expect("there are metrics");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and a value");
            (sample.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

#[track_caller]
fn says(metrics: &BTreeMap<String, f64>, sample: &str, expected: f64) {
    let value = metrics
        .get(sample)
        .unwrap_or_else(|| panic!("no {sample}: {metrics:#?}"));
    assert!((value - expected).abs() < 1e-9, "{sample} {value}");
}

#[test]
fn the_metrics_of_a_copy_agree_with_its_summary() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("metrics");
    let folder = Folder::new();
    let tree = Tree::named(["a", "b/c"]).with("large", noise(1, 9 << 20));
    tree.write_to(folder.path());
    let bytes: usize = tree.files().map(|(_, bytes)| bytes.len()).sum();
    // The file and its next version are in the source, and are not copied.
    let file = folder.join("azring.prom");
    let word = format!("/Metrics:{}", file.display());
    let run = || Azring::upload(folder.path(), &container).args(["/S", "/Shard:0/1", &word]);
    run().arg("/Y").run().succeeded().counting(3, 0, 0);
    let metrics = read(&file);
    says(&metrics, "azring_objects_total{state=\"done\"}", 3.0);
    says(&metrics, "azring_objects_total{state=\"failed\"}", 0.0);
    says(
        &metrics,
        "azring_object_bytes_total{state=\"done\"}",
        bytes as f64,
    );
    says(&metrics, "azring_bytes_transferred_total", bytes as f64);
    says(&metrics, "azring_running", 0.0);
    says(&metrics, "azring_exit_code", 0.0);
    says(&metrics, "azring_listing_complete", 1.0);
    assert!(metrics["azring_requests_total{result=\"succeeded\"}"] >= 5.0);
    assert!(metrics["azring_network_sent_bytes_total"] > bytes as f64);
    assert!(metrics["azring_end_time_seconds"] >= metrics["azring_start_time_seconds"]);
    assert!(
        metrics
            .keys()
            .any(|sample| sample.contains("shard=\"0/1\""))
    );
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder is ours")
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    assert_eq!(left.len(), 4, "{left:?}");

    // What is skipped has its bytes too.
    run().run().succeeded().counting(0, 3, 0);
    let metrics = read(&file);
    says(&metrics, "azring_objects_total{state=\"skipped\"}", 3.0);
    says(
        &metrics,
        "azring_object_bytes_total{state=\"skipped\"}",
        bytes as f64,
    );
}

#[test]
fn failures_throttling_and_deletions_are_counted() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("metrics");
    Tree::named(["a", "b", "c"]).put_into(&container);
    let folder = Folder::new();
    let file = folder.join("m");
    let word = format!("/Metrics:{}", file.display());
    server.set_fault_plan(
        r#"{"rules":[{"when":{"method":"GET","path":"*/b"},"then":{"answer":{"status":403,"code":"AuthorizationFailure"}}},
            {"when":{"method":"GET","path":"*/c","times":1},"then":{"answer":{"status":503,"code":"ServerBusy"}}}]}"#,
    );
    let target = folder.join("target");
    let home = Folder::new();
    let download = || {
        let command = Azring::download(&container, &target).args(["/S", "/Y", &word]);
        command.env("XDG_STATE_HOME", home.path()).run()
    };
    download().failed();
    server.clear_faults();
    let metrics = read(&file);
    let failed = container.get("b").len() as f64;
    says(
        &metrics,
        "azring_object_bytes_total{state=\"failed\"}",
        failed,
    );
    says(&metrics, "azring_requests_total{result=\"throttled\"}", 1.0);
    says(&metrics, "azring_requests_total{result=\"timed_out\"}", 0.0);
    says(&metrics, "azring_earlier_objects{state=\"done\"}", 0.0);
    says(&metrics, "azring_objects_total{state=\"failed\"}", 1.0);
    says(&metrics, "azring_objects_total{state=\"done\"}", 2.0);
    says(&metrics, "azring_exit_code", 1.0);
    assert!(
        metrics["azring_request_retries_total"] >= 1.0,
        "{metrics:#?}"
    );

    // What the first run has copied is told by the second one.
    download().succeeded();
    let metrics = read(&file);
    says(&metrics, "azring_earlier_objects{state=\"done\"}", 2.0);

    Azring::new()
        .args([
            "remove",
            &container.url(),
            "/SourceType:blob",
            "/S",
            "/Y",
            &word,
        ])
        .source_key(container.account())
        .run()
        .succeeded();
    let metrics = read(&file);
    says(
        &metrics,
        "azring_deleted_objects_total{result=\"deleted\"}",
        3.0,
    );
    assert!(metrics["azring_requests_total{result=\"succeeded\"}"] >= 2.0);
}

#[test]
fn metrics_that_cannot_be_written_are_refused_before_anything_is_copied() {
    let (server, service) = single_account::start();
    let container = service.fresh_container("metrics");
    let folder = Folder::new();
    Tree::named(["a"]).write_to(folder.path());
    server.watch().counters.reset();
    Azring::upload(folder.path(), &container)
        .args(["/S", "/Y", "/Metrics:/no/such/folder/m.prom"])
        .run()
        .failed()
        .naming(&["cannot write the metrics `/no/such/folder/m.prom`"]);
    assert!(server.watch().counters.snapshot().operations.is_empty());
}
