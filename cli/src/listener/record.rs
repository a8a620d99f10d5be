#![doc = include_str!("JSON.md")]

use std::fmt::Write as _;

use azring_core::Error;
use azring_core::entry::{ETag, EntryName};
use azring_core::options::Options;
use azring_core::report::{ChangeKind, ContentDifference, Details, Event, PlannedChange};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::mask::masked;

/// The description of all records, which help shows as the topic `Json`.
pub(crate) const JSON: &str = include_str!("JSON.md");

/// The version of the records. It increases when a field changes its meaning or is removed, and not
/// for a new field.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// One record: a line without a break.
pub(crate) fn record(time: Timestamp, kind: &str, fields: &Value) -> String {
    let mut record = json!({
        "schema_version": SCHEMA_VERSION,
        "type": kind,
        "time": format!("{time:.3}"),
    });
    merge(&mut record, fields.clone());
    terminal_safe(&record.to_string())
}

pub(super) fn merge(into: &mut Value, fields: Value) {
    if let (Value::Object(into), Value::Object(fields)) = (into, fields) {
        into.extend(fields);
    }
}

/// What the objects of a run that succeeded are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectWords {
    /// They were copied.
    Run,
    /// They would be copied.
    Preview,
    /// They are equal on both sides.
    Verification,
}

impl ObjectWords {
    /// Those of a run with these options.
    pub(crate) fn of(options: &Options) -> Self {
        if options.verify.is_some() {
            Self::Verification
        } else if options.preview {
            Self::Preview
        } else {
            Self::Run
        }
    }
}

/// The fields of an `object` record; `None` for an event that is not the end of an object.
pub(crate) fn about_object(event: &Event<'_>, words: ObjectWords) -> Option<Map<String, Value>> {
    let fields = match *event {
        Event::Done {
            name,
            bytes,
            details,
        } => {
            let outcome = match (words, details.is_moved) {
                (ObjectWords::Preview, true) => "would_move",
                (ObjectWords::Preview, false) => "would_copy",
                (ObjectWords::Run, true) => "moved",
                (ObjectWords::Run, false) => "done",
                (ObjectWords::Verification, _) => "equal",
            };
            let mut fields = begun(name, outcome, bytes);
            fields.extend(found(details));
            fields.extend(effort(details));
            fields
        }
        Event::Skipped {
            name,
            bytes,
            reason,
        } => {
            let mut fields = begun(name, "skipped", bytes);
            fields.insert("message".to_owned(), masked(reason).into());
            fields
        }
        Event::Failed {
            name,
            bytes,
            error,
            details,
        } => {
            let mut fields = begun(name, "failed", bytes);
            fields.extend(failure(error));
            fields.extend(effort(details));
            fields
        }
        Event::Interrupted {
            name,
            bytes,
            details,
        } => {
            let mut fields = begun(name, "interrupted", bytes);
            fields.extend(effort(details));
            fields
        }
        Event::Differs {
            name,
            bytes,
            difference,
        } => {
            let outcome = match difference {
                ContentDifference::Size { .. }
                | ContentDifference::Md5
                | ContentDifference::Bytes { .. } => "differs",
                ContentDifference::OnlyAtSource => "only_at_source",
                ContentDifference::OnlyAtTarget => "only_at_destination",
            };
            let mut fields = begun(name, outcome, bytes);
            fields.insert("message".to_owned(), difference.to_string().into());
            fields
        }
        Event::Deleted {
            name,
            bytes,
            etag,
            trash,
        } => deleted((name, bytes), etag, trash),
        Event::PropertiesSet { name, bytes } => begun(name, "set", bytes),
        Event::DeletionFailed { name, bytes, error } => {
            let mut fields = begun(name, "not_deleted", bytes);
            fields.extend(failure(error));
            fields
        }
        // A preview reports a copy and a move as done, too.
        Event::Change(change) if !matches!(change.kind, ChangeKind::Copy | ChangeKind::Move) => {
            planned(change)
        }
        _ => return None,
    };
    Some(fields)
}

