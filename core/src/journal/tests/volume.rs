//! The size of a journal, in the file and in memory.

use std::fs;

use super::{command, planned, say};
use crate::entry::Version;
use crate::journal::append::RecordBuffer;
use crate::journal::{Claim, Planned, Record};

/// An object with a name of 30 bytes takes less than 120 bytes and its name, and so does the mean over a
/// whole journal.
#[test]
fn an_object_costs_less_than_120_bytes_and_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let session = Claim::at(folder.path(), "j")
        .unwrap()
        .begin(&command("/data"))
        .unwrap();
    let mut names_bytes = 0;
    for index in 0..5000_u64 {
        let name = format!("some/folder/object number {index}");
        names_bytes += name.len() as u64;
        let version = Version::Local {
            modified_ns: 1_795_000_000_123_456_789,
            inode: index << 32,
        };
        let local = Planned {
            version,
            ..planned(&name, 1 << 34)
        };
        let seq = session.journal.plan(if index % 2 == 0 {
            local
        } else {
            planned(&name, 1 << 34)
        });
        session.journal.append(&Record::Done {
            seq,
            bytes: 1 << 34,
        });
    }
    session.journal.close().unwrap();
    let bytes = fs::metadata(folder.path().join("j")).unwrap().len();
    say(&format!(
        "{} bytes an object beside its name",
        (bytes - names_bytes) / 5000
    ));
    assert!(bytes - names_bytes < 120 * 5000);
}

/// The peak memory of this process, in KiB.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Measures ten million objects, of which one in `open_in` is open.
fn replay_ten_million(open_in: u64) {
    const OBJECTS: u64 = 10_000_000;

    let folder = tempfile::tempdir_in(".").unwrap();
    let claim = Claim::at(folder.path(), "j").unwrap();
    let ready = claim.home.lay(&command("/data")).unwrap();
    let mut line = RecordBuffer::new(&ready.header, ready.end, 0);
    let mut group = Vec::new();
    for index in 0..OBJECTS {
        let name = format!("dataset/part {:04}/image-{index:010}.jpg", index / 10_000);
        let seq = line.plan(planned(&name, 4096 + index));
        if index % open_in != 0 {
            line.push(&Record::Done {
                seq,
                bytes: 4096 + index,
            });
        }
        if index % 10_000 == 0 || index + 1 == OBJECTS {
            let offset = line.take(&mut group);
            ready.file.write_at(&group, offset).unwrap();
        }
    }
    let before_kib = peak_kib();
    let begun = std::time::Instant::now();
    let replayed = claim.look().unwrap().unwrap();
    say(&format!(
        "open: one in {open_in}; file {} MB; replayed in {:.1} s; peak {} MiB (before: {} MiB)",
        line.end() / 1_000_000,
        begun.elapsed().as_secs_f64(),
        peak_kib() / 1024,
        before_kib / 1024,
    ));
    assert_eq!(replayed.counts().listed, OBJECTS);
    assert_eq!(replayed.pending_count(), OBJECTS.div_ceil(open_in));
    let begun = std::time::Instant::now();
    let named = replayed.pending().flatten().count() as u64;
    say(&format!(
        "names of {named} open objects read in {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    assert_eq!(named, replayed.pending_count());
    assert!(peak_kib() < 256 << 10, "{} KiB", peak_kib());
}

#[test]
#[ignore = "a gigabyte of disk: `scripts/journal.sh volume`"]
fn ten_million_objects_that_are_done_are_replayed_in_256_mib() {
    replay_ten_million(1000);
}

#[test]
#[ignore = "a gigabyte of disk: `scripts/journal.sh volume`"]
fn ten_million_objects_that_are_open_are_replayed_in_256_mib() {
    replay_ten_million(1);
}
