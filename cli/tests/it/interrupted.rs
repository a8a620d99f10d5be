//! Signals: the first stops the run after its active requests, the second ends it at once.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::azring;
use super::service::{Service, SilentService};

pub(crate) fn send(child: &Child, signal: Signal) {
    let id = Pid::from_child(child);
    kill_process(id, signal).expect("it is running");
}

/// Reads lines until one contains `text`.
pub(crate) fn wait_for(lines: &mut impl BufRead, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        let before = read.len();
        lines.read_line(&mut read).expect("it is text");
        assert!(read.len() > before, "it ended without `{text}`: {read}");
    }
    read
}

#[test]
fn the_first_signal_lets_it_finish_and_the_exit_code_names_it() {
    // Enough files that some are not done when the signal comes, on a machine of any speed.
    let names: Vec<_> = (0..60).map(|number| number.to_string()).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    let service = Service::with_files(&files);
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/container/*"}, "then": {"delay_ms": 500}}]}"#,
    );
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut child = azring(&service.upload(&["/Y", "/NC:1", "/Output:json"]))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut results = BufReader::new(child.stdout.take().unwrap());
        wait_for(&mut results, "\"type\":\"io_mode\"");
        send(&child, signal);
        let mut rest = String::new();
        results.read_to_string(&mut rest).unwrap();
        let mut messages = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut messages)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{messages}");
        assert!(messages.contains("stopping: active transfers are finished first"));
        assert!(rest.contains(&format!("\"exit_code\":{code}")), "{rest}");
        let interrupted = rest.matches("\"outcome\":\"interrupted\"").count();
        let counts = format!("\"failed\":0,\"interrupted\":{interrupted},");
        assert!(rest.contains(&counts), "{counts}: {rest}");
        assert!(!messages.contains("ERROR"), "{messages}");
    }
}

#[test]
fn the_second_signal_leaves_at_once() {
    let service = Service::with_files(&[("a", 1)]);
    // Longer than the program waits for active requests, and longer than the test waits.
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/container/a"}, "then": {"delay_ms": 600000}}]}"#,
    );
    let mut child = azring(&service.upload(&["/Y", "/Output:json"]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for(
        &mut BufReader::new(child.stdout.take().unwrap()),
        "\"type\":\"progress\"",
    );
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    send(&child, Signal::INT);
    wait_for(&mut messages, "another signal stops at once");
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn nobody_waits_for_a_service_that_does_not_answer_once_it_is_called_off() {
    let service = Service::with_files(&[("a", 1)]);
    let silent = SilentService::new();
    let mut download = service.download(&["/S"]);
    download[0] = format!("/Source:{}", silent.url());
    for words in [silent.upload(&service, &[]), download] {
        let mut child = azring(&words).stderr(Stdio::null()).spawn().unwrap();
        let _waits = silent.accept();
        send(&child, Signal::INT);
        // The program ends although the connection stays open and silent.
        assert_eq!(child.wait().unwrap().code(), Some(130), "{words:?}");
    }
}

/// The numbers of a summary in text: what was listed, and what became of it.
fn numbers(results: &str) -> (u64, [u64; 4]) {
    let after = |label: &str| {
        let (_, rest) = results.split_once(label)?;
        rest.split_whitespace().next()?.parse().ok()
    };
    let ended = [
        "Transfer successfully:",
        "Transfer skipped:",
        "Transfer failed:",
        "Transfer interrupted:",
    ];
    (
        after(" of total ").unwrap_or_else(|| panic!("no summary: {results}")),
        ended.map(|label| after(label).unwrap_or(0)),
    )
}

/// `scripts/interrupted.sh` does the same with more runs and at random moments.
#[test]
fn whenever_it_is_interrupted_the_numbers_of_the_summary_add_up() {
    let names: Vec<_> = (0..40).map(|number| number.to_string()).collect();
    let with = |first| {
        let mut files: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
        files.extend([(first, 1), ("1-refused", 1)]);
        let service = Service::with_files(&files);
        service.set_faults(
            r#"{"rules": [{"when": {"method": "PUT", "path": "*/container/1-refused"}, "then": {"answer": {"status": 403, "code": "Nope"}}},
                          {"when": {"method": "PUT", "path": "*/container/0-stuck"}, "then": {"delay_ms": 600000}},
                          {"when": {"method": "PUT", "path": "*/container/*"}, "then": {"delay_ms": 20}}]}"#,
        );
        let made = Command::new("mkfifo").arg(service.path("ledger")).status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "coreutils has mkfifo"
        );
        service
    };
    // One request of the second service is never answered, so that the first signal does not end the run.
    let services = [with("0-quick"), with("0-stuck")];
    for run in 0..10 {
        let service = &services[run % 2];
        let fifo = service.path("ledger");
        let ledger = format!("/Ledger:{fifo}");
        let words = service.upload(&["/Y", "/NC:2", "/NoJournal", &ledger]);
        let mut child = azring(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap());
        let mut records = BufReader::new(File::open(&fifo).unwrap());
        for _ in 0..=run {
            wait_for(&mut records, "\"outcome\"");
        }
        send(&child, Signal::INT);
        let ends_at_once = run % 2 == 1;
        if ends_at_once {
            wait_for(&mut messages, "another signal stops at once");
            send(&child, Signal::INT);
        }
        let mut rest = String::new();
        records.read_to_string(&mut rest).unwrap();
        messages.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{rest}");
        let results = String::from_utf8(output.stdout).unwrap();
        let (listed, ended) = numbers(&results);
        assert_eq!(ended.iter().sum::<u64>(), listed, "{results}");
    }
}