/// An object that was deleted, or moved to the trash.
fn deleted(
    (name, bytes): (&EntryName, u64),
    etag: Option<&ETag>,
    trash: Option<&EntryName>,
) -> Map<String, Value> {
    let outcome = if trash.is_some() {
        "trashed"
    } else {
        "deleted"
    };
    let mut fields = begun(name, outcome, bytes);
    if let Some(kept) = trash {
        fields.insert("trash".to_owned(), masked(&kept.to_string()).into());
    }
    fields.extend(version(etag));
    fields
}

/// What a run without a preview would do with an object, beside copying it.
fn planned(change: &PlannedChange<'_>) -> Map<String, Value> {
    let outcome = match change.kind {
        ChangeKind::Copy | ChangeKind::Move | ChangeKind::SetTime => "would_set_time",
        ChangeKind::SetProperties => "would_set",
        ChangeKind::Delete => "would_delete",
        ChangeKind::Trash => "would_trash",
        ChangeKind::Keep => "would_keep",
    };
    let side = change.target.or(change.source);
    let bytes = side.map_or(0, |side| side.bytes);
    let mut fields = begun(change.name, outcome, bytes);
    fields.insert("message".to_owned(), change.why.into());
    fields.extend(version(change.etag));
    fields
}

/// The version of an object at a place.
fn version(etag: Option<&ETag>) -> Map<String, Value> {
    found(&Details {
        etag: etag.cloned(),
        ..Details::default()
    })
}

/// The fields that every object has.
fn begun(name: &EntryName, outcome: &str, bytes: u64) -> Map<String, Value> {
    let mut fields = named(name);
    fields.insert("outcome".to_owned(), outcome.into());
    fields.insert("bytes".to_owned(), bytes.into());
    fields
}

/// What identifies the object that was copied.
fn found(details: &Details) -> Map<String, Value> {
    let fields = [
        ("md5", details.md5.as_ref().map(|md5| hex(md5))),
        (
            "etag",
            details
                .etag
                .as_ref()
                .map(|ETag(text)| text.trim_matches('"').to_owned()),
        ),
    ];
    let known = |(name, value): (&str, Option<String>)| Some((name.to_owned(), value?.into()));
    fields.into_iter().filter_map(known).collect()
}

/// Attempts and time; nothing for an object that was not tried.
fn effort(details: &Details) -> Map<String, Value> {
    if details.attempts == 0 {
        return Map::new();
    }
    let elapsed_ms = details.elapsed.as_millis() as u64;
    let fields = [
        ("attempts", details.attempts.into()),
        ("elapsed_ms", elapsed_ms.into()),
    ];
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// The fields of a name. One that is not UTF-8 is also given in hexadecimal.
pub(crate) fn named(name: &EntryName) -> Map<String, Value> {
    let mut fields = Map::new();
    if let Some(text) = name.as_str() {
        fields.insert("name".to_owned(), text.into());
    } else {
        fields.insert("name".to_owned(), name.to_string().into());
        fields.insert("name_hex".to_owned(), hex(name.as_bytes()).into());
    }
    fields
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is known about an error.
pub(crate) fn failure(error: &Error) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("message".to_owned(), masked(&error.to_string()).into());
    if let Error::Transport(transport) = error.bare() {
        let known = [
            ("status", transport.status().map(Value::from)),
            ("code", transport.code().map(Value::from)),
            ("request_id", transport.request_id().map(Value::from)),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    fields
}

/// Escapes characters that control a terminal, as JSON escapes, so that the parsed text is the
/// same. JSON itself only demands it below U+0020.
pub(crate) fn terminal_safe(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        let code = u32::from(letter);
        let obeyed = letter.is_control()
            || matches!(code, 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
        if obeyed {
            let _ = write!(escaped, "\\u{code:04x}");
        } else {
            escaped.push(letter);
        }
    }
    escaped
}
