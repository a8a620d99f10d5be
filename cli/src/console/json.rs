#![doc = include_str!("JSON.md")]

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::sync::Arc;

use azring_core::Error;
use azring_core::entry::{ETag, EntryName};
use azring_core::options::Options;
use azring_core::report::{Details, Event, OutageState};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::progress::Sample;
use super::{Console, complaint};
use crate::audience::{End, Listener};
use crate::mask::masked;
use crate::parameter::Dialect;

/// What is in the records, for help.
pub(crate) const JSON: &str = include_str!("JSON.md");

/// Raised when a field changes its meaning or goes away; new fields do not count.
const SCHEMA_VERSION: u32 = 1;

/// The `code` of the warning that there was nothing to copy.
const NOTHING_SELECTED: &str = "nothing_selected";

/// Writes what happens as records.
pub(crate) struct Records {
    console: Arc<Console>,
    options: Options,
    dialect: Dialect,
    preview: bool,
    clock: fn() -> Timestamp,
    /// The first record, until it is written.
    init: OnceCell<Value>,
}

impl Records {
    /// Records of a run with these options, which were given in `dialect`.
    pub(crate) fn new(console: Arc<Console>, options: &Options, dialect: Dialect) -> Self {
        let init = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "source": masked(&options.source.to_string()),
            "destination": masked(&options.target.to_string()),
            "preview": options.preview,
        });
        Self {
            console,
            options: options.clone(),
            dialect,
            preview: options.preview,
            clock: Timestamp::now,
            init: OnceCell::from(init),
        }
    }

    fn write(&self, kind: &str, fields: &Value) {
        self.console.result(&record((self.clock)(), kind, fields));
    }
}

impl Listener for Records {
    fn hear(&self, event: &Event<'_>) {
        match event {
            Event::Started { .. } => {
                if let Some(init) = self.init.get() {
                    self.write("init", init);
                }
            }
            Event::Begun { .. } | Event::Window(_) | Event::Measured(_) => {}
            Event::IoMode(mode) => self.write("io_mode", &json!({ "message": mode })),
            Event::Outage(news) => {
                let state = match news.state {
                    OutageState::Lasts => "lasts",
                    OutageState::Ended => "ended",
                };
                let fields = json!({
                    "endpoint": news.endpoint,
                    "state": state,
                    "elapsed_ms": news.lasts.as_millis() as u64,
                    "message": masked(&news.to_string()),
                });
                self.write("outage", &fields);
            }
            Event::Notice(text) | Event::Warning(text) => {
                self.write("warning", &json!({ "message": masked(text) }));
            }
            Event::NothingSelected(why) => {
                let text = complaint::nothing_selected(
                    why,
                    &self.options.source,
                    self.options.selection.pattern.as_deref(),
                    self.dialect,
                );
                let fields = json!({ "message": masked(&text), "code": NOTHING_SELECTED });
                self.write("warning", &fields);
            }
            Event::Unlisted { what, error } => {
                let mut fields = failure(error);
                fields.insert("what".to_owned(), masked(what).into());
                self.write("error", &Value::Object(fields));
            }
            Event::GaveUp { failures, error } => {
                let mut fields = failure(error);
                let message = masked(&complaint::gave_up(*failures, error));
                fields.insert("message".to_owned(), message.into());
                fields.insert("failures".to_owned(), (*failures).into());
                self.write("error", &Value::Object(fields));
            }
            Event::CopyStarted { name, copy_id } => {
                let mut fields = named(name);
                fields.insert("copy_id".to_owned(), (*copy_id).into());
                self.write("copying", &Value::Object(fields));
            }
            Event::Done { .. }
            | Event::Skipped { .. }
            | Event::Failed { .. }
            | Event::Interrupted { .. } => {
                if let Some(object) = about_object(event, self.preview) {
                    self.write("object", &Value::Object(object));
                }
            }
        }
    }

