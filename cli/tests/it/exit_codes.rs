//! The exit codes of the process: with `/ExitCodes:detailed` each cause has its own, without it each is 1.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::interrupted::send;
use super::service::{Service, SilentService};
use super::{azring, run, state_folder};

/// The codes that `--help exitcodes` lists.
fn documented() -> BTreeSet<i32> {
    let page = run(&["--help", "exit-codes"]).results;
    let terms = page.lines().filter(|line| {
        line.starts_with(|letter: char| letter.is_ascii_digit()) && !line.contains("to")
    });
    terms
        .flat_map(|line| line.split(", "))
        .map(|number| number.parse().expect("a number"))
        .collect()
}

/// The code of a command, with detailed codes and without.
fn codes(words: &[String]) -> [i32; 2] {
    let plain = run(words).code;
    let detailed = run(&[words, &["/ExitCodes:detailed".to_owned()]].concat()).code;
    [plain, detailed].map(|code| code.expect("no signal ended it"))
}

#[test]
fn every_code_that_is_documented_is_seen() {
    let service = Service::with_files(&[("a.txt", 10), ("b.txt", 10)]);
    let mut seen = BTreeSet::new();
    let mut ends = |words: &[String], expected: i32| {
        let plain = if (3..100).contains(&expected) {
            1
        } else {
            expected
        };
        assert_eq!(codes(words), [plain, expected], "{words:?}");
        seen.insert(expected);
    };
    ends(&service.upload(&["/Y"]), 0);
    ends(&service.upload(&["/NC:0"]), 2);
    let mut nowhere = service.upload(&[]);
    nowhere[0].push_str("/nowhere");
    ends(&nowhere, 3);
    ends(&service.upload(&["/Pattern:*.none", "/FailIfEmpty"]), 3);
    let mut wrong_key = service.upload(&[]);
    wrong_key[2] = "/DestKey:d3Jvbmc=".to_owned();
    ends(&wrong_key, 4);
    // A file that is no journal, and the journal of another command.
    let journal = service.path("journal");
    fs::create_dir(&journal).unwrap();
    fs::write(format!("{journal}/azring.jnl"), "no journal").unwrap();
    let named = format!("/Z:{journal}");
    ends(&service.upload(&[&named]), 6);
    fs::remove_dir_all(&journal).unwrap();
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*b.txt"},
             "then": {"answer": {"status": 403, "code": "AuthorizationFailure"}}}]}"#,
    );
    ends(&service.upload(&["/Y", "/S", &named]), 1);
    ends(&service.upload(&[&named]), 7);
    service.set_faults(r#"{"rules": []}"#);
    // No service listens at this address.
    let mut away = service.upload(&["/NoJournal", "/GiveUp:1"]);
    away[1] = "/Dest:http://127.0.0.1:1/devstoreaccount1/c".to_owned();
    ends(&away, 75);
    seen.insert(without_descriptors(&service));
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        assert_eq!(called_off(&service, signal), Some(code));
        seen.insert(code);
    }
    assert_eq!(seen, documented());
}

/// The detailed code of a copy with a low limit of open files.
fn without_descriptors(service: &Service) -> i32 {
    let finished = Command::new("prlimit")
        .args(["--nofile=8:8", env!("CARGO_BIN_EXE_azring")])
        .args(service.upload(&["/Y", "/NoJournal", "/ExitCodes:detailed"]))
        .env("XDG_STATE_HOME", state_folder())
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&finished.stderr);
    assert!(
        messages.contains("files and connections open"),
        "{messages}"
    );
    finished.status.code().expect("no signal ended it")
}

/// The code of a copy that a signal ends while it waits for an answer.
fn called_off(service: &Service, signal: Signal) -> Option<i32> {
    let silent = SilentService::new();
    let words = silent.upload(service, &["/NoJournal", "/ExitCodes:detailed"]);
    let mut child = azring(&words).stderr(Stdio::null()).spawn().unwrap();
    let _waits = silent.accept();
    send(&child, signal);
    child.wait().unwrap().code()
}

#[test]
fn a_journal_that_another_run_holds_is_7() {
    let service = Service::with_files(&[("a.txt", 10)]);
    let silent = SilentService::new();
    let journal = format!("/Z:{}", service.path("journal"));
    let words = silent.upload(&service, &[&journal, "/Y"]);
    let mut first = azring(&words).stderr(Stdio::null()).spawn().unwrap();
    let _waits = silent.accept();
    assert_eq!(codes(&words), [1, 7]);
    send(&first, Signal::KILL);
    first.wait().unwrap();
}
