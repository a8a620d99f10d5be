//! Output that could not be written makes a call fail, whatever else it did; a reader that has seen enough does not.

use std::fs;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::Tree;
use serde_json::Value;

/// azring with these words, its standard output as the shell's `redirection` says.
fn redirected(redirection: &str, words: &[&str]) -> Azring {
    let script = format!("\"$0\" \"$@\" {redirection}");
    Azring::new()
        .program("/bin/bash")
        .args(["-c", &script])
        .arg(program::built("azring"))
        .args(words)
}

/// A container with a few blobs.
struct World {
    _server: Server,
    container: Container,
    tree: Tree,
}

impl World {
    fn new() -> Self {
        let (server, blobs) = single_account::start();
        let container = blobs.fresh_container("outputs");
        let tree = Tree::named(["a", "b/c", "d"]);
        tree.put_into(&container);
        Self {
            _server: server,
            container,
            tree,
        }
    }

    fn words(&self, first: &str) -> [String; 3] {
        let key = Account::development().key_in_base64();
        [
            format!("{first}{}", self.container.url()),
            format!("/SourceKey:{key}"),
            "/SourceType:Blob".to_owned(),
        ]
    }

    /// A download of all blobs, which succeeds whatever becomes of what is told.
    fn download(&self, redirection: &str, words: &[&str]) -> Outcome {
        let there = Folder::new();
        let source = self.words("/Source:");
        let mut all: Vec<&str> = source.iter().map(String::as_str).collect();
        let dest = format!("/Dest:{}", there.path().display());
        all.extend([&*dest, "/S", "/Y"]);
        all.extend(words);
        let outcome = redirected(redirection, &all).run();
        assert_same(&self.tree, &Tree::read_from(there.path()));
        outcome
    }

    fn list(&self, redirection: &str, words: &[&str]) -> Outcome {
        let source = self.words("");
        let mut all = vec!["list"];
        all.extend(source.iter().map(String::as_str));
        all.extend(words);
        redirected(redirection, &all).run()
    }
}

/// It failed, and said so once.
#[track_caller]
fn failed_for_want_of_room(outcome: Outcome, what: &str) {
    let outcome = outcome.failed();
    let errors = outcome.errors();
    let told: Vec<_> = errors
        .iter()
        .filter(|error| error.contains("no space left on device"))
        .collect();
    assert_eq!(told.len(), 1, "{outcome}");
    assert!(told[0].contains(what), "{outcome}");
}

const STDOUT: &str = "standard output";

#[test]
fn every_command_fails_if_standard_output_is_full() {
    let world = World::new();
    for words in [&[][..], &["/Output:json"]] {
        failed_for_want_of_room(world.list("> /dev/full", words), STDOUT);
    }
    for words in [
        &["jobs"][..],
        &["doctor"],
        &["doctor", "/Output:json"],
        &["completions", "bash"],
        &["man"],
        &["convert-args", "/S"],
        &["list", "--help"],
        &["/?"],
        &["/?:Pattern"],
        &["--version"],
        &[],
    ] {
        let outcome = redirected("> /dev/full", words).run();
        failed_for_want_of_room(outcome, STDOUT);
    }
}

#[test]
fn a_copy_whose_summary_or_records_are_lost_copies_and_fails() {
    let world = World::new();
    for words in [&[][..], &["/Output:json"], &["/Progress:none"]] {
        failed_for_want_of_room(world.download("> /dev/full", words), STDOUT);
    }
}

#[test]
fn a_ledger_report_trace_or_log_that_is_lost_makes_a_copy_fail() {
    let world = World::new();
    for (word, what) in [
        ("/Ledger:/dev/full", "ledger"),
        ("/Report:/dev/full", "report"),
        ("/TraceController:/dev/full", "trace"),
    ] {
        failed_for_want_of_room(world.download("", &[word]), what);
        // The records know it too.
        let outcome = world.download("", &[word, "/Output:json"]);
        let last = outcome.stdout.lines().last().unwrap_or_default();
        let last: Value = serde_json::from_str(last).expect("JSON");
        assert_eq!(last["type"], "summary", "{outcome}");
        assert_eq!(last["exit_code"], 1, "{outcome}");
        assert_eq!(last["success"], false, "{outcome}");
        failed_for_want_of_room(outcome, what);
    }
    // What cannot even be begun is known before anything is copied.
    for word in ["/V:/dev/full", "/Ledger:/dev/null/x.csv"] {
        let source = world.words("/Source:");
        let there = Folder::new();
        let outcome = Azring::new()
            .args(source)
            .arg(format!("/Dest:{}", there.join("new").display()))
            .args(["/S", word])
            .run();
        outcome.failed().naming(&["cannot write the"]);
        assert!(!there.join("new").exists());
    }
}

#[test]
fn a_lost_ledger_leaves_the_report_whole() {
    let world = World::new();
    let folder = Folder::new();
    let ledger = folder.join("ledger");
    std::os::unix::fs::symlink("/dev/full", &ledger).unwrap();
    let to_ledger = format!("/Ledger:{}", ledger.display());
    let report = format!("/Report:{}", folder.join("report.html").display());
    failed_for_want_of_room(world.download("", &[&to_ledger, &report]), "ledger");
    let page = fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(page.contains("</html>"), "the report is written to its end");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let world = World::new();
    // The reader is gone before the first line is written, and the exit code is azring's.
    let closed = "> >(exec true); exit $?";
    for _ in 0..3 {
        let outcome = world.list(closed, &[]);
        assert_eq!(outcome.status, Some(0), "{outcome}");
        assert!(outcome.errors().is_empty(), "{outcome}");
    }
    let broken = "| true; exit ${PIPESTATUS[0]}";
    let outcome = world.list(broken, &["/Output:json"]);
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let outcome = world.download(broken, &[]);
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(outcome.errors().is_empty(), "{outcome}");
}

#[test]
fn a_closed_standard_output_keeps_the_copy_whole() {
    let world = World::new();
    // Nothing that is told ends up in a file that got the number of standard output.
    let outcome = world.download(">&-", &[]);
    assert_eq!(outcome.status, Some(0), "{outcome}");
}

#[test]
fn a_blob_copied_to_a_closed_standard_output_is_a_failure() {
    let world = World::new();
    let key = Account::development().key_in_base64();
    let source = format!("{}/a", world.container.url());
    let words = ["--source", &source, "--destination", "-"];
    let words = [&words[..], &["--source-key", &key, "--source-type", "blob"]].concat();
    let outcome = redirected(">&-", &words).run();
    assert_ne!(outcome.status, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("standard output"), "{outcome}");
    // The shell opens it for writing only: the bytes are meant to be dropped.
    let outcome = redirected(">/dev/null", &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
}

#[test]
fn a_closed_standard_input_makes_no_empty_blob() {
    let world = World::new();
    let key = Account::development().key_in_base64();
    let target = format!("{}/new", world.container.url());
    let words = ["--source", "-", "--destination", &target];
    let words = [&words[..], &["--dest-key", &key, "--dest-type", "blob"]].concat();
    let outcome = redirected("<&-", &words).run();
    assert_ne!(outcome.status, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("standard input"), "{outcome}");
    assert!(
        !world.container.names().contains(&"new".to_owned()),
        "{outcome}"
    );
    let outcome = redirected("</dev/null", &words).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(
        world.container.names().contains(&"new".to_owned()),
        "{outcome}"
    );
}