    fn hear_end(&self, end: &End<'_>) {
        let success = end.ending.code() == 0;
        let mut fields = json!({ "success": success, "exit_code": end.ending.code() });
        match end.result {
            Ok(summary) => {
                if let Some(error) = &summary.ended_by {
                    self.write("error", &Value::Object(failure(error)));
                }
                let counts = json!({
                    "listed": summary.listed,
                    "done": summary.done - summary.done_before,
                    "done_before": summary.done_before,
                    "skipped": summary.skipped - summary.skipped_before,
                    "skipped_before": summary.skipped_before,
                    "failed": summary.failed,
                    "interrupted": summary.interrupted,
                    "unfinished": summary.unfinished(),
                    "unlisted": summary.unlisted,
                    "listing_done": summary.listing_done,
                    "bytes": summary.bytes - summary.done_before_bytes,
                    "retries": summary.retries,
                    "refused": summary.refused,
                    "elapsed_ms": summary.elapsed.as_millis() as u64,
                });
                merge(&mut fields, counts);
            }
            Err(error) => self.write("error", &Value::Object(failure(error))),
        }
        self.write("summary", &fields);
    }
}

/// A record of how far the run is.
pub(super) fn progress(sample: &Sample, rate: u64) -> String {
    let fields = json!({
        "listed": sample.listed,
        "listed_bytes": sample.listed_bytes,
        "listing_done": sample.listing_done,
        "done": sample.done,
        "skipped": sample.skipped,
        "failed": sample.failed,
        "moved_bytes": sample.moved_bytes,
        "retries": sample.retries,
        "refused": sample.refused,
        "under_way": sample.under_way,
        "concurrency": sample.concurrency,
        "throttled_ms": sample.throttled_ms,
        "bound": sample.bound.to_string(),
        "bytes_per_second": rate,
    });
    record(Timestamp::now(), "progress", &fields)
}

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

fn merge(into: &mut Value, fields: Value) {
    if let (Value::Object(into), Value::Object(fields)) = (into, fields) {
        into.extend(fields);
    }
}

