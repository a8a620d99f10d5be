//! Damaged journals. Damage that a crash can cause leaves an exact prefix; a journal with any other damage is
//! refused.

use std::io;
use std::sync::Arc;

use proptest::prelude::*;

use super::command;
use super::disk::Disk;
use super::model::{Model, script::Said};
use super::seed::Chance;
use crate::journal::append::RecordBuffer;
use crate::journal::frame::{HEADER_BYTES, Header};
use crate::journal::{Claim, Error, File, Planned, Record, Replayed, Result, replay};

/// A journal that the test wrote itself.
struct Known {
    bytes: Vec<u8>,
    /// The beginnings of all records.
    records: Vec<Begin>,
    /// Where each barrier begins, and the offset that it names.
    barriers: Vec<(usize, u64)>,
}

struct Begin {
    at: usize,
    /// The number of objects before this record.
    said: usize,
}

const BYTES: usize = 64 << 10;

/// A journal of about 64 KiB, and the names of its objects. Some names are long, so that it has a few
/// hundred records.
fn known(seed: u64) -> (Known, Vec<String>) {
    let disk = Disk::new(seed);
    let claim = Claim::within(Arc::new(disk.clone()), "j").unwrap();
    let ready = claim.home.lay(&command("/data")).unwrap();
    let mut line = RecordBuffer::new(&ready.header, ready.end, 0);
    let mut chance = Chance::of(seed);
    let mut names = Vec::new();
    let mut known = Known {
        bytes: Vec::new(),
        records: vec![Begin {
            at: HEADER_BYTES,
            said: 0,
        }],
        barriers: Vec::new(),
    };
    while (line.end() as usize) < BYTES {
        if chance.once_in(9) {
            let synced = line.end() - chance.below(600).min(line.end() - ready.end);
            known.records.push(Begin {
                at: line.end() as usize,
                said: names.len(),
            });
            known.barriers.push((line.end() as usize, synced));
            line.synced(synced);
        }
        let longest = [60, 4000][chance.below(2) as usize];
        let name = "n".repeat(1 + chance.below(longest) as usize);
        known.records.push(Begin {
            at: line.end() as usize,
            said: names.len(),
        });
        line.push(&Record::Planned(Planned {
            bytes: names.len() as u64,
            ..super::planned(&name, 0)
        }));
        names.push(name);
    }
    let mut group = Vec::new();
    let offset = line.take(&mut group);
    ready.file.write_at(&group, offset).unwrap();
    known.bytes = disk.bytes("j").unwrap();
    (known, names)
}

/// A file of these bytes.
struct Bytes(Vec<u8>);

impl File for Bytes {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let there = self.0.get(offset as usize..).unwrap_or_default();
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    fn write_at(&self, _bytes: &[u8], _offset: u64) -> io::Result<()> {
        panic!("reading writes nothing")
    }

    fn truncate(&self, _bytes: u64) -> io::Result<()> {
        panic!("reading cuts nothing")
    }

    fn sync(&self) -> io::Result<()> {
        panic!("reading needs no sync")
    }
}

/// The length of the common prefix of two files. Compares blocks first, because tests are not optimised.
fn same_bytes(one: &[u8], other: &[u8]) -> usize {
    const BLOCK: usize = 512;

    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let from = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    let rest = one[from..].iter().zip(&other[from..]);
    from + rest.take_while(|(a, b)| a == b).count()
}

fn read(bytes: &[u8]) -> Result<Replayed> {
    replay(Arc::new(Bytes(bytes.to_vec())), "j")
}

impl Known {
    /// The number of objects that a damaged copy of this journal must have; `None` where it must be refused.
    fn expected(&self, bytes: &[u8]) -> Option<usize> {
        let same = same_bytes(&self.bytes, bytes);
        if same == self.bytes.len() {
            // What follows the end is not a record.
            return Some(self.records.last()?.said + 1);
        }
        let first = self.records.iter().rfind(|begin| begin.at <= same)?;
        if first.at == HEADER_BYTES {
            return None;
        }
        let is_whole = |at: usize| bytes.get(at..at + 33) == Some(&self.bytes[at..at + 33]);
        let is_damage = self
            .barriers
            .iter()
            .any(|&(at, synced)| synced > first.at as u64 && is_whole(at));
        (!is_damage).then_some(first.said)
    }

    fn check(&self, bytes: &[u8], about: &dyn std::fmt::Debug) {
        match (read(bytes), self.expected(bytes)) {
            (Ok(replayed), Some(said)) => {
                assert_eq!(replayed.counts().listed, said as u64, "{about:?}");
                assert_eq!(replayed.pending_count(), said as u64, "{about:?}");
            }
            (Err(error), None) => assert!(
                matches!(
                    error,
                    Error::Damaged { .. } | Error::Foreign { .. } | Error::OtherVersion { .. }
                ),
                "{about:?}: {error}"
            ),
            (said, expected) => panic!("{about:?}: {said:?} instead of {expected:?}"),
        }
    }
}

#[test]
fn a_journal_that_is_cut_anywhere_is_the_records_before() {
    let (known, names) = known(1);
    for length in 0..=known.bytes.len() {
        known.check(&known.bytes[..length], &length);
    }
    assert_eq!(known.expected(&known.bytes), Some(names.len()));
}

