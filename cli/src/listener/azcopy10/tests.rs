//! Tests of AzCopy 10's output.

use std::sync::Arc;
use std::time::Duration;

use azring_core::entry::EntryName;
use azring_core::report::{Deletions, Details, Event, Summary};
use insta::assert_snapshot;
use serde_json::Value;

use super::super::listeners::{Listener as _, RunEnd};
use super::*;
use crate::args;
use crate::console::testing::{Printed, console};
use crate::ending::Ending;
use crate::intent::tests::alone;
use crate::settings::Settings;

fn output(kind: JobKind, more: &[&str]) -> (AzCopy10Output, Printed) {
    let words: Vec<_> = [
        "/Source:/data/photos",
        "/Dest:https://a.blob.core.windows.net/c/x",
        "/S",
        "/AsSubdir",
    ]
    .iter()
    .chain(more)
    .map(Into::into)
    .collect();
    let args = args::read(&words).unwrap();
    let options = crate::intent::options(&args, &alone(&[])).unwrap();
    let settings = Settings::new(&args, &alone(&[])).unwrap();
    let (console, printed) = console();
    let mut output = AzCopy10Output::new(Arc::new(console), kind, &options, &settings);
    output.job = JobId::of_fingerprint(&[0xab; 32]);
    (output, printed)
}

fn summary() -> Summary {
    Summary {
        listed: 6,
        done: 3,
        skipped: 2,
        failed: 1,
        bytes: 17,
        elapsed: Duration::from_millis(2004),
        listing_done: true,
        ..Summary::default()
    }
}

fn end(output: &AzCopy10Output, summary: &Summary, ending: Ending) {
    output.on_end(&RunEnd {
        result: Ok(summary),
        ending,
    });
}

