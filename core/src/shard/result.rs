//! How a shard ended: `shard-00000.done`, which is written once, and `shard-00000.failed`.

use std::fs;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::error::{Error, Result};
use super::folder::PlanFolder;
use super::hex::{hex, unhex};
use super::ledger;
use super::plan::{Plan, number, text};
use super::state::ShardState;

/// The version of the files.
pub(super) const FORMAT: u64 = 1;

/// So many failed objects are named.
pub(super) const NAMED_MAX: usize = 20;

/// How many bytes of a ledger's SHA-256 are in its name.
const LEDGER_BYTES: usize = 8;

/// The result of a shard whose objects are all done or skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardResult {
    /// The plan.
    pub plan: [u8; 16],
    /// The shard.
    pub shard: u32,
    /// Objects at the target, and their bytes.
    pub done: u64,
    /// See above.
    pub done_bytes: u64,
    /// Objects that were skipped, and their bytes.
    pub skipped: u64,
    /// See above.
    pub skipped_bytes: u64,
    /// Parts of objects, which are counted neither as objects nor with their bytes above.
    pub parts: Vec<PartResult>,
    /// The ledger's file in the plan's folder.
    pub ledger: String,
    /// Its SHA-256.
    pub ledger_sha256: [u8; 32],
    /// When the shard ended, in seconds since 1970.
    pub ended: u64,
}

/// A part of an object that is at the target or was skipped. The object appears when it is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartResult {
    /// The number of the object.
    pub object: u64,
    /// Where the part begins in the object, in bytes.
    pub offset: u64,
    /// Its length.
    pub bytes: u64,
    /// It was skipped.
    pub is_skipped: bool,
    /// The target's own text for what it was written to.
    pub identity: String,
}

/// The last failed attempt of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardFailure {
    /// The plan.
    pub plan: [u8; 16],
    /// The shard.
    pub shard: u32,
    /// Objects that failed.
    pub failed: u64,
    /// Some of them, with the reasons, without a secret.
    pub reasons: Vec<String>,
    /// When the attempt ended, in seconds since 1970.
    pub ended: u64,
}

impl ShardResult {
    /// The file's name.
    pub fn name(index: u32) -> String {
        format!("{}.done", Plan::shard_name(index))
    }

    /// The result of this shard, if it has one.
    ///
    /// A result of another plan is none: the plan that it belonged to was made anew.
    pub fn find(folder: &dyn PlanFolder, plan: &Plan, index: u32) -> Result<Option<Self>> {
        let name = Self::name(index);
        let Some(content) = folder.read(&name)? else {
            return Ok(None);
        };
        let result = Self::read(&content).filter(|result| result.shard == index);
        let result = result.ok_or_else(|| damaged(folder, &name))?;
        Ok((result.plan == plan.id).then_some(result))
    }

    /// Writes the result of a shard whose copy in `state` is complete, and its ledger. Returns the shard's
    /// result and whether it is this one: the first one counts.
    pub fn publish(
        folder: &dyn PlanFolder,
        plan: &Plan,
        index: u32,
        state: &ShardState,
    ) -> Result<(Self, bool)> {
        let journal = state.path();
        let (Some(parent), Some(name)) = (
            journal.parent(),
            journal.file_name().and_then(|name| name.to_str()),
        ) else {
            return Err(damaged(folder, &Plan::shard_name(index)));
        };
        let written = journal.with_extension("ledger");
        let sums = ledger::write(parent, name, &written)?;
        let planned = plan.shard(index)?;
        let parts = sums.parts.len() as u64;
        // The source decides what is in a range of names.
        let is_other = planned.range.is_none() && sums.done + sums.skipped != planned.objects;
        if sums.open > 0 || is_other || parts != planned.parts {
            return Err(Error::Unreadable(format!(
                "the copy `{}` of the shard {index} has {} done and {} skipped object(s) of {}, and {parts} part(s) of {}",
                journal.display(),
                sums.done,
                sums.skipped,
                planned.objects,
                planned.parts
            )));
        }
        let result = Self {
            plan: plan.id,
            shard: index,
            done: sums.done,
            done_bytes: sums.done_bytes,
            skipped: sums.skipped,
            skipped_bytes: sums.skipped_bytes,
            parts: sums.parts,
            ledger: format!(
                "{}.{}.ledger",
                Plan::shard_name(index),
                hex(&sums.sha256[..LEDGER_BYTES])
            ),
            ledger_sha256: sums.sha256,
            ended: now(),
        };
        // The ledger comes first: a result names it.
        folder.store(&result.ledger, &written)?;
        let _only_a_copy = fs::remove_file(&written);
        let name = Self::name(index);
        let content = result.to_json();
        if !folder.create(&name, content.as_bytes())? {
            if let Some(first) = Self::find(folder, plan, index)? {
                if first.ledger != result.ledger {
                    folder.remove(&result.ledger)?;
                }
                return Ok((first, false));
            }
            folder.replace(&name, content.as_bytes())?;
        }
        folder.remove(&ShardFailure::name(index))?;
        Ok((result, true))
    }