#[test]
fn a_flipped_bit_is_a_refusal_or_the_records_before() {
    let (known, _) = known(2);
    let mut chance = Chance::of(3);
    let mut bytes = known.bytes.clone();
    for _ in 0..10_000 {
        let (at, bit) = (chance.below(bytes.len() as u64) as usize, chance.below(8));
        bytes[at] ^= 1 << bit;
        known.check(&bytes, &(at, bit));
        bytes[at] ^= 1 << bit;
    }
}

#[test]
fn pages_that_are_zeroed_swapped_or_doubled_hold_no_record() {
    const PAGE: usize = 4096;

    let (known, _) = known(4);
    let (other, _) = self::known(5);
    let pages = known.bytes.len() / PAGE;
    for at in 0..pages {
        let place = at * PAGE..(at + 1) * PAGE;
        let mut bytes = known.bytes.clone();
        bytes[place.clone()].fill(0);
        known.check(&bytes, &("zeroed", at));
        bytes[place.clone()].copy_from_slice(&other.bytes[place.clone()]);
        // With the header of the other journal, the file is a prefix of that one.
        if at > 0 {
            known.check(&bytes, &("another journal's", at));
        }
        for from in 0..pages {
            bytes[place.clone()].copy_from_slice(&known.bytes[from * PAGE..(from + 1) * PAGE]);
            known.check(&bytes, &("doubled", from, at));
        }
        let mut bytes = known.bytes.clone();
        let repeated = bytes[place].to_vec();
        bytes.extend_from_slice(&repeated);
        known.check(&bytes, &("behind the end", at));
    }
    let mut bytes = known.bytes.clone();
    bytes.resize(BYTES * 4, 0);
    known.check(&bytes, &"zeros behind the end");
}

#[test]
fn another_version_and_another_kind_of_file_are_refused() {
    let (known, _) = known(6);
    let mut bytes = known.bytes.clone();
    bytes[8] = 2;
    let error = read(&bytes).unwrap_err();
    assert!(matches!(error, Error::OtherVersion { found: 2, .. }));
    assert!(error.to_string().contains("has version 2 of the format"));
    for foreign in [&b""[..], b"#!/bin/sh\n", &[0; 100]] {
        assert!(matches!(read(foreign), Err(Error::Foreign { .. })));
    }
}

#[test]
fn another_jobs_records_are_not_this_jobs() {
    let (known, _) = known(7);
    let (other, _) = self::known(8);
    let mut bytes = known.bytes[..HEADER_BYTES].to_vec();
    bytes.extend_from_slice(&other.bytes[HEADER_BYTES..]);
    known.check(&bytes, &"the header of one, the records of the other");
}

/// Records that are intact and contradict each other.
#[test]
fn a_sound_record_that_cannot_be_is_refused() {
    let impossible = [
        Record::Command(command("/again")),
        Record::Done { seq: 1, bytes: 5 },
        Record::Durable {
            seq: u64::MAX,
            runs: [0].into_iter().collect(),
        },
        Record::Kept {
            seq: 1 << 60,
            has_failed: false,
            planned: super::planned("b", 1),
        },
    ];
    for record in impossible {
        let disk = Disk::new(0);
        let claim = Claim::within(Arc::new(disk), "j").unwrap();
        let ready = claim.home.lay(&command("/data")).unwrap();
        let mut line = RecordBuffer::new(&ready.header, ready.end, 0);
        line.plan(super::planned("a", 5));
        let at = line.end();
        line.push(&record);
        let mut group = Vec::new();
        let offset = line.take(&mut group);
        ready.file.write_at(&group, offset).unwrap();
        match claim.look() {
            Err(Error::Damaged { offset, .. }) => assert_eq!(offset, at, "{record:?}"),
            other => panic!("{record:?}: {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_number_of_changes_leaves_a_beginning_or_a_refusal(
        seed in 0..8_u64,
        changes in prop::collection::vec((0..BYTES + 500, any::<Vec<u8>>()), 0..5),
        length in 0..2 * BYTES,
    ) {
        let (known, _) = known(seed);
        let mut bytes = known.bytes.clone();
        for (at, with) in &changes {
            for (index, byte) in with.iter().enumerate() {
                if let Some(place) = bytes.get_mut(at + index) {
                    *place = *byte;
                }
            }
        }
        bytes.truncate(length);
        known.check(&bytes, &(seed, &changes, length));
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_panic(
        bytes: Vec<u8>,
        with_header: bool,
        records in prop::collection::vec(any::<Vec<u8>>(), 0..20),
    ) {
        let header = Header { generation: 3, job: [9; 16], fingerprint: command("/data").fingerprint() };
        let mut whole = Vec::new();
        if with_header {
            whole.extend_from_slice(&header.bytes());
            for body in &records {
                header.seal().put_bytes(&mut whole, body);
            }
        }
        whole.extend_from_slice(&bytes);
        if let Ok(replayed) = read(&whole) {
            replayed.pending().for_each(drop);
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written(seed: u64) {
        let mut chance = Chance::of(seed);
        let mut model = Model::default();
        for _ in 0..60 {
            let said = Said::next(&mut chance, &model);
            let mut out = Vec::new();
            said.record().put(&mut out);
            prop_assert_eq!(Record::read(&out), Some(said.record()));
            model.apply(&said.record());
        }
    }
}
