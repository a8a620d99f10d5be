//! An object that is copied in parts, which are in several shards.
//!
//! Every part is in the journal of its shard. The commit has a journal of its own, `object-NUMBER`, which is made
//! with the first part. Whoever has finished the last part commits, or `shard merge` does.

use std::path::Path;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::error::Result;
use super::hex::{bytes_of, hex, unhex};
use super::plan::{Plan, number, text};
use crate::entry::{Entry, EntryName};
use crate::journal::{Command, Planned, PlannedJournal, Record};
use crate::plan::chunks::Chunks;
use crate::plan::part::{ObjectPart, PartRole};
use crate::plan::replace::Replace;

/// The memory for the journal of a commit, which has one object.
const BUFFER_BYTES: usize = 4 << 10;

/// An object that is copied in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitObject {
    /// The number that all its parts have.
    pub object: u64,
    /// Its name at the source.
    pub name: EntryName,
    /// The time of its snapshot, if it is one.
    pub snapshot: Option<String>,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of the journal of its commit.
    pub sha256: [u8; 32],
    /// How many parts it has.
    pub parts: u32,
    /// The shards of its parts, in the order of the parts. There are fewer than parts until the plan has all.
    pub shards: Vec<u32>,
}

impl SplitObject {
    /// The beginning of the names of its files in the plan's folder.
    pub(super) const FILES: &'static str = "object-";

    /// The name of the journal of its commit. What belongs to the object has names that begin with it.
    pub fn file_name(&self) -> String {
        file_name(self.object)
    }

    /// The id of the job that its commit is.
    pub fn job(&self, plan: &Plan) -> [u8; 16] {
        job(plan.id, self.object)
    }

    /// Writes the journal of the commit of this object into the folder `spool`. The object has no shard yet.
    pub(super) fn begin(
        (plan, spool): (&Plan, &Path),
        command: &Command,
        (entry, replace): (&Entry, &Replace),
        chunks: &Chunks,
    ) -> Result<Self> {
        let object = number_of(plan.id, entry);
        let part = ObjectPart {
            object,
            chunk_bytes: chunks.chunk_bytes(),
            first: 0,
            chunks: 1,
            role: PartRole::Range,
        };
        let name = file_name(object);
        let mut journal =
            PlannedJournal::begin(spool, &name, job(plan.id, object), command, BUFFER_BYTES)?;
        let commit = Planned {
            part: Some(part.commit(chunks.total())),
            ..Planned::of(entry, replace)
        };
        journal.push(&Record::Planned(commit))?;
        journal.push(&Record::Listed)?;
        Ok(Self {
            object,
            name: entry.name.clone(),
            snapshot: entry
                .snapshot
                .as_ref()
                .map(|snapshot| snapshot.id.to_string()),
            bytes: entry.bytes,
            sha256: journal.finish()?,
            parts: part.ranges(entry.bytes, plan.split_above).count() as u32,
            shards: Vec::new(),
        })
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "object": hex(&self.object.to_be_bytes()),
            "file": self.file_name(),
            "name": self.name.to_string(),
            "name_hex": hex(self.name.as_bytes()),
            "snapshot": self.snapshot,
            "bytes": self.bytes,
            "sha256": hex(&self.sha256),
            "parts": self.parts,
            "shards": self.shards,
        })
    }

    pub(super) fn read(fields: &Map<String, Value>) -> Option<Self> {
        let shards = fields.get("shards")?.as_array()?.iter();
        Some(Self {
            object: u64::from_be_bytes(unhex(text(fields, "object")?)?),
            name: EntryName::new(bytes_of(text(fields, "name_hex")?)?),
            snapshot: text(fields, "snapshot").map(Into::into),
            bytes: number(fields, "bytes")?,
            sha256: unhex(text(fields, "sha256")?)?,
            parts: number(fields, "parts")?.try_into().ok()?,
            shards: shards
                .map(|shard| shard.as_u64()?.try_into().ok())
                .collect::<Option<_>>()?,
        })
    }
}

fn file_name(object: u64) -> String {
    format!("{}{object:016x}", SplitObject::FILES)
}

/// It follows from the plan and the object, so that a file in the place of another is found out.
fn job(plan: [u8; 16], object: u64) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(plan)
        .chain_update(b"object")
        .chain_update(object.to_le_bytes())
        .finalize()
        .into();
    std::array::from_fn(|at| digest[at])
}

/// The number of an object follows from its name, so that a plan that is continued gives it the same one.
fn number_of(plan: [u8; 16], entry: &Entry) -> u64 {
    let snapshot = entry.snapshot.as_ref();
    let snapshot = snapshot.map_or(&b""[..], |snapshot| snapshot.id.as_bytes());
    let name = entry.name.as_bytes();
    let digest: [u8; 32] = Sha256::new()
        .chain_update(plan)
        .chain_update((name.len() as u64).to_le_bytes())
        .chain_update(name)
        .chain_update(snapshot)
        .finalize()
        .into();
    u64::from_le_bytes(std::array::from_fn(|at| digest[at]))
}
