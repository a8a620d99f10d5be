//! Writes the events of a run as JSON records on standard output.

use std::cell::OnceCell;
use std::sync::Arc;

use azring_core::Error;
use azring_core::options::Options;
use azring_core::report::{Event, OutageNews, OutageState, SoftDelete};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::error_text;
use super::listeners::{Listener, RunEnd};
use super::progress_sample::ProgressSample;
use super::record::{ObjectWords, about_object, failure, merge, named, record};
use crate::console::Console;
use crate::mask::masked;
use crate::parameter::Dialect;

/// The `code` of the warning that there was nothing to copy.
const NOTHING_SELECTED: &str = "nothing_selected";

/// Writes the events as records.
pub(crate) struct JsonRecords {
    console: Arc<Console>,
    options: Options,
    dialect: Dialect,
    objects: ObjectWords,
    clock: fn() -> Timestamp,
    /// The first record, until it is written.
    init: OnceCell<Value>,
}

impl JsonRecords {
    /// The records of a run with these options. `dialect` is that of the command.
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
            objects: ObjectWords::of(options),
            clock: Timestamp::now,
            init: OnceCell::from(init),
        }
    }

    fn write(&self, kind: &str, fields: &Value) {
        self.console.result(&record((self.clock)(), kind, fields));
    }
}

impl Listener for JsonRecords {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Started { .. } => {
                if let Some(init) = self.init.get() {
                    self.write("init", init);
                }
            }
            Event::Begun { .. } | Event::Window(_) | Event::Measured(_) => {}
            Event::IoMode(mode) => self.write("io_mode", &json!({ "message": mode })),
            Event::Outage(news) => self.write("outage", &outage_fields(news)),
            Event::Notice(text) | Event::Warning(text) => {
                self.write("warning", &json!({ "message": masked(text) }));
            }
            Event::NothingSelected(why) => {
                let text = error_text::nothing_selected(
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
            Event::DirectoryFailed { name, error } => {
                let mut fields = failure(error);
                fields.insert("directory".to_owned(), masked(&name.to_string()).into());
                self.write("error", &Value::Object(fields));
            }
            Event::GaveUp { failures, error } => {
                self.write("error", &gave_up_fields(*failures, error));
            }
            Event::CopyStarted { name, copy_id } => {
                let mut fields = named(name);
                fields.insert("copy_id".to_owned(), (*copy_id).into());
                self.write("copying", &Value::Object(fields));
            }
            Event::Done { .. }
            | Event::Skipped { .. }
            | Event::Failed { .. }
            | Event::Differs { .. }
            | Event::Deleted { .. }
            | Event::PropertiesSet { .. }
            | Event::DeletionFailed { .. }
            | Event::Change(_)
            | Event::Interrupted { .. } => {
                if let Some(object) = about_object(event, self.objects) {
                    self.write("object", &Value::Object(object));
                }
            }
        }
    }

    fn on_end(&self, end: &RunEnd<'_>) {
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
                if let Some(deletions) = &summary.deletions {
                    let counts = json!({
                        "superfluous": deletions.superfluous,
                        "deleted": deletions.deleted,
                        "not_deleted": deletions.failed,
                        "overwritten": deletions.overwritten,
                        "times_set": deletions.times_set,
                        "excluded": deletions.excluded,
                    });
                    merge(&mut fields, counts);
                    if let Some(soft_delete) = deletions.soft_delete {
                        let kept = match soft_delete {
                            SoftDelete::Days(days) => days.into(),
                            SoftDelete::Off => 0.into(),
                            SoftDelete::Unknown => Value::Null,
                        };
                        merge(&mut fields, json!({ "soft_delete_days": kept }));
                    }
                    if let Some(trash) = &deletions.trash {
                        let trash = masked(&trash.to_string());
                        merge(&mut fields, json!({ "trash": trash }));
                    }
                }
                if let Some(moved) = summary.moved {
                    merge(&mut fields, json!({ "deleted_at_source": moved }));
                }
                if let Some(entities) = summary.entities {
                    merge(&mut fields, json!({ "entities": entities }));
                }
            }
            Err(error) => self.write("error", &Value::Object(failure(error))),
        }
        self.write("summary", &fields);
    }
}

/// The fields of an `outage` record.
fn outage_fields(news: &OutageNews) -> Value {
    let state = match news.state {
        OutageState::Lasts => "lasts",
        OutageState::Ended => "ended",
    };
    json!({
        "endpoint": news.endpoint,
        "state": state,
        "elapsed_ms": news.lasts.as_millis() as u64,
        "message": masked(&news.to_string()),
    })
}

