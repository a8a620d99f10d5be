//! The table of contents of a plan: `plan.json`.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};
use super::hex::{bytes_of, hex, unhex};
use super::split_object::SplitObject;
use crate::options::EntryRange;

/// The version of the file. Other versions are refused.
const FORMAT: u64 = 1;

/// How a plan is cut into shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// A shard is full when the costs of its objects are so many bytes.
    Bytes(u64),
    /// There are so many shards of about the same cost.
    Shards(u32),
    /// A shard is a range of names, which its worker lists. It is full when the costs of the objects that the plan
    /// has seen in it are so many bytes.
    Ranges(u64),
    /// There is a range of names for each of so many names that were given, and one before them.
    Cuts(u32),
}

impl Division {
    /// Whether a shard is a range of names, which its worker lists.
    pub fn is_by_range(self) -> bool {
        matches!(self, Self::Ranges(_) | Self::Cuts(_))
    }
}

/// Objects that are in no shard, because they cannot be copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refused {
    /// How many.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A shard of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedShard {
    /// The SHA-256 of its file.
    pub sha256: [u8; 32],
    /// Its whole objects.
    pub objects: u64,
    /// Its parts of objects that are copied in parts.
    pub parts: u64,
    /// The bytes of both.
    pub bytes: u64,
    /// Its names, if it is a range of them. Objects and bytes are those that the plan has seen.
    pub range: Option<EntryRange>,
}

/// What a plan's folder holds. It has no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Drawn at random when the plan was begun.
    pub id: [u8; 16],
    /// The version of the program that made it.
    pub program: String,
    /// When it was begun, in seconds since 1970.
    pub begun: u64,
    /// The source, without a credential.
    pub source: String,
    /// The target, without a credential.
    pub target: String,
    /// The words of the copy in normal form: what decides which bytes are copied and how. A word that is
    /// not UTF-8 has replacement characters; the shards have the words themselves.
    pub words: Vec<String>,
    /// The fingerprint of the copy.
    pub fingerprint: [u8; 32],
    /// How it is cut.
    pub division: Division,
    /// Objects of more bytes are copied in parts of at most so many, where the target permits it; 0 for none.
    pub split_above: u64,
    /// The listing was complete, and all shards are written.
    pub is_sealed: bool,
    /// Objects that are in no shard.
    pub refused: Refused,
    /// Parts of the source that could not be listed.
    pub unlisted: u64,
    /// The shards that are written so far, from 0 on.
    pub shards: Vec<PlannedShard>,
    /// The objects that are copied in parts.
    pub split: Vec<SplitObject>,
}

impl Plan {
    /// The name of the file in the plan's folder.
    pub const NAME: &'static str = "plan.json";

    /// An id that no other plan has.
    pub fn new_id() -> Result<[u8; 16]> {
        let mut id = [0; 16];
        let drawn = rustix::rand::getrandom(&mut id, rustix::rand::GetRandomFlags::empty());
        drawn.map_err(|error| Error::disk("draw the id of", Self::NAME, &error.into()))?;
        Ok(id)
    }

    /// The name of a shard's file. What belongs to the shard has names that begin with it.
    pub fn shard_name(index: u32) -> String {
        format!("shard-{index:05}")
    }

    /// The id of the job that a shard is. It follows from the plan and the index, so that a file in the
    /// place of another is found out.
    pub fn job(&self, index: u32) -> [u8; 16] {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(self.id)
            .chain_update(index.to_le_bytes())
            .finalize()
            .into();
        std::array::from_fn(|at| digest[at])
    }

    /// The shard of this index. Fails when the plan has none, or not yet.
    pub fn shard(&self, index: u32) -> Result<&PlannedShard> {
        let count = self.shards.len();
        self.shards.get(index as usize).ok_or_else(|| {
            let so_far = if self.is_sealed { "" } else { " so far" };
            Error::Usage(match count {
                0 => format!("the plan has no shards{so_far}"),
                _ => format!(
                    "the plan has no shard {index}: it has 0 to {}{so_far}",
                    count - 1
                ),
            })
        })
    }

