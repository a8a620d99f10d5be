//! How an object that was copied in parts ended: `object-NUMBER.done`, which is written once, and
//! `object-NUMBER.failed`.

use serde_json::{Map, Value, json};

use super::error::Result;
use super::folder::PlanFolder;
use super::hex::{bytes_of, hex, unhex};
use super::ledger::{LedgerLine, ObjectOutcome};
use super::plan::{Plan, number, text};
use super::result::{FORMAT, NAMED_MAX, ShardResult, damaged, fields, now};
use super::split_object::SplitObject;
use crate::entry::EntryName;

/// The result of an object whose parts are all written or skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectResult {
    /// The plan.
    pub plan: [u8; 16],
    /// The object's number.
    pub object: u64,
    /// Its name, length and outcome.
    pub line: LedgerLine,
    /// The time of its snapshot, if it is one.
    pub snapshot: Option<String>,
    /// When it was committed, in seconds since 1970.
    pub ended: u64,
}

/// The last failed attempt to commit an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFailure {
    /// The plan.
    pub plan: [u8; 16],
    /// The object's number.
    pub object: u64,
    /// The reasons, without a secret.
    pub reasons: Vec<String>,
    /// When the attempt ended, in seconds since 1970.
    pub ended: u64,
}

/// How far an object is that is copied in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectProgress {
    /// It is at the target, or was skipped.
    Done(ObjectResult),
    /// All parts are written or skipped, and nobody has committed the object yet; with the last attempt.
    Written(WrittenParts, Option<ObjectFailure>),
    /// These shards have no result, and parts of the object are in them.
    Waiting(Vec<u32>),
    /// The plan does not have all parts yet.
    Unplanned,
}

/// What the results of shards say of the parts of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenParts {
    /// How many parts were skipped.
    pub skipped: u32,
    /// The texts by which the target describes what the parts were written to, each once. A commit needs all
    /// parts in one.
    pub identities: Vec<String>,
}

impl ObjectResult {
    /// The file's name.
    pub fn name(object: &SplitObject) -> String {
        format!("{}.done", object.file_name())
    }

    /// A result of now.
    pub fn now(plan: &Plan, object: &SplitObject, outcome: ObjectOutcome) -> Self {
        Self {
            plan: plan.id,
            object: object.object,
            line: LedgerLine {
                name: object.name.clone(),
                bytes: object.bytes,
                outcome,
            },
            snapshot: object.snapshot.clone(),
            ended: now(),
        }
    }

    /// The result of this object, if it has one of this plan.
    pub fn find(
        folder: &dyn PlanFolder,
        plan: &Plan,
        object: &SplitObject,
    ) -> Result<Option<Self>> {
        find(folder, &Self::name(object), (plan, object), Self::read)
    }

    /// Writes it, unless there is one: the first one counts. Returns whether it is this one.
    pub fn publish(&self, folder: &dyn PlanFolder, object: &SplitObject) -> Result<bool> {
        let fields = json!({
            "format": FORMAT,
            "plan": hex(&self.plan),
            "object": hex(&self.object.to_be_bytes()),
            "name": self.line.name.to_string(),
            "name_hex": hex(self.line.name.as_bytes()),
            "snapshot": self.snapshot,
            "outcome": self.line.outcome.word(),
            "bytes": self.line.bytes,
            "ended": self.ended,
        });
        let is_ours = folder.create(&Self::name(object), format!("{fields:#}\n").as_bytes())?;
        folder.remove(&ObjectFailure::name(object))?;
        Ok(is_ours)
    }

    /// Its line in a merged ledger.
    pub fn ledger_line(&self) -> String {
        self.line.to_json(self.snapshot.as_deref())
    }

    fn read(fields: &Map<String, Value>) -> Option<Self> {
        Some(Self {
            plan: unhex(text(fields, "plan")?)?,
            object: u64::from_be_bytes(unhex(text(fields, "object")?)?),
            line: LedgerLine {
                name: EntryName::new(bytes_of(text(fields, "name_hex")?)?),
                bytes: number(fields, "bytes")?,
                outcome: match text(fields, "outcome")? {
                    "done" => ObjectOutcome::Done,
                    "skipped" => ObjectOutcome::Skipped,
                    _ => return None,
                },
            },
            snapshot: text(fields, "snapshot").map(Into::into),
            ended: number(fields, "ended")?,
        })
    }
}

