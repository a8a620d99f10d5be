//! `azcopy jobs`: an interrupted job is listed, resumed by its number and gone.

use azring_emulator_tests::command::Folder;
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Options;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::link::AzCopyLink;

/// The number of the only job that `jobs list` shows.
fn only_job(azcopy: &AzCopyLink) -> String {
    let listed = azcopy
        .run(&["jobs", "list", "--output-type=json"])
        .run()
        .succeeded();
    let line = listed.stdout.lines().next().expect("there is a job");
    let record: serde_json::Value = serde_json::from_str(line).expect("it is a record");
    record["job"].as_str().expect("it has a name").to_owned()
}

#[test]
fn a_killed_copy_is_resumed_by_the_number_of_its_job() {
    let options = Options {
        log_lines: 1000,
        ..Options::default()
    };
    let (server, service) = single_account::start_with(&options);
    let container = service.fresh_container("resume");
    let source = Folder::new();
    let tree = Tree::new()
        .with("a", noise(1, 8 << 20))
        .with("b", noise(2, 24 << 20));
    tree.write_to(source.path());
    let azcopy = AzCopyLink::new();
    let (folder, sas) = (
        format!("{}/*", source.path().display()),
        service.account_sas(),
    );
    let url = format!("{}?{sas}", container.url());
    // The last blocks never arrive, so that there is something to resume whenever the copy is killed.
    server.set_faults(
        r#"{"when": {"method": "PUT", "query": "*comp=blocklist*", "path": "*/b"}, "then": {"blackhole": true}}"#,
    );
    let words = ["copy", &folder, &url, "--from-to=LocalBlob", "--recursive"];
    let mut copy = azcopy.run(&words).launch();
    copy.wait_for_faults(&server);
    assert!(copy.kill(), "it was still running");
    server.clear_faults();

    let job = only_job(&azcopy);
    let show = azcopy.run(&["jobs", "show", &job]).run().succeeded();
    assert!(show.stdout.contains("interrupted"), "{show}");
    assert!(!show.stdout.contains(&sas), "{show}");
    let sent = server.watch().counters.of("PutBlock").requests;
    let resume = ["jobs", "resume", &job, "--destination-sas", &sas];
    let outcome = azcopy.run(&resume).run().succeeded();
    assert!(
        outcome.stdout.contains("Final Job Status: Completed\n"),
        "{outcome}"
    );
    assert_same(&tree, &Tree::get_from(&container));
    let again = server.watch().counters.of("PutBlock").requests - sent;
    assert!(again <= 2, "{again} blocks were sent again");

    let gone = azcopy.run(&["jobs", "show", &job]).run().refused();
    gone.naming(&["no job", "nothing is kept of a complete job"]);
    let complete = ["jobs", "list", "--with-status=Completed"];
    let listed = azcopy.run(&complete).run().succeeded();
    assert!(
        listed.stdout.contains("nothing is kept of a complete job"),
        "{listed}"
    );
}

#[test]
fn a_bench_ends_with_the_lines_of_a_job() {
    let (_server, service) = single_account::start();
    let container = service.fresh_container("bench");
    let azcopy = AzCopyLink::new();
    let url = format!("{}?{}", container.url(), service.account_sas());
    let words = ["bench", &url, "--file-count=3", "--size-per-file=1M"];
    let outcome = azcopy.run(&words).run().succeeded();
    for line in [
        "Number of File Transfers Completed: 3",
        "Final Job Status: Completed",
    ] {
        assert!(outcome.stdout.contains(line), "no line `{line}`: {outcome}");
    }
    assert!(container.names().is_empty(), "{outcome}");
    let words = [&words[..], &["--output-type=json"]].concat();
    let outcome = azcopy.run(&words).run().succeeded();
    let kinds: Vec<_> = outcome
        .stdout
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).expect("a record");
            record["MessageType"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(kinds.first().map(String::as_str), Some("Init"), "{outcome}");
    assert_eq!(
        kinds.last().map(String::as_str),
        Some("EndOfJob"),
        "{outcome}"
    );
}
