//! The controller on a real service that is slow or refuses: everything arrives, and its trace tells what it did.

use std::fs::File;
use std::num::NonZero;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::tree::Tree;

use super::links::Trace;

/// Uploads `files` small files to a service with this plan; returns the trace.
fn upload(files: u32, plan: &str, words: &[&str]) -> Trace {
    let small = |source: &Folder| {
        let names: Vec<String> = (0..files).map(|number| format!("f{number}")).collect();
        let tree = Tree::named(names.iter().map(String::as_str));
        tree.write_to(source.path());
        files
    };
    traced(small, plan, words)
}

/// Uploads what `make` puts into a folder, which says how many files that is, to a service with this plan.
fn traced(make: impl Fn(&Folder) -> u32, plan: &str, words: &[&str]) -> Trace {
    let server = Server::start(&Options::default()).expect("an emulator starts");
    let (source, trace) = (Folder::new(), Folder::new());
    let files = make(&source);
    server.set_fault_plan(plan);
    let trace = trace.join("trace");
    Azring::copy(
        source.path(),
        format!("{}/devstoreaccount1/cont", server.blob_url()),
    )
    .dest_key(&Account::development())
    .args(["/S", "/Y", "/DestType:Blob"])
    .arg(format!("/TraceController:{}", trace.display()))
    .args(words)
    .run()
    .succeeded()
    .counting(files.into(), 0, 0);
    Trace::read(&trace)
}

#[test]
fn a_service_that_allows_five_requests_a_second_sets_the_pace() {
    let budget = r#"{"budgets":[{"account":"devstoreaccount1","requests_per_second":5}]}"#;
    let trace = upload(40, budget, &[]);
    assert!(trace.sum("refused") > 0, "{trace:?}");
    let paced = trace
        .windows()
        .iter()
        .filter(|line| line["pace_requests_per_second"].is_number());
    assert!(paced.count() > 0, "{trace:?}");
    assert!(
        trace
            .windows()
            .iter()
            .any(|line| line["bound"] == "service"),
        "{trace:?}"
    );
}

#[test]
fn a_number_that_the_user_fixed_stays() {
    let slow = r#"{"rules":[{"then":{"delay_ms":20}}]}"#;
    let trace = upload(100, slow, &["/NC:3"]);
    assert!(!trace.windows().is_empty());
    assert!(
        trace.windows().iter().all(|line| line["concurrency"] == 3),
        "{trace:?}"
    );
    assert!(
        trace
            .windows()
            .iter()
            .all(|line| line["under_way"].as_u64() <= Some(3)),
        "{trace:?}"
    );
}

#[test]
fn the_trace_says_memory_where_the_budget_holds_few_blocks() {
    let slow = r#"{"rules":[{"when":{"query":"*comp=block&*"},"then":{"delay_ms":200}}]}"#;
    let large = |source: &Folder| {
        let file = File::create(source.join("large")).expect("a folder of ours");
        file.set_len(480 << 20).expect("a hole may be long");
        1
    };
    let trace = traced(
        large,
        slow,
        &["/Memory:64M", "/BlockSizeInMb:8", "/MD5:off"],
    );
    assert!(
        trace.windows().iter().any(|line| line["bound"] == "memory"),
        "{trace:?}"
    );
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get) as u64;
    assert!(
        trace
            .windows()
            .iter()
            .all(|line| line["concurrency"].as_u64() <= Some(8 * cores)),
        "{trace:?}"
    );
}
