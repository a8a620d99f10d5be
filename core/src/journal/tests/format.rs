//! The format is what `FORMAT.md` says: a journal with every record, byte by byte.

use std::fmt::Write;
use std::sync::Arc;

use super::disk::Disk;
use super::{command, planned};
use crate::entry::{EntryName, Version};
use crate::journal::frame::Header;
use crate::journal::record::Base;
use crate::journal::{Counts, Folder, Place, Planned, Record, Replayed, replay};
use crate::plan::replace::Replace;

/// The journal as programs before reruns wrote it, and what lies behind it now.
const GOLDEN: &str = include_str!("version_1.txt");
const RERUNS: &str = include_str!("version_1_reruns.txt");

/// So many kinds of records came with reruns; they are the last ones.
const NEW_RECORDS: usize = 5;

fn local() -> Version {
    Version::Local {
        modified_ns: 1_795_000_000_123_456_789,
        inode: 12_345_678,
    }
}

/// Every record there is.
fn every_record() -> Vec<Record<'static>> {
    let place = |name: &str| {
        Some(Place {
            name: EntryName::from(name),
            snapshot: None,
        })
    };
    let seq = 3;
    vec![
        Record::Command(command("/data")),
        Record::Base(Base {
            next_seq: 2,
            counts: Counts {
                listed: 3,
                listed_bytes: 1000,
                done: 1,
                done_bytes: 500,
                skipped: 1,
                skipped_bytes: 300,
            },
            marker: Some("2!92!MDAwMDE-"),
            last: place("a/3"),
            aside: Some((b"locked", place("locked/1"))),
        }),
        Record::Kept {
            seq: 1,
            has_failed: true,
            planned: planned("a/2", 200),
        },
        Record::Page { marker: "2!96!" },
        Record::Planned(planned("b/1", 4096)),
        Record::Planned(Planned {
            version: local(),
            replace: Replace::Anything,
            ..planned("b/2", 1 << 40)
        }),
        Record::Passed {
            name: b"b/3",
            snapshot: Some("2026-11-22T13:00:00.1234567Z"),
            bytes: 7,
            aside: true,
        },
        Record::Started {
            seq,
            chunk_bytes: 4 << 20,
            identity: b".azring-x.part",
        },
        Record::Durable {
            seq,
            runs: [0, 1, 2, 7].into_iter().collect(),
        },
        Record::CopyStarted {
            seq,
            copy_id: "c0ffee",
        },
        Record::AnsweredAll,
        Record::Done {
            seq: 2,
            bytes: 4096,
        },
        Record::Changed {
            seq,
            was_bytes: 1 << 40,
            bytes: 9,
            version: local(),
        },
        Record::Skipped { seq, bytes: 9 },
        Record::Failed {
            seq: 1,
            reason: "no",
        },
        Record::Unlisted { what: b"locked" },
        Record::Aside { what: b"locked" },
        Record::Relisted { what: b"locked" },
        Record::Listed,
        Record::Barrier { synced: 99 },
        Record::Run {
            begun: 1_795_100_000,
        },
        Record::Target {
            identity: b"\"0x8DC0FFEE\"",
        },
        Record::NewListing,
        Record::DoneDigests { digests: &[7; 32] },
        Record::Ended,
    ]
}

fn written() -> Vec<u8> {
    let header = Header {
        generation: 1,
        job: *b"0123456789abcdef",
        fingerprint: command("/data").fingerprint(),
    };
    let mut bytes = header.bytes().to_vec();
    for record in every_record() {
        let offset = bytes.len() as u64;
        header.seal().put(&mut bytes, offset, &record);
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(32) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn every_record_is_written_as_it_always_was() {
    let written = written();
    let (before, since) = written.split_at(bytes_of(GOLDEN).len());
    assert_eq!(hex(before), GOLDEN);
    assert_eq!(hex(since), RERUNS);
}

#[test]
fn a_journal_of_this_version_is_read_as_it_always_was() {
    let every = every_record();
    let old = &every[..every.len() - NEW_RECORDS];
    let replayed = read(&bytes_of(GOLDEN), old);
    // It does not say so, but all was listed, and all that is open has failed.
    assert!(replayed.has_ended() && !replayed.is_new_listing());
    assert!(replayed.target().is_none() && replayed.runs().count() == 1);
    let whole = [bytes_of(GOLDEN), bytes_of(RERUNS)].concat();
    let replayed = read(&whole, &every);
    assert!(replayed.has_ended() && replayed.is_new_listing());
    assert_eq!(replayed.target(), Some(&b"\"0x8DC0FFEE\""[..]));
    assert_eq!(replayed.runs().last(), Some(1_795_100_000));
}

fn read(bytes: &[u8], expected: &[Record<'_>]) -> Replayed {
    let disk = Disk::with("j", bytes);
    let mut records = Vec::new();
    let file = disk.open("j").unwrap().unwrap();
    crate::journal::each_record(&*file, "j", |_, record| records.push(format!("{record:?}")))
        .unwrap();
    let expected: Vec<_> = expected
        .iter()
        .map(|record| format!("{record:?}"))
        .collect();
    assert_eq!(records, expected);
    let replayed = replay(Arc::clone(&file), "j").unwrap();
    assert_eq!(replayed.command(), &command("/data"));
    assert_eq!(replayed.pending().count(), 1);
    assert_eq!(replayed.counts().listed, 6);
    assert!(replayed.unlisted().is_empty() && replayed.position().aside.is_none());
    replayed
}