#[test]
fn a_copy_ends_with_azcopys_lines() {
    let (output, printed) = output(JobKind::Copy, &[]);
    end(&output, &summary(), Ending::Failure);
    assert_snapshot!(printed.results().trim(), @"
    Job abababab-abab-abab-abab-abababababab summary
    Elapsed Time (Minutes): 0.0334
    Number of File Transfers: 6
    Number of Folder Property Transfers: 0
    Number of Symlink Transfers: 0
    Total Number of Transfers: 6
    Number of File Transfers Completed: 3
    Number of Folder Transfers Completed: 0
    Number of File Transfers Failed: 1
    Number of Folder Transfers Failed: 0
    Number of File Transfers Skipped: 2
    Number of Folder Transfers Skipped: 0
    Number of Symbolic Links Skipped: 0
    Number of Hardlinks Converted: 0
    Number of Hardlinks Skipped: 0
    Number of Special Files Skipped: 0
    Total Number of Bytes Transferred: 17
    Final Job Status: CompletedWithErrorsAndSkipped
    ");
}

#[test]
fn a_sync_counts_both_sides_and_deletions() {
    let (output, printed) = output(JobKind::Sync, &[]);
    let summary = Summary {
        failed: 0,
        deletions: Some(Deletions {
            target_objects: 9,
            superfluous: 4,
            deleted: 4,
            ..Deletions::default()
        }),
        ..summary()
    };
    end(&output, &summary, Ending::Success);
    assert_snapshot!(printed.results().trim(), @"
    Job abababab-abab-abab-abab-abababababab Summary
    Files Scanned at Source: 6
    Files Scanned at Destination: 9
    Elapsed Time (Minutes): 0.0334
    Number of Copy Transfers for Files: 4
    Number of Copy Transfers for Folder Properties: 0
    Number of Symlink Transfers: 0
    Total Number of Copy Transfers: 4
    Number of Copy Transfers Completed: 3
    Number of Copy Transfers Failed: 0
    Number of Deletions at Destination: 4
    Number of Symbolic Links Skipped: 0
    Number of Special Files Skipped: 0
    Number of Hardlinks Converted: 0
    Number of Hardlinks Skipped: 0
    Total Number of Bytes Transferred: 17
    Total Number of Bytes Enumerated: 17
    Final Job Status: Completed
    ");
}

#[test]
fn the_status_says_what_failed_and_what_was_skipped() {
    let status = |done, failed, skipped, ending| {
        let summary = Summary {
            done,
            failed,
            skipped,
            ..summary()
        };
        Counts::of(JobKind::Copy, &summary, ending).status
    };
    assert_eq!(status(1, 0, 0, Ending::Success), "Completed");
    assert_eq!(status(1, 0, 1, Ending::Success), "CompletedWithSkipped");
    assert_eq!(status(1, 1, 0, Ending::Failure), "CompletedWithErrors");
    assert_eq!(status(0, 1, 0, Ending::Failure), "Failed");
    let both = status(1, 1, 1, Ending::Failure);
    assert_eq!(both, "CompletedWithErrorsAndSkipped");
    // A folder that could not be listed.
    assert_eq!(status(1, 0, 0, Ending::Failure), "CompletedWithErrors");
    assert_eq!(status(1, 0, 0, Ending::Signal(2)), "Cancelled");
}

#[test]
fn records_hold_records_as_azcopys_do() {
    let (output, printed) = output(JobKind::Sync, &["/Output:json"]);
    output.begin();
    let name = EntryName::from("a b.txt");
    let error = azring_core::Error::Changed("it grew".into());
    output.on_event(&Event::Failed {
        name: &name,
        bytes: 5,
        error: &error,
        details: &Details::default(),
    });
    end(&output, &summary(), Ending::Failure);
    let lines: Vec<Value> = printed
        .results()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<_> = lines.iter().map(|line| &line["MessageType"]).collect();
    assert_eq!(kinds, ["Init", "EndOfJob"]);
    let inner = |line: &Value| -> Value {
        serde_json::from_str(line["MessageContent"].as_str().unwrap()).unwrap()
    };
    let begun = inner(&lines[0]);
    assert_eq!(begun["JobID"], "abababab-abab-abab-abab-abababababab");
    let ended = inner(&lines[1]);
    assert_eq!(ended["JobStatus"], "CompletedWithErrors");
    assert_eq!(ended["TotalTransfers"], "4");
    assert_eq!(ended["TransfersCompleted"], "3");
    assert_eq!(ended["DeleteTransfersCompleted"], "0");
    assert_eq!(ended["FailedTransfers"][0]["TransferSize"], 5);
    let source = &ended["FailedTransfers"][0]["Src"];
    assert_eq!(source, "/data/photos/a b.txt");
    let target = &ended["FailedTransfers"][0]["Dst"];
    assert_eq!(
        target,
        "https://a.blob.core.windows.net/c/x/photos/a%20b.txt"
    );
}

#[test]
fn a_dry_run_shows_full_names_and_nothing_else() {
    let (output, printed) = output(JobKind::Copy, &["/L"]);
    output.on_event(&Event::Done {
        name: &EntryName::from("d/e.txt"),
        bytes: 1,
        details: &Details::default(),
    });
    end(&output, &summary(), Ending::Success);
    assert_snapshot!(printed.results(), @"DRYRUN: copy /data/photos/d/e.txt to https://a.blob.core.windows.net/c/x/photos/d/e.txt");
}

#[test]
fn progress_is_azcopys_line_and_record() {
    let sample = ProgressSample {
        at: Duration::from_secs(2),
        listed: 4,
        listed_bytes: 100,
        done: 1,
        failed: 1,
        moved_bytes: 50,
        ..ProgressSample::default()
    };
    assert_snapshot!(progress(&sample, 1_000_000), @"50.0 %, 1 Done, 1 Failed, 2 Pending, 0 Skipped, 4 Total (scanning...), 2-sec Throughput (Mb/s): 8");
    let record = progress_record(&sample, JobId::any());
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["MessageType"], "Progress");
}
