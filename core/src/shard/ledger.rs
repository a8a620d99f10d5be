//! How each object of a shard ended, from the records of its journal.

use std::collections::{HashMap, HashSet};
use std::io::BufWriter;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};
use super::hex::{bytes_of, hex};
use super::plan::{number, text};
use super::result::PartResult;
use crate::entry::EntryName;
use crate::journal::{Files, Folder as _, Record, each_record};

/// How an object of a shard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectOutcome {
    /// It is at the target.
    Done,
    /// It was skipped.
    Skipped,
    /// It is not at the target.
    Open,
}

impl ObjectOutcome {
    /// The word in a ledger.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Open => "open",
        }
    }
}

/// A line of a shard's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// The object.
    pub name: EntryName,
    /// Its length.
    pub bytes: u64,
    /// How it ended.
    pub outcome: ObjectOutcome,
}

impl LedgerLine {
    pub(super) fn to_json(&self, snapshot: Option<&str>) -> String {
        let mut fields = Map::new();
        fields.insert("name".into(), self.name.to_string().into());
        if let Some(text) = self.name.as_str() {
            fields.insert("name".into(), text.into());
        } else {
            fields.insert("name_hex".into(), hex(self.name.as_bytes()).into());
        }
        if let Some(snapshot) = snapshot {
            fields.insert("snapshot".into(), snapshot.into());
        }
        fields.insert("outcome".into(), self.outcome.word().into());
        fields.insert("bytes".into(), self.bytes.into());
        Value::Object(fields).to_string()
    }
}

/// The counts of a ledger, and the SHA-256 of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LedgerSums {
    pub(super) done: u64,
    pub(super) done_bytes: u64,
    pub(super) skipped: u64,
    pub(super) skipped_bytes: u64,
    pub(super) open: u64,
    /// Parts of objects, which have no line.
    pub(super) parts: Vec<PartResult>,
    pub(super) sha256: [u8; 32],
}

/// Writes the ledger of the journal `name` in `folder` to the new file `to`: one line for each whole object, in
/// the order of the plan. Parts of objects are returned.
pub(super) fn write(folder: &Path, name: &str, to: &Path) -> Result<LedgerSums> {
    let place = folder.join(name).display().to_string();
    let file = Files::at(folder).open(name);
    let file = file
        .and_then(|file| file.ok_or_else(|| io::ErrorKind::NotFound.into()))
        .map_err(|error| Error::disk("read", &place, &error))?;
    let (mut objects, mut parts) = (0_u64, HashSet::new());
    each_record(&*file, &place, |_, record| {
        if let Record::Planned(planned) = record {
            if planned.part.is_some() {
                parts.insert(objects);
            }
            objects += 1;
        }
    })?;
    let mut outcomes = vec![ObjectOutcome::Open; objects as usize];
    let mut identities = HashMap::new();
    each_record(&*file, &place, |_, record| match record {
        Record::Started { seq, identity, .. } if parts.contains(&seq) => {
            let identity = String::from_utf8_lossy(identity).into_owned();
            identities.insert(seq, identity);
        }
        Record::Done { seq, .. } => settle_in(&mut outcomes, seq, ObjectOutcome::Done),
        Record::Skipped { seq, .. } => settle_in(&mut outcomes, seq, ObjectOutcome::Skipped),
        _ => {}
    })?;
    let failed = |error: io::Error| Error::disk("write", &to.display().to_string(), &error);
    let made = std::fs::File::create(to).map_err(failed)?;
    let mut written = BufWriter::new(&made);
    let (mut sums, mut digest, mut seq) = (LedgerSums::default(), Sha256::new(), 0);
    let mut result = Ok(());
    each_record(&*file, &place, |_, record| {
        let (name, snapshot, bytes, part, outcome) = match &record {
            Record::Planned(planned) => {
                seq += 1;
                let outcome = outcomes[seq - 1];
                (
                    planned.name,
                    planned.snapshot,
                    planned.bytes,
                    planned.part,
                    outcome,
                )
            }
            // An object of a range of names, which was skipped when it was listed.
            Record::Passed {
                name,
                snapshot,
                bytes,
                ..
            } => (*name, *snapshot, *bytes, None, ObjectOutcome::Skipped),
            _ => return,
        };
        if let Some(part) = part {
            sums.open += u64::from(outcome == ObjectOutcome::Open);
            sums.parts.push(PartResult {
                object: part.object,
                offset: part.offset(),
                bytes: part.bytes(bytes),
                is_skipped: outcome == ObjectOutcome::Skipped,
                identity: identities.remove(&(seq as u64 - 1)).unwrap_or_default(),
            });
            return;
        }
        let line = LedgerLine {
            name: EntryName::new(name),
            bytes,
            outcome,
        };
        let (objects, bytes) = match line.outcome {
            ObjectOutcome::Done => (&mut sums.done, &mut sums.done_bytes),
            ObjectOutcome::Skipped => (&mut sums.skipped, &mut sums.skipped_bytes),
            ObjectOutcome::Open => (&mut sums.open, &mut 0),
        };
        *objects += 1;
        *bytes += line.bytes;
        let text = line.to_json(snapshot) + "\n";
        digest.update(&text);
        if result.is_ok() {
            result = written.write_all(text.as_bytes());
        }
    })?;
    result
        .and_then(|()| written.flush())
        .and_then(|()| made.sync_all())
        .map_err(failed)?;
    sums.sha256 = digest.finalize().into();
    Ok(sums)
}

/// Passes each line of a ledger's text to `hand`. Returns the SHA-256 of the text; `None` where a line is no
/// line of a ledger.
pub fn each_line(text: &[u8], mut hand: impl FnMut(&str, LedgerLine)) -> Option<[u8; 32]> {
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let line = std::str::from_utf8(line).ok()?;
        let value: Value = serde_json::from_str(line).ok()?;
        let fields = value.as_object()?;
        let name = match self::text(fields, "name_hex") {
            Some(digits) => EntryName::new(bytes_of(digits)?),
            None => EntryName::from(self::text(fields, "name")?),
        };
        let outcome = match self::text(fields, "outcome")? {
            "done" => ObjectOutcome::Done,
            "skipped" => ObjectOutcome::Skipped,
            "open" => ObjectOutcome::Open,
            _ => return None,
        };
        let bytes = number(fields, "bytes")?;
        hand(
            line.trim_end(),
            LedgerLine {
                name,
                bytes,
                outcome,
            },
        );
    }
    Some(Sha256::digest(text).into())
}

/// An object ends once.
fn settle_in(outcomes: &mut [ObjectOutcome], seq: u64, outcome: ObjectOutcome) {
    if let Some(of_object) = outcomes.get_mut(seq as usize)
        && *of_object == ObjectOutcome::Open
    {
        *of_object = outcome;
    }
}
