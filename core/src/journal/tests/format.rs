//! The format of `FORMAT.md`: a journal with every record, compared byte by byte.

use std::fmt::Write;
use std::sync::Arc;

use super::disk::Disk;
use super::{command, planned};
use crate::entry::{ETag, EntryName, Version};
use crate::journal::frame::Header;
use crate::journal::record::Base;
use crate::journal::{
    Counts, ExportToken, ExportedVolume, Folder, Place, Planned, Record, Replayed, replay,
};
use crate::plan::part::{ObjectPart, PartRole};
use crate::plan::replace::Replace;

/// A journal as programs without reruns wrote it, and the records that came with reruns, with exports, with file shares and with
/// ranges that are split.
const GOLDEN: &str = include_str!("version_1.txt");
const RERUNS: &str = include_str!("version_1_reruns.txt");
const EXPORTS: &str = include_str!("version_1_exports.txt");
const SHARES: &str = include_str!("version_1_shares.txt");
const SPLITS: &str = include_str!("version_1_splits.txt");

/// The number of kinds of records that came with reruns.
const NEW_RECORDS: usize = 5;

/// The number of records that came with exports.
const EXPORT_RECORDS: usize = 7;

/// The number of kinds of records that came with file shares.
const SHARE_RECORDS: usize = 1;

/// The number of records that came with ranges that are split. They are the last ones.
const SPLIT_RECORDS: usize = 2;

fn local() -> Version {
    Version::Local {
        modified_ns: 1_795_000_000_123_456_789,
        inode: 12_345_678,
    }
}

/// One record of each kind.
fn every_record() -> Vec<Record<'static>> {
    let place = |name: &str| {
        Some(Place {
            name: EntryName::from(name),
            snapshot: None,
        })
    };
    let seq = 3;
    let mut records = vec![
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
    ];
    records.extend(records_of_an_export());
    records.push(Record::SettledNames { digests: &[5; 16] });
    records.extend(["ac", "ab"].map(|at| Record::RangeSplit { range: 1, at }));
    records
}

fn records_of_an_export() -> [Record<'static>; EXPORT_RECORDS] {
    [
        Record::ExportBegun {
            time: "20140903T051850.8128447Z",
        },
        Record::ExportRange {
            from: None,
            until: Some("aa"),
        },
        Record::ExportRange {
            from: Some("aa"),
            until: None,
        },
        Record::VolumeAt {
            range: 1,
            volume: volume(),
            partition: "1!4!YWI-",
            row: Some(""),
        },
        Record::VolumeClosed {
            range: 1,
            volume: volume(),
            is_last: false,
        },
        Record::VolumeAt {
            range: 1,
            volume: volume(),
            partition: "1!4!YWM-",
            row: None,
        },
        Record::RangeEmpty { range: 0 },
    ]
}

fn volume() -> ExportedVolume {
    ExportedVolume {
        bytes: 32 << 20,
        crc: 0x0AF3_95F1_DC42_E952,
        entities: 1000,
    }
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
    let (reruns, exports) = since.split_at(bytes_of(RERUNS).len());
    assert_eq!(hex(before), GOLDEN);
    let (exports, shares) = exports.split_at(bytes_of(EXPORTS).len());
    assert_eq!(hex(reruns), RERUNS);
    assert_eq!(hex(exports), EXPORTS);
    let (shares, splits) = shares.split_at(bytes_of(SHARES).len());
    assert_eq!(hex(shares), SHARES);
    assert_eq!(hex(splits), SPLITS);
}

#[test]
fn a_part_of_an_object_is_written_as_it_always_was() {
    let mut bytes = Vec::new();
    Record::Planned(Planned {
        version: Version::Service(ETag("e".into())),
        replace: Replace::Anything,
        part: Some(ObjectPart {
            object: 0x0102_0304_0506_0708,
            chunk_bytes: 10,
            first: 2,
            chunks: 3,
            role: PartRole::Commit,
        }),
        ..planned("a", 100)
    })
    .put(&mut bytes);
    let golden = "034a0161640165 0807060504030201 0a020301";
    assert_eq!(bytes, bytes_of(golden));
    assert!(Record::read(&bytes).is_some());
    // A part without chunks, or with chunks of no length, is no part.
    for (wrong, at) in [
        (0, bytes.len() - 2),
        (0, bytes.len() - 4),
        (2, bytes.len() - 1),
    ] {
        let mut other = bytes.clone();
        other[at] = wrong;
        assert!(Record::read(&other).is_none(), "{at}");
    }
}

#[test]
fn a_journal_of_this_version_is_read_as_it_always_was() {
    let every = every_record();
    let reruns = &every[..every.len() - SPLIT_RECORDS - SHARE_RECORDS - EXPORT_RECORDS];
    let old = &reruns[..reruns.len() - NEW_RECORDS];
    let replayed = read(&bytes_of(GOLDEN), old);
    // No record says so, but everything was listed, and every open object has failed.
    assert!(replayed.has_ended() && !replayed.is_new_listing());
    assert!(replayed.target().is_none() && replayed.runs().count() == 1);
    let whole = [bytes_of(GOLDEN), bytes_of(RERUNS)].concat();
    let replayed = read(&whole, reruns);
    assert!(replayed.has_ended() && replayed.is_new_listing());
    assert!(replayed.export().is_none());
    assert_eq!(replayed.target(), Some(&b"\"0x8DC0FFEE\""[..]));
    assert_eq!(replayed.runs().last(), Some(1_795_100_000));
}

#[test]
fn an_export_goes_on_where_its_records_end() {
    let whole = [GOLDEN, RERUNS, EXPORTS, SHARES].map(bytes_of).concat();
    let every = every_record();
    let replayed = read(&whole, &every[..every.len() - SPLIT_RECORDS]);
    // Its ranges are taken up, and nothing is listed anew.
    assert!(!replayed.has_ended());
    let export = replayed.export().unwrap();
    assert_eq!(&*export.time, "20140903T051850.8128447Z");
    let [empty, open] = &*export.ranges else {
        panic!("{export:?}");
    };
    assert!(empty.is_done && empty.closed.is_empty() && empty.until.as_deref() == Some("aa"));
    assert!(!open.is_done && open.closed == [volume()]);
    let token = |partition: &str, row: Option<&str>| ExportToken {
        partition: partition.into(),
        row: row.map(Into::into),
    };
    assert_eq!(open.volume_start, Some(token("1!4!YWI-", Some(""))));
    assert_eq!(open.open, Some((volume(), token("1!4!YWM-", None))));
}

#[test]
fn a_range_that_was_split_ends_where_the_next_one_begins() {
    let whole = [GOLDEN, RERUNS, EXPORTS, SHARES, SPLITS]
        .map(bytes_of)
        .concat();
    let replayed = read(&whole, &every_record());
    let export = replayed.export().unwrap();
    let [_, first, last, middle] = &*export.ranges else {
        panic!("{export:?}");
    };
    // Its query ends where it always did: a continuation token is for one query.
    assert_eq!(
        (first.until.as_deref(), first.limit.as_deref()),
        (None, Some("ab"))
    );
    assert_eq!(
        (last.from.as_deref(), last.until.as_deref()),
        (Some("ac"), None)
    );
    assert_eq!(
        (middle.from.as_deref(), middle.until.as_deref()),
        (Some("ab"), Some("ac"))
    );
    assert!(middle.limit.is_none() && !middle.is_done && !first.is_done);
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
