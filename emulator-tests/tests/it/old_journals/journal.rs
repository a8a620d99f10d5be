//! A journal as core/src/journal/FORMAT.md describes it: read from a fixture, changed to fit this
//! machine, and written again. It shares no code with the program, so that a change of the format
//! fails the tests that use it.
//!
//! A fixture names the folder, the service, inodes and `ETag`s of the machine it was written on.
//! Those are replaced. The job's id, the order and kinds of the records, names, lengths and times
//! stay.

use std::collections::BTreeSet;

use azring_emulator_tests::journal::{DONE, PLANNED, STARTED, TARGET, records};
use sha2::{Digest as _, Sha256};

const COMMAND: u8 = 1;
const BARRIER: u8 = 17;

/// Flag of a planned entry: its version is the `ETag` of a service.
const IS_OF_SERVICE: u8 = 8;

/// Flags of a planned entry that no fixture has: a snapshot, found beside the listing, a version seen at the destination.
const NOT_IN_FIXTURES: u8 = 1 | 4 | 16 | 32;

/// A journal, record by record.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    /// The header up to the fingerprint.
    head: [u8; 32],
    records: Vec<Record>,
}

#[derive(Debug, Clone)]
enum Record {
    /// Any record: its type and its payload.
    Plain(Vec<u8>),
    /// A barrier: how many records before it were durable, and the mark.
    Barrier(usize, Vec<u8>),
}

/// What a version consists of, as far as it differs from machine to machine.
pub(super) enum Version {
    Inode(u64),
    ETag(String),
}

impl Journal {
    /// Reads a fixture: lines of hexadecimal digits.
    pub(super) fn from_hex(text: &str) -> Self {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let value = |digit: u8| char::from(digit).to_digit(16).expect("a hexadecimal digit") as u8;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| value(pair[0]) << 4 | value(pair[1]))
            .collect();
        let whole = records(&bytes);
        let records = whole.iter().map(|(_, record)| {
            if record[0] != BARRIER {
                return Record::Plain(record.to_vec());
            }
            let offset = u64::from_le_bytes(record[1..9].try_into().unwrap()) as usize;
            let before = whole.iter().filter(|(start, _)| *start < offset).count();
            Record::Barrier(before, record[9..].to_vec())
        });
        Self {
            head: bytes[..32].try_into().unwrap(),
            records: records.collect(),
        }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The journal that a crash would have left that lost everything behind so many records.
    pub(super) fn cut(&self, records: usize) -> Self {
        Self {
            head: self.head,
            records: self.records[..records].to_vec(),
        }
    }

    /// What the command's word for this parameter holds.
    pub(super) fn word(&self, parameter: &str) -> String {
        let mut rest = &self.plain().next().expect("a command")[1..];
        let count = number(&mut rest);
        let words = (0..count).map(|_| String::from_utf8(bytes(&mut rest)).unwrap());
        let value = |word: String| Some(word.strip_prefix(parameter)?.to_owned());
        words
            .into_iter()
            .find_map(value)
            .expect("the command has it")
    }

    /// The names of the objects that are done.
    pub(super) fn done(&self) -> BTreeSet<String> {
        let mut planned = Vec::new();
        let mut done = BTreeSet::new();
        for record in self.plain() {
            if record[0] == PLANNED {
                let mut rest = &record[2..];
                planned.push(String::from_utf8(bytes(&mut rest)).unwrap());
            } else if record[0] == DONE {
                let mut rest = &record[1..];
                done.insert(planned[number(&mut rest) as usize].clone());
            }
        }
        done
    }

    /// Whether an object of several chunks was begun.
    pub(super) fn has_begun(&self) -> bool {
        self.plain().any(|record| record[0] == STARTED)
    }

    fn plain(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.records.iter().filter_map(|record| match record {
            Record::Plain(record) => Some(record),
            Record::Barrier(..) => None,
        })
    }

    fn change(&mut self, kind: u8, change: impl Fn(&[u8]) -> Vec<u8>) {
        for record in &mut self.records {
            if let Record::Plain(record) = record
                && record[0] == kind
            {
                let payload = change(&record[1..]);
                record.truncate(1);
                record.extend(payload);
            }
        }
    }