    /// Objects and bytes of all shards. An object that is copied in parts is one.
    pub fn sums(&self) -> (u64, u64) {
        let split = self.split.len() as u64;
        self.shards
            .iter()
            .fold((split, 0), |(objects, bytes), shard| {
                (objects + shard.objects, bytes + shard.bytes)
            })
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let shards: Vec<Value> = (0..)
            .zip(&self.shards)
            .map(|(index, shard)| {
                json!({
                    "shard": index,
                    "file": Self::shard_name(index),
                    "sha256": hex(&shard.sha256),
                    "objects": shard.objects,
                    "parts": shard.parts,
                    "bytes": shard.bytes,
                    "range": shard.range.as_ref().map(range_json),
                })
            })
            .collect();
        let (objects, bytes) = self.sums();
        let plan = json!({
            "format": FORMAT,
            "plan": hex(&self.id),
            "program": self.program,
            "begun": self.begun,
            "source": self.source,
            "target": self.target,
            "words": self.words,
            "fingerprint": hex(&self.fingerprint),
            "division": match self.division {
                Division::Bytes(bytes) => json!({ "bytes_per_shard": bytes }),
                Division::Shards(shards) => json!({ "shards": shards }),
                Division::Ranges(bytes) => json!({ "bytes_per_range": bytes }),
                Division::Cuts(names) => json!({ "cuts": names }),
            },
            "split_above": self.split_above,
            "sealed": self.is_sealed,
            "objects": objects,
            "bytes": bytes,
            "refused_objects": self.refused.objects,
            "refused_bytes": self.refused.bytes,
            "unlisted": self.unlisted,
            "shards": shards,
            "split": self.split.iter().map(SplitObject::to_json).collect::<Vec<_>>(),
        });
        format!("{plan:#}\n")
    }

    /// Reads the file that is shown as `place`.
    pub fn read(text: &[u8], place: &str) -> Result<Self> {
        let damaged = || {
            Error::Unreadable(format!(
                "`{place}` is not the file of a plan, or is damaged"
            ))
        };
        let value: Value = serde_json::from_slice(text).map_err(|_| damaged())?;
        let fields = value.as_object().ok_or_else(damaged)?;
        match number(fields, "format") {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(Error::Unreadable(format!(
                    "the plan `{place}` has version {other} of the format, and this program reads version {FORMAT}"
                )));
            }
            None => return Err(damaged()),
        }
        Self::of(fields).ok_or_else(damaged)
    }

    fn of(fields: &Map<String, Value>) -> Option<Self> {
        let division = fields.get("division")?.as_object()?;
        let (name, value) = division.iter().next().filter(|_| division.len() == 1)?;
        let division = match (&**name, value.as_u64()?) {
            ("bytes_per_shard", bytes) => Division::Bytes(bytes),
            ("shards", shards) => Division::Shards(shards.try_into().ok()?),
            ("bytes_per_range", bytes) => Division::Ranges(bytes),
            ("cuts", names) => Division::Cuts(names.try_into().ok()?),
            _ => return None,
        };
        let words = fields.get("words")?.as_array()?.iter();
        let shards = (0_u64..).zip(fields.get("shards")?.as_array()?);
        let plan = Self {
            id: unhex(text(fields, "plan")?)?,
            program: text(fields, "program")?.into(),
            begun: number(fields, "begun")?,
            source: text(fields, "source")?.into(),
            target: text(fields, "target")?.into(),
            words: words
                .map(|word| word.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            fingerprint: unhex(text(fields, "fingerprint")?)?,
            division,
            split_above: number(fields, "split_above")?,
            is_sealed: fields.get("sealed")?.as_bool()?,
            refused: Refused {
                objects: number(fields, "refused_objects")?,
                bytes: number(fields, "refused_bytes")?,
            },
            unlisted: number(fields, "unlisted")?,
            shards: shards
                .map(|(index, shard)| {
                    let shard = shard.as_object()?;
                    if number(shard, "shard")? != index {
                        return None;
                    }
                    Some(PlannedShard {
                        sha256: unhex(text(shard, "sha256")?)?,
                        objects: number(shard, "objects")?,
                        parts: number(shard, "parts")?,
                        bytes: number(shard, "bytes")?,
                        range: match shard.get("range")? {
                            Value::Object(range) => Some(range_of(range)?),
                            Value::Null => None,
                            _ => return None,
                        },
                    })
                })
                .collect::<Option<_>>()?,
            split: fields
                .get("split")?
                .as_array()?
                .iter()
                .map(|object| SplitObject::read(object.as_object()?))
                .collect::<Option<_>>()?,
        };
        let (objects, bytes) = plan.sums();
        let is_whole = number(fields, "objects")? == objects && number(fields, "bytes")? == bytes;
        is_whole.then_some(plan)
    }
}

fn range_json(range: &EntryRange) -> Value {
    let end = |name: &Option<Box<[u8]>>| name.as_deref().map(hex);
    json!({ "from_hex": end(&range.from), "until_hex": end(&range.until) })
}

fn range_of(fields: &Map<String, Value>) -> Option<EntryRange> {
    let end = |name| match fields.get(name)? {
        Value::String(digits) => bytes_of(digits).map(|bytes| Some(bytes.into())),
        Value::Null => Some(None),
        _ => None,
    };
    Some(EntryRange {
        from: end("from_hex")?,
        until: end("until_hex")?,
    })
}

/// A number among the fields of an object.
pub(super) fn number(fields: &Map<String, Value>, name: &str) -> Option<u64> {
    fields.get(name)?.as_u64()
}

/// A text among them.
pub(super) fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    fields.get(name)?.as_str()
}