/// The fields of the `error` record of a run that stops after too many failures.
fn gave_up_fields(failures: u32, error: &Error) -> Value {
    let mut fields = failure(error);
    let message = masked(&error_text::gave_up(failures, error));
    fields.insert("message".to_owned(), message.into());
    fields.insert("failures".to_owned(), failures.into());
    Value::Object(fields)
}

/// A `progress` record.
pub(super) fn progress(sample: &ProgressSample, rate: u64) -> String {
    let mut fields = json!({
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
    if let Some(entities) = sample.entities {
        let (ranges, ranges_done) = (sample.ranges, sample.ranges_done);
        merge(
            &mut fields,
            json!({ "entities": entities, "ranges": ranges, "ranges_done": ranges_done }),
        );
    }
    record(Timestamp::now(), "progress", &fields)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use azring_core::Error;
    use azring_core::entry::{ETag, EntryName};
    use azring_core::report::{Details, Summary, Totals};
    use insta::assert_snapshot;

    use super::super::record::SCHEMA_VERSION;
    use super::*;
    use crate::console::testing::{Printed, console};
    use crate::ending::Ending;
    use crate::intent::tests::upload;

    fn records(more: &[&str]) -> (JsonRecords, Printed) {
        let (console, printed) = console();
        let mut records = JsonRecords::new(Arc::new(console), &upload(more), Dialect::Slash);
        records.clock = || Timestamp::UNIX_EPOCH;
        (records, printed)
    }

    fn refused() -> Error {
        let message = "the service answered 403 AuthenticationFailed";
        azring_transport::Error::new(azring_transport::Kind::Status(403), message)
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
            is_moved: false,
        };
        records.on_event(&Event::Started { totals: &totals });
        records.on_event(&Event::Done {
            name: &name,
            bytes: 5,
            details: &details,
        });
        records.on_event(&Event::Skipped {
            name: &name,
            bytes: 6,
            reason: "it is older",
        });
        records.on_event(&Event::Failed {
            name: &name,
            bytes: 7,
            error: &refused(),
            details: &details,
        });
        records.on_event(&Event::Interrupted {
            name: &name,
            bytes: 8,
            details: &Details::default(),
        });
        records.on_event(&Event::Unlisted {
            what: "/data/b",
            error: &Error::Stopped,
        });
        records.on_event(&Event::DirectoryFailed {
            name: &"d".into(),
            error: &Error::Stopped,
        });
        records.on_event(&Event::Notice("something"));
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
        records.on_end(&RunEnd {
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
        {"schema_version":1,"type":"error","time":"1970-01-01T00:00:00.000Z","message":"the transfer has been cancelled","directory":"d"}
        {"schema_version":1,"type":"warning","time":"1970-01-01T00:00:00.000Z","message":"something"}
        {"schema_version":1,"type":"summary","time":"1970-01-01T00:00:00.000Z","success":false,"exit_code":1,"listed":3,"done":1,"done_before":0,"skipped":1,"skipped_before":0,"failed":1,"interrupted":1,"unfinished":0,"unlisted":1,"listing_done":true,"bytes":5,"retries":2,"refused":1,"elapsed_ms":1500}
        "#);
        assert_eq!(printed.messages(), "");
    }

    #[test]
    fn a_run_that_could_not_begin_ends_with_its_error() {
        let (records, printed) = records(&["/L"]);
        records.on_end(&RunEnd {
            result: Err(&refused()),
            ending: Ending::Failure,
        });
        assert_snapshot!(printed.results(), @r#"
        {"schema_version":1,"type":"error","time":"1970-01-01T00:00:00.000Z","message":"the service answered 403 AuthenticationFailed","status":403,"code":"AuthenticationFailed","request_id":"1-2"}
        {"schema_version":1,"type":"summary","time":"1970-01-01T00:00:00.000Z","success":false,"exit_code":1}
        "#);
    }

    #[test]
    fn every_name_is_shown_exactly_and_controls_no_terminal() {
        let (records, printed) = records(&[]);
        let wild = "a\u{202e}\u{9b}2J\n\"\\";
        records.on_event(&Event::Done {
            name: &EntryName::from(wild),
            bytes: 0,
            details: &Details::default(),
        });
        records.on_event(&Event::Done {
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
        let record: Value = serde_json::from_str(&progress(&ProgressSample::default(), 7)).unwrap();
        assert_eq!(record["type"], "progress");
        assert_eq!(record["bytes_per_second"], 7);
        assert_eq!(record["schema_version"], SCHEMA_VERSION);
    }
}