    /// The command copies from and to other places: each word that contains `from` gets `to` instead.
    pub(super) fn set_places(&mut self, places: &[(&str, &str)]) {
        self.change(COMMAND, |mut rest| {
            let count = number(&mut rest);
            let mut payload = Vec::new();
            put_number(&mut payload, count);
            for _ in 0..count {
                let word = String::from_utf8(bytes(&mut rest)).unwrap();
                let replaced = |word: String, (from, to): &(&str, &str)| word.replace(from, to);
                put_bytes(&mut payload, places.iter().fold(word, replaced).as_bytes());
            }
            payload.extend(rest);
            payload
        });
    }

    /// The planned objects have these versions, by their names.
    pub(super) fn set_versions(&mut self, version: impl Fn(&str) -> Version) {
        self.change(PLANNED, |payload| {
            let flags = payload[0];
            assert_eq!(flags & NOT_IN_FIXTURES, 0);
            let mut rest = &payload[1..];
            let name = String::from_utf8(bytes(&mut rest)).unwrap();
            number(&mut rest);
            let mut changed = payload[..payload.len() - rest.len()].to_vec();
            match version(&name) {
                Version::Inode(inode) => {
                    assert_eq!(flags & IS_OF_SERVICE, 0);
                    changed.extend(&rest[..12]);
                    put_number(&mut changed, inode);
                }
                Version::ETag(etag) => {
                    assert_eq!(flags & IS_OF_SERVICE, IS_OF_SERVICE);
                    put_bytes(&mut changed, etag.as_bytes());
                }
            }
            changed
        });
    }

    /// The identity of the destination.
    pub(super) fn set_target(&mut self, identity: &str) {
        self.change(TARGET, |_| {
            let mut payload = Vec::new();
            put_bytes(&mut payload, identity.as_bytes());
            payload
        });
    }

    /// The identity of the part file of the object that was begun.
    pub(super) fn set_part(&mut self, identity: &str) {
        self.change(STARTED, |mut rest| {
            let mut payload = Vec::new();
            put_number(&mut payload, number(&mut rest));
            put_number(&mut payload, number(&mut rest));
            let was = String::from_utf8(bytes(&mut rest)).unwrap();
            let (chunks, _) = was.split_once(' ').expect("a count of chunks");
            put_bytes(&mut payload, format!("{chunks} {identity}").as_bytes());
            payload
        });
    }

    /// The file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut file = self.head.to_vec();
        file.extend(self.fingerprint());
        file.extend(crc32c(&[&file]).to_le_bytes());
        let mut offsets = Vec::new();
        for record in &self.records {
            let offset = file.len() as u64;
            let record = match record {
                Record::Plain(record) => record.clone(),
                Record::Barrier(before, mark) => {
                    let until = offsets.get(*before).copied().unwrap_or(offset);
                    [&[BARRIER][..], &u64::to_le_bytes(until), mark].concat()
                }
            };
            offsets.push(offset);
            let length = (record.len() as u32).to_le_bytes();
            let (job, generation) = (&self.head[16..32], &self.head[12..16]);
            let sum = crc32c(&[job, generation, &offset.to_le_bytes(), &length, &record]);
            file.extend(length);
            file.extend(sum.to_le_bytes());
            file.extend(record);
        }
        file
    }

    fn fingerprint(&self) -> [u8; 32] {
        let command = self.plain().next().expect("a command");
        let mut rest = &command[1..];
        let mut sha = Sha256::new();
        for _ in 0..number(&mut rest) {
            let word = bytes(&mut rest);
            sha.update((word.len() as u64).to_le_bytes());
            sha.update(word);
        }
        sha.finalize().into()
    }
}

fn crc32c(parts: &[&[u8]]) -> u32 {
    let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
    for part in parts {
        digest.update(part);
    }
    digest.finalize() as u32
}

fn number(rest: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (byte, after) = rest.split_first().expect("a number ends");
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return number;
        }
    }
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn bytes(rest: &mut &[u8]) -> Vec<u8> {
    let length = number(rest) as usize;
    let (bytes, after) = rest.split_at(length);
    *rest = after;
    bytes.to_vec()
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend(bytes);
}