impl ObjectFailure {
    /// The file's name.
    pub fn name(object: &SplitObject) -> String {
        format!("{}.failed", object.file_name())
    }

    /// A failure of now, with the first reasons.
    pub fn now(plan: &Plan, object: &SplitObject, mut reasons: Vec<String>) -> Self {
        reasons.truncate(NAMED_MAX);
        Self {
            plan: plan.id,
            object: object.object,
            reasons,
            ended: now(),
        }
    }

    /// The last failed attempt to commit this object, if there is one of this plan.
    pub fn find(
        folder: &dyn PlanFolder,
        plan: &Plan,
        object: &SplitObject,
    ) -> Result<Option<Self>> {
        find(folder, &Self::name(object), (plan, object), Self::read)
    }

    /// Writes it, and replaces the one before.
    pub fn publish(&self, folder: &dyn PlanFolder, object: &SplitObject) -> Result<()> {
        let fields = json!({
            "format": FORMAT,
            "plan": hex(&self.plan),
            "object": hex(&self.object.to_be_bytes()),
            "reasons": self.reasons,
            "ended": self.ended,
        });
        folder.replace(&Self::name(object), format!("{fields:#}\n").as_bytes())
    }

    fn read(fields: &Map<String, Value>) -> Option<Self> {
        let reasons = fields.get("reasons")?.as_array()?.iter();
        Some(Self {
            plan: unhex(text(fields, "plan")?)?,
            object: u64::from_be_bytes(unhex(text(fields, "object")?)?),
            reasons: reasons
                .map(|reason| reason.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            ended: number(fields, "ended")?,
        })
    }
}

impl ObjectProgress {
    /// How far this object is, where `result` gives the results of shards.
    pub fn of(
        folder: &dyn PlanFolder,
        plan: &Plan,
        object: &SplitObject,
        result: impl Fn(u32) -> Result<Option<ShardResult>>,
    ) -> Result<Self> {
        if let Some(result) = ObjectResult::find(folder, plan, object)? {
            return Ok(Self::Done(result));
        }
        if object.shards.len() < object.parts as usize {
            return Ok(Self::Unplanned);
        }
        let (mut shards, mut waiting, mut written) =
            (object.shards.clone(), Vec::new(), WrittenParts::default());
        shards.sort_unstable();
        shards.dedup();
        let mut parts = 0;
        for shard in shards {
            let Some(result) = result(shard)? else {
                waiting.push(shard);
                continue;
            };
            let own = result.parts.iter();
            for part in own.filter(|part| part.object == object.object) {
                parts += 1;
                written.skipped += u32::from(part.is_skipped);
                if !part.is_skipped && !written.identities.contains(&part.identity) {
                    written.identities.push(part.identity.clone());
                }
            }
        }
        if !waiting.is_empty() {
            return Ok(Self::Waiting(waiting));
        }
        if parts != object.parts {
            return Err(damaged(folder, &object.file_name()));
        }
        let failure = ObjectFailure::find(folder, plan, object)?;
        Ok(Self::Written(written, failure))
    }
}

/// The file of this name, if it is there and of this object of this plan.
fn find<T>(
    folder: &dyn PlanFolder,
    name: &str,
    (plan, object): (&Plan, &SplitObject),
    read: impl Fn(&Map<String, Value>) -> Option<T>,
) -> Result<Option<T>> {
    let Some(content) = folder.read(name)? else {
        return Ok(None);
    };
    let found = fields(&content).and_then(|fields| {
        let is_of = text(&fields, "plan")? == hex(&plan.id)
            && text(&fields, "object")? == hex(&object.object.to_be_bytes());
        Some((is_of, read(&fields)?))
    });
    let (is_of, found) = found.ok_or_else(|| damaged(folder, name))?;
    Ok(is_of.then_some(found))
}