/// What became of an object, in the fields of an `object` record; `None` for an event that ends none.
pub(crate) fn about_object(event: &Event<'_>, preview: bool) -> Option<Map<String, Value>> {
    let begun = |name: &EntryName, outcome: &str, bytes: u64| {
        let mut fields = named(name);
        fields.insert("outcome".to_owned(), outcome.into());
        fields.insert("bytes".to_owned(), bytes.into());
        fields
    };
    let fields = match *event {
        Event::Done {
            name,
            bytes,
            details,
        } => {
            let outcome = if preview { "would_copy" } else { "done" };
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
        _ => return None,
    };
    Some(fields)
}

/// What identifies the object that was copied.
fn found(details: &Details) -> Map<String, Value> {
    let told = [
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
    told.into_iter().filter_map(known).collect()
}

/// What it took; nothing for an object that was not tried.
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

/// The name, as exactly as JSON allows: a name on disk may be no text.
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
        let told = [
            ("status", transport.status().map(Value::from)),
            ("code", transport.code().map(Value::from)),
            ("request_id", transport.request_id().map(Value::from)),
        ];
        for (name, value) in told {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    fields
}

/// Characters that a terminal would obey, as escapes of JSON: what is read is the same. They only occur in strings, and
/// JSON itself asks for the escape below U+0020 alone.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use azring_core::report::{Summary, Totals};
    use insta::assert_snapshot;

    use super::super::testing::{Printed, console};
    use super::*;
    use crate::exit::Ending;
    use crate::intent::tests::upload;

    fn records(more: &[&str]) -> (Records, Printed) {
        let (console, printed) = console();
        let mut records = Records::new(Arc::new(console), &upload(more), Dialect::Slash);
        records.clock = || Timestamp::UNIX_EPOCH;
        (records, printed)
    }

    fn refused() -> Error {
        let told = "the service answered 403 AuthenticationFailed";
        azring_transport::Error::new(azring_transport::Kind::Status(403), told)
            .answered(
                Some("AuthenticationFailed".to_owned()),
                Some("1-2".to_owned()),
                None,
            )
            .into()
    }

    #[test]
    fn a_run_is_a_sequence_of_records() {
        let (records, printed) = records(&[]);
        let totals = Arc::new(Totals::default());
        let name = EntryName::from("a.txt");
        let details = Details {
            md5: Some([0xab; 16]),
            etag: Some(ETag("\"0x8D\"".into())),
            attempts: 2,
            elapsed: Duration::from_millis(7),
        };
        records.hear(&Event::Started { totals: &totals });
        records.hear(&Event::Done {
            name: &name,
            bytes: 5,
            details: &details,
        });
        records.hear(&Event::Skipped {
            name: &name,
            bytes: 6,
            reason: "it is older",
        });
        records.hear(&Event::Failed {
            name: &name,
            bytes: 7,
            error: &refused(),
            details: &details,
        });
        records.hear(&Event::Interrupted {
            name: &name,
            bytes: 8,
            details: &Details::default(),
        });
        records.hear(&Event::Unlisted {
            what: "/data/b",
            error: &Error::Stopped,
        });
        records.hear(&Event::Notice("something"));
        let summary = Summary {
            listed: 3,
            done: 1,
            skipped: 1,
            failed: 1,
            interrupted: 1,
            bytes: 5,
            retries: 2,
            refused: 1,
            elapsed: Duration::from_millis(1500),
            unlisted: 1,
            listing_done: true,
            ..Summary::default()
        };
        records.hear_end(&End {
            result: Ok(&summary),
            ending: Ending::Failure,
        });
        assert_snapshot!(printed.results(), @r#"
        {"schema_version":1,"type":"init","time":"1970-01-01T00:00:00.000Z","version":"0.1.0","source":"/data","destination":"https://a.blob.core.windows.net/c","preview":false}
        {"schema_version":1,"type":"object","time":"1970-01-01T00:00:00.000Z","name":"a.txt","outcome":"done","bytes":5,"md5":"abababababababababababababababab","etag":"0x8D","attempts":2,"elapsed_ms":7}
        {"schema_version":1,"type":"object","time":"1970-01-01T00:00:00.000Z","name":"a.txt","outcome":"skipped","bytes":6,"message":"it is older"}
        {"schema_version":1,"type":"object","time":"1970-01-01T00:00:00.000Z","name":"a.txt","outcome":"failed","bytes":7,"message":"the service answered 403 AuthenticationFailed","status":403,"code":"AuthenticationFailed","request_id":"1-2","attempts":2,"elapsed_ms":7}
        {"schema_version":1,"type":"object","time":"1970-01-01T00:00:00.000Z","name":"a.txt","outcome":"interrupted","bytes":8}
        {"schema_version":1,"type":"error","time":"1970-01-01T00:00:00.000Z","message":"the transfer has been cancelled","what":"/data/b"}
        {"schema_version":1,"type":"warning","time":"1970-01-01T00:00:00.000Z","message":"something"}
        {"schema_version":1,"type":"summary","time":"1970-01-01T00:00:00.000Z","success":false,"exit_code":1,"listed":3,"done":1,"done_before":0,"skipped":1,"skipped_before":0,"failed":1,"interrupted":1,"unfinished":0,"unlisted":1,"listing_done":true,"bytes":5,"retries":2,"refused":1,"elapsed_ms":1500}
        "#);
        assert_eq!(printed.messages(), "");
    }

    #[test]
    fn a_run_that_could_not_begin_ends_with_its_error() {
        let (records, printed) = records(&["/L"]);
        records.hear_end(&End {
            result: Err(&refused()),
            ending: Ending::Failure,
        });
        assert_snapshot!(printed.results(), @r#"
        {"schema_version":1,"type":"error","time":"1970-01-01T00:00:00.000Z","message":"the service answered 403 AuthenticationFailed","status":403,"code":"AuthenticationFailed","request_id":"1-2"}
        {"schema_version":1,"type":"summary","time":"1970-01-01T00:00:00.000Z","success":false,"exit_code":1}
        "#);
    }

    #[test]
    fn every_name_is_told_exactly_and_obeyed_by_no_terminal() {
        let (records, printed) = records(&[]);
        let wild = "a\u{202e}\u{9b}2J\n\"\\";
        records.hear(&Event::Done {
            name: &EntryName::from(wild),
            bytes: 0,
            details: &Details::default(),
        });
        records.hear(&Event::Done {
            name: &EntryName::new(&b"b\xff"[..]),
            bytes: 0,
            details: &Details::default(),
        });
        let text = printed.results();
        assert!(
            text.chars()
                .all(|letter| letter == '\n' || !letter.is_control())
        );
        assert!(!text.contains('\u{202e}'));
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["name"], wild);
        assert_eq!(
            (&lines[1]["name"], &lines[1]["name_hex"]),
            (&json!("b\\xff"), &json!("62ff"))
        );
    }

    #[test]
    fn progress_is_a_record_too() {
        let record: Value = serde_json::from_str(&progress(&Sample::default(), 7)).unwrap();
        assert_eq!(record["type"], "progress");
        assert_eq!(record["bytes_per_second"], 7);
        assert_eq!(record["schema_version"], SCHEMA_VERSION);
    }
}
