//! The ledger: a file with one record for every object of a run, for other programs.
//!
//! Records are lines of JSON, or of CSV (RFC 4180) if the file's name ends in `.csv`. Both have the
//! same fields: `time`, `name` (and `name_hex` for a name that is not UTF-8), `outcome` (`done`,
//! `would_copy`, `skipped`, `failed`, `interrupted`, `moved`, `would_move`,
//! `deleted`, `would_delete`, `set`, `would_set`, `equal`, `differs`, `only_at_source`,
//! `only_at_destination`), `bytes`; `message` for an object that was not
//! copied, with `status`, `code` and `request_id` from a service; `md5` and `etag` for one that
//! was; and `attempts` and `elapsed_ms`. `JSON.md` describes them: its `object` records have the
//! same fields. Records are appended, so the file keeps those of earlier runs. Only the owner can
//! read a new file, and it contains no secret.

use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::report::Event;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::listeners::{Listener, RunEnd};
use super::record::{ObjectWords, about_object, terminal_safe};
use super::record_file::RecordFile;
use crate::console::Console;

/// The columns of CSV. In JSON an unknown field is left out.
const FIELDS: [&str; 13] = [
    "time",
    "name",
    "name_hex",
    "outcome",
    "bytes",
    "status",
    "code",
    "request_id",
    "message",
    "md5",
    "etag",
    "attempts",
    "elapsed_ms",
];

/// The format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LedgerFormat {
    Json,
    Csv,
}

/// The ledger of one run.
pub(crate) struct Ledger {
    file: RecordFile,
    format: LedgerFormat,
    objects: ObjectWords,
}

impl Ledger {
    /// Opens the ledger at `path`, to append to it.
    pub(crate) fn open(
        path: &Path,
        objects: ObjectWords,
        console: Arc<Console>,
    ) -> io::Result<Self> {
        let file = RecordFile::append(path, "ledger", console)?;
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let format = if is_csv {
            LedgerFormat::Csv
        } else {
            LedgerFormat::Json
        };
        if is_csv && file.is_empty() {
            file.begin(&format!("{}\r\n", FIELDS.join(",")))?;
        }
        Ok(Self {
            file,
            format,
            objects,
        })
    }

    fn write(&self, object: Map<String, Value>) {
        let mut fields = Map::new();
        fields.insert("time".to_owned(), format!("{:.3}", Timestamp::now()).into());
        fields.extend(object);
        let line = match self.format {
            LedgerFormat::Json => terminal_safe(&Value::Object(fields).to_string()) + "\n",
            LedgerFormat::Csv => csv(&fields) + "\r\n",
        };
        self.file.write(&line);
    }
}

impl Listener for Ledger {
    fn on_event(&self, event: &Event<'_>) {
        if let Some(object) = about_object(event, self.objects) {
            self.write(object);
        }
    }

    fn on_end(&self, _end: &RunEnd<'_>) {
        self.file.finish();
    }
}

fn csv(fields: &Map<String, Value>) -> String {
    let cells = FIELDS.map(|name| match fields.get(name) {
        Some(Value::String(text)) => cell(text),
        Some(value) => value.to_string(),
        None => String::new(),
    });
    cells.join(",")
}

/// A cell of CSV. One with a comma, a quote or a line break is quoted, and its quotes are doubled.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use std::time::Duration;

    use azring_core::Error;
    use azring_core::entry::{ETag, EntryName};
    use azring_core::report::Details;

    use super::*;
    use crate::console::testing::console;

    fn tell(ledger: &Ledger) {
        let name = EntryName::from("a, \"b\".txt");
        let error = Error::Changed("it grew".into());
        let details = Details {
            md5: Some([0xab; 16]),
            etag: Some(ETag("\"0x8D\"".into())),
            attempts: 2,
            elapsed: Duration::from_millis(7),
            is_moved: false,
        };
        ledger.on_event(&Event::Done {
            name: &name,
            bytes: 5,
            details: &details,
        });
        ledger.on_event(&Event::Skipped {
            name: &name,
            bytes: 6,
            reason: "it is older",
        });
        ledger.on_event(&Event::Failed {
            name: &name,
            bytes: 7,
            error: &error,
            details: &details,
        });
        ledger.on_event(&Event::Done {
            name: &EntryName::new(&b"\xff"[..]),
            bytes: 0,
            details: &Details::default(),
        });
        ledger.on_event(&Event::Notice("nothing of the kind"));
    }

    fn written(name: &str, runs: usize) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        for _ in 0..runs {
            let (console, _) = console();
            tell(&Ledger::open(&path, ObjectWords::Run, Arc::new(console)).unwrap());
        }
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn every_object_is_a_line_of_json() {
        let text = written("ledger.ndjson", 2);
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 8);
        assert_eq!(
            (&lines[0]["name"], &lines[0]["outcome"]),
            (&"a, \"b\".txt".into(), &"done".into())
        );
        assert_eq!(
            (&lines[0]["bytes"], &lines[1]["message"]),
            (&5.into(), &"it is older".into())
        );
        assert_eq!(lines[2]["outcome"], "failed");
        assert_eq!(lines[3]["name_hex"], "ff");
    }

    #[test]
    fn csv_has_one_head_and_the_same_fields() {
        let text = written("ledger.CSV", 2);
        let lines: Vec<_> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 9);
        assert_eq!(
            lines[0],
            "time,name,name_hex,outcome,bytes,status,code,request_id,message,md5,etag,attempts,elapsed_ms"
        );
        let behind_time = |line: &str| line.split_once(',').unwrap().1.to_owned();
        let md5 = "ab".repeat(16);
        assert_eq!(
            behind_time(lines[1]),
            format!(r#""a, ""b"".txt",,done,5,,,,,{md5},0x8D,2,7"#)
        );
        assert_eq!(
            behind_time(lines[2]),
            r#""a, ""b"".txt",,skipped,6,,,,it is older,,,,"#
        );
        assert!(behind_time(lines[3]).ends_with(": it grew,,,2,7"));
        assert_eq!(behind_time(lines[4]), r"\xff,ff,done,0,,,,,,,,");
    }

    #[test]
    fn a_ledger_that_cannot_be_written_any_more_is_reported_once() {
        let (console, printed) = console();
        let ledger =
            Ledger::open(Path::new("/dev/full"), ObjectWords::Run, Arc::new(console)).unwrap();
        tell(&ledger);
        assert_eq!(
            printed
                .messages()
                .matches("the ledger ends here: no space left on device")
                .count(),
            1
        );
    }
}