    fn to_json(&self) -> String {
        let fields = json!({
            "format": FORMAT,
            "plan": hex(&self.plan),
            "shard": self.shard,
            "done": self.done,
            "done_bytes": self.done_bytes,
            "skipped": self.skipped,
            "skipped_bytes": self.skipped_bytes,
            "parts": self.parts.iter().map(PartResult::to_json).collect::<Vec<_>>(),
            "ledger": self.ledger,
            "ledger_sha256": hex(&self.ledger_sha256),
            "ended": self.ended,
        });
        format!("{fields:#}\n")
    }

    fn read(content: &[u8]) -> Option<Self> {
        let fields = fields(content)?;
        Some(Self {
            plan: unhex(text(&fields, "plan")?)?,
            shard: number(&fields, "shard")?.try_into().ok()?,
            done: number(&fields, "done")?,
            done_bytes: number(&fields, "done_bytes")?,
            skipped: number(&fields, "skipped")?,
            skipped_bytes: number(&fields, "skipped_bytes")?,
            parts: fields
                .get("parts")?
                .as_array()?
                .iter()
                .map(|part| PartResult::read(part.as_object()?))
                .collect::<Option<_>>()?,
            ledger: text(&fields, "ledger")?.into(),
            ledger_sha256: unhex(text(&fields, "ledger_sha256")?)?,
            ended: number(&fields, "ended")?,
        })
    }
}

impl PartResult {
    fn to_json(&self) -> Value {
        json!({
            "object": hex(&self.object.to_be_bytes()),
            "offset": self.offset,
            "bytes": self.bytes,
            "skipped": self.is_skipped,
            "identity": self.identity,
        })
    }

    fn read(fields: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            object: u64::from_be_bytes(unhex(text(fields, "object")?)?),
            offset: number(fields, "offset")?,
            bytes: number(fields, "bytes")?,
            is_skipped: fields.get("skipped")?.as_bool()?,
            identity: text(fields, "identity")?.into(),
        })
    }
}

impl ShardFailure {
    /// The file's name.
    pub fn name(index: u32) -> String {
        format!("{}.failed", Plan::shard_name(index))
    }

    /// A failure of now, with the first reasons.
    pub fn now(plan: &Plan, index: u32, failed: u64, mut reasons: Vec<String>) -> Self {
        reasons.truncate(NAMED_MAX);
        Self {
            plan: plan.id,
            shard: index,
            failed,
            reasons,
            ended: now(),
        }
    }

    /// The last failed attempt of this shard, if there is one of this plan.
    pub fn find(folder: &dyn PlanFolder, plan: &Plan, index: u32) -> Result<Option<Self>> {
        let name = Self::name(index);
        let Some(content) = folder.read(&name)? else {
            return Ok(None);
        };
        let failure = Self::read(&content).ok_or_else(|| damaged(folder, &name))?;
        Ok((failure.plan == plan.id && failure.shard == index).then_some(failure))
    }

    /// Writes it, and replaces the one before.
    pub fn publish(&self, folder: &dyn PlanFolder) -> Result<()> {
        let fields = json!({
            "format": FORMAT,
            "plan": hex(&self.plan),
            "shard": self.shard,
            "failed": self.failed,
            "reasons": self.reasons,
            "ended": self.ended,
        });
        folder.replace(&Self::name(self.shard), format!("{fields:#}\n").as_bytes())
    }

    fn read(content: &[u8]) -> Option<Self> {
        let fields = fields(content)?;
        let reasons = fields.get("reasons")?.as_array()?.iter();
        Some(Self {
            plan: unhex(text(&fields, "plan")?)?,
            shard: number(&fields, "shard")?.try_into().ok()?,
            failed: number(&fields, "failed")?,
            reasons: reasons
                .map(|reason| reason.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            ended: number(&fields, "ended")?,
        })
    }
}

pub(super) fn fields(content: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(content).ok()? {
        Value::Object(fields) if number(&fields, "format") == Some(FORMAT) => Some(fields),
        _ => None,
    }
}

pub(super) fn damaged(folder: &dyn PlanFolder, name: &str) -> Error {
    let place = folder.shown_file(name);
    Error::Unreadable(format!("`{place}` is damaged, or of another version"))
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
