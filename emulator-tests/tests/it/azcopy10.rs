//! Command lines of AzCopy 10 from public scripts run as they are, with the result that AzCopy gives.
//!
//! `azcopy10/lines.txt` has the lines, with personal details replaced, and the verdict of each. The names that a line
//! mentions exist before it runs: [`stage`] makes them from the line itself.
//!
//! `AZRING_AZCOPY10=print` prints what azring makes of each line, and `AZRING_AZCOPY10=peer` runs AzCopy 10 on every
//! line, and not only on some.

mod content_types;
mod flags;
mod jobs;
mod line;
mod link;
mod shell;
mod stage;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use azring_emulator_tests::peers::Peers;

use line::{Line, Verdict};
use stage::Stage;

/// Threads that run lines.
const AT_ONCE: usize = 3;

/// Every so many lines, AzCopy 10 runs beside azring.
const PEER_EVERY: usize = 17;

fn mode() -> String {
    std::env::var("AZRING_AZCOPY10").unwrap_or_default()
}

/// Runs a check on each of these lines, several at a time. Returns what the checks found wrong.
fn on_each(lines: &[Line], check: impl Fn(&Line) -> Option<String> + Sync) -> Vec<String> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(text) = check(line) {
                        let mut wrong = wrong.lock().expect("no check has panicked");
                        wrong.push(format!("line {}: {}\n    {text}", line.number, line.text));
                    }
                }
            });
        }
    });
    wrong.into_inner().expect("no check has panicked")
}

#[test]
fn every_line_of_a_script_has_its_verdict() {
    let lines = Line::all();
    let wrong = on_each(&lines, |line| {
        let stage = Stage::set_for(line);
        let outcome = stage.run_azring();
        let changes = stage.changes();
        if mode() == "print" {
            let errors = outcome.errors().join(" / ");
            return Some(format!(
                "{:?} + {} {errors}",
                outcome.status,
                changes.join(", ")
            ));
        }
        let is_as_it_should = match &line.verdict {
            Verdict::Makes(names) => outcome.status == Some(0) && changes == *names,
            Verdict::Says(text) => outcome.status == Some(0) && outcome.stdout.contains(text),
            Verdict::Fails(text) => outcome.status == Some(1) && outcome.stderr.contains(text),
            Verdict::Refused(text) => {
                outcome.status == Some(2) && changes.is_empty() && outcome.stderr.contains(text)
            }
        };
        (!is_as_it_should).then(|| format!("{} and {outcome}", changes.join(", ")))
    });
    assert!(
        wrong.is_empty(),
        "{} lines:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn at_least_95_of_100_lines_run() {
    let lines = Line::all();
    assert!(lines.len() >= 120, "{}", lines.len());
    let refused = lines
        .iter()
        .filter(|line| line.is_refused_by_azring_alone());
    let refused = refused.count();
    assert!(refused * 20 <= lines.len(), "{refused} of {}", lines.len());
}

#[test]
fn azcopy_10_itself_makes_the_same_trees() {
    let peers = Peers::find();
    let is_all = mode() == "peer";
    let mut lines = Line::all();
    lines.retain(Line::is_for_peer);
    let lines: Vec<_> = lines
        .into_iter()
        .enumerate()
        .filter(|(at, _)| is_all || at % PEER_EVERY == 0)
        .map(|(_, line)| line)
        .collect();
    let wrong = on_each(&lines, |line| {
        let Verdict::Makes(names) = &line.verdict else {
            return None;
        };
        let stage = Stage::set_for(line);
        let said = stage.run_peer(&peers);
        let changes = stage.changes();
        (changes != *names).then(|| format!("AzCopy: {} ({said})", changes.join(", ")))
    });
    assert!(
        wrong.is_empty(),
        "{} lines:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
