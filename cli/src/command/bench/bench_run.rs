//! Runs the measured upload or download, and removes what it uploaded.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::File;
use std::sync::Arc;

use azring_core::location::Location;
use azring_core::options::Options;
use azring_core::report::Event;
use azring_core::store::synthetic::seed_of;
use azring_core::{Error, Result, Side, job};
use jiff::Timestamp;
use serde_json::json;

use super::super::definition::Command;
use super::super::run_host::{RunHost, listeners};
use crate::console::{Console, Level, count, size};
use crate::listener::error_text::unusable;
use crate::listener::record::record;
use crate::listener::{
    AzCopy10Output, JobKind, JsonRecords, Listener, Messages, ProgressDisplay, RunEnd,
};

use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent::{self, Bench, BenchDirection};
use crate::parameter as row;
use crate::prompt;
use crate::report;
use crate::settings::Settings;
use crate::terminal;
use crate::usage_error::UsageError;

use super::figures::FigureListener;

pub(in crate::command) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "bench",
        usage: "upload|download <url> [parameters]",
        brief: "Measure the speed of uploads or downloads from this machine",
    },
    taken: &[
        &row::SIZE,
        &row::COUNT,
        &row::DURATION,
        &row::KEEP,
        &row::VERIFY,
        &row::Y,
        &row::DEST,
        &row::DEST_KEY,
        &row::DEST_SAS,
        &row::DEST_TYPE,
        &row::SOURCE,
        &row::SOURCE_KEY,
        &row::SOURCE_SAS,
        &row::SOURCE_TYPE,
        &row::PATTERN,
        &row::BLOB_TYPE,
        &row::BLOCK_SIZE_IN_MB,
        &row::CHECK_MD5,
        &row::MD5,
        &row::CRC64,
        &row::NC,
        &row::CAP_MBPS,
        &row::IO,
        &row::MEMORY,
        &row::CA_FILE,
        &row::AUTH,
        &row::TRUSTED_MICROSOFT_SUFFIXES,
        &row::TRACE_CONTROLLER,
        &row::V,
        &row::LOG_LEVEL,
        &row::LEDGER,
        &row::REPORT,
        &row::METRICS,
        &row::RESPONSE_FILE,
        &row::OUTPUT,
        &row::PROGRESS,
        &row::EXIT_CODES,
    ],
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> std::result::Result<Ending, UsageError> {
    let (way, rest) = way(list)?;
    run_in(way, rest, OutputForm::Own, console)
}

/// Runs AzCopy 10's `bench` with these parameters: a source is measured by downloads, a destination by uploads.
pub(in crate::command) fn of_azcopy10(
    list: &[OsString],
    console: &Arc<Console>,
) -> std::result::Result<Ending, UsageError> {
    let is_download = COMMAND.read(list)?.has(&row::SOURCE);
    let way = if is_download {
        BenchDirection::Down
    } else {
        BenchDirection::Up
    };
    run_in(way, list, OutputForm::AzCopy10, console)
}

/// Whose lines a measurement prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutputForm {
    /// The figures of azring.
    Own,
    /// The lines or records of a job of AzCopy 10, which scripts look for. The figures come before its last lines.
    AzCopy10,
}

fn run_in(
    way: BenchDirection,
    rest: &[OsString],
    form: OutputForm,
    console: &Arc<Console>,
) -> std::result::Result<Ending, UsageError> {
    let args = COMMAND.read_about(way.place(), rest)?;
    if !args.has(way.place()) {
        return Err(UsageError::meaning(format!(
            "`bench {}` needs the URL of a container or a file share, or of a directory in it",
            way.word()
        )));
    }
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let bench = intent::bench(&args, way, &environment)?;
    let settings = Settings::new(&args, &environment)?;
    let settings = settings.of_command(&format!("bench {}", way.word()));
    if !settings.json {
        console.show_notices();
    }
    let report = settings.report.as_deref().map(report::open).transpose()?;
    let host = match RunHost::open(console) {
        Ok(host) => host,
        Err(ending) => return Ok(ending),
    };
    let run = BenchRun {
        form,
        bench: &bench,
        settings: &settings,
        host: &host,
        report: Cell::new(report),
        console,
    };
    Ok(match way {
        BenchDirection::Up => run.upload(),
        BenchDirection::Down => run.download(),
    })
}

/// The direction that the first word names, and the words after it.
fn way(list: &[OsString]) -> std::result::Result<(BenchDirection, &[OsString]), UsageError> {
    match list.split_first() {
        Some((word, rest)) if word == BenchDirection::Up.word() => Ok((BenchDirection::Up, rest)),
        Some((word, rest)) if word == BenchDirection::Down.word() => {
            Ok((BenchDirection::Down, rest))
        }
        _ => Err(UsageError::meaning(
            "`bench` needs a direction: `bench upload <url>` or `bench download <url>`",
        )),
    }
}

/// One call of `bench`.
struct BenchRun<'a> {
    form: OutputForm,
    bench: &'a Bench,
    settings: &'a Settings,
    host: &'a RunHost,
    /// The file of the report, until a run writes it.
    report: Cell<Option<File>>,
    console: &'a Arc<Console>,
}

impl BenchRun<'_> {
    fn upload(&self) -> Ending {
        let (stamp, seed) = stamp(Timestamp::now());
        let upload = match self.bench.upload(&stamp, seed) {
            Ok(upload) => upload,
            Err(error) => return self.refused(&error, self.bench.options()),
        };
        let (ending, has_begun) = self.measure(&upload.options);
        if has_begun {
            self.clear_up(&upload.place, ending)
        } else {
            ending
        }
    }

    fn download(&self) -> Ending {
        match self.what_to_download() {
            Err(error) => self.refused(&error, self.bench.options()),
            Ok(Some(options)) => self.measure(&options).0,
            Ok(None) => self.upload_first(),
        }
    }

    /// The copy that downloads existing objects; `None` if `bench` has uploaded none yet.
    fn what_to_download(&self) -> Result<Option<Options>> {
        let Bench {
            place, is_named, ..
        } = self.bench;
        if !is_named {
            let earlier = self.bench.earlier();
            let has_any = job::holds_any(&earlier)?;
            return Ok(has_any.then_some(earlier));
        }
        let below = self.bench.download(place.clone(), true);
        // A location that holds no objects may itself be a blob.
        let has_below = place.is_whole_root() || job::holds_any(&below)?;
        Ok(Some(self.bench.download(place.clone(), has_below)))
    }

    fn upload_first(&self) -> Ending {
        let (stamp, seed) = stamp(Timestamp::now());
        let upload = match self.bench.upload(&stamp, seed) {
            Ok(upload) => upload,
            Err(error) => return self.refused(&error, self.bench.options()),
        };
        if !self.may_upload() {
            return Ending::Usage;
        }
        self.tell(&format!(
            "`{}` holds no objects of `azring bench`: objects are uploaded to `{}` first, without a measurement",
            self.bench.place, upload.place
        ));
        let mut listeners: Vec<Box<dyn Listener>> = Vec::new();
        let console = || Arc::clone(self.console);
        if let Some(form) = self.settings.form(self.console.has_bar())
            && !self.settings.json
        {
            listeners.push(Box::new(ProgressDisplay::new(console(), form)));
        }
        let messages = Messages::new(console(), &upload.options, &self.settings.advice);
        listeners.push(Box::new(messages));
        let carried = self
            .host
            .run(&upload.options, self.settings, None, listeners);
        let ending = match carried {
            (_, Ending::Success) => {
                self.measure(&self.bench.download(upload.place.clone(), true))
                    .0
            }
            (Ok(_), ending) => ending,
            // The run could not begin, so there is nothing to remove.
            (Err(_), ending) => return ending,
        };
        self.clear_up(&upload.place, ending)
    }

    /// Whether objects may be uploaded before a download: the command says so, or the user at the terminal.
    fn may_upload(&self) -> bool {
        if self.bench.may_upload {
            return true;
        }
        let (objects, object_bytes) = self.bench.prepared();
        let place = &self.bench.place;
        let amount = format!(
            "{} object(s) of {}, {} together",
            count(objects),
            size(object_bytes),
            size(objects.saturating_mul(object_bytes))
        );
        if terminal::is_attended() {
            let question = format!(
                "`{place}` holds no objects of `azring bench`. Upload {amount}, and remove them afterwards? (Yes/No) "
            );
            let stop = self.host.stop();
            let read = || terminal::line(|| stop.is_on());
            return prompt::yes_or_no(self.console, &question, read) == Some(true);
        }
        let dialect = self.settings.dialect;
        let text = format!(
            "`{place}` holds no objects of `azring bench`, and {amount}, would have to be uploaded first. Nothing was \
             uploaded: allow it with `{}`, or give another amount with `{}` and `{}`",
            row::Y.spelled(dialect),
            row::COUNT.spelled(dialect),
            row::SIZE.spelled(dialect)
        );
        self.console.message(Level::Error, &text);
        false
    }

    /// Runs the measured copy. Returns how it ended, and whether it began.
    fn measure(&self, options: &Options) -> (Ending, bool) {
        let mut listeners =
            match listeners(options, self.settings, self.report.take(), self.console) {
                Ok(listeners) => listeners,
                Err(text) => {
                    self.console.message(Level::Error, &text);
                    return (Ending::Failure, false);
                }
            };
        let is_json = self.settings.json;
        let console = || Arc::clone(self.console);
        let is_azcopy10 = self.form == OutputForm::AzCopy10;
        if !(is_azcopy10 && is_json) {
            listeners.push(Box::new(FigureListener::new(
                console(),
                self.bench.way,
                options,
                is_json,
            )));
        }
        if is_azcopy10 {
            let output = AzCopy10Output::new(console(), JobKind::Copy, options, self.settings);
            listeners.push(Box::new(output));
        } else if is_json {
            listeners.push(Box::new(RecordsWithoutObjects(JsonRecords::new(
                console(),
                options,
                self.settings.dialect,
            ))));
        }
        let (result, ending) = self.host.run(options, self.settings, None, listeners);
        if ending == Ending::Success && matches!(&result, Ok(summary) if summary.listed == 0) {
            let text = format!("there is nothing to download in `{}`", options.source);
            self.console.message(Level::Error, &text);
            return (Ending::Nothing.by(self.settings.exit_policy), true);
        }
        (ending, result.is_ok())
    }

    /// Removes the uploaded objects, unless `/Keep` was given.
    fn clear_up(&self, place: &Location, ending: Ending) -> Ending {
        if self.bench.keeps {
            self.tell(&format!("the objects are kept in `{place}`"));
            return ending;
        }
        self.remove(place, ending)
    }

    /// Removes the uploaded objects. Reports each that cannot be removed, and fails the call then.
    fn remove(&self, place: &Location, ending: Ending) -> Ending {
        let mut failures = 0;
        let engine = &self.bench.options().engine;
        let removed = job::remove_folder(place, engine, &mut |name, error| {
            failures += 1;
            let text = format!("`{name}` in `{place}` could not be removed: {error}");
            self.console.message(Level::Error, &text);
        });
        match removed {
            Ok(Some(removed)) => self.tell(&format!(
                "{} object(s) were removed from `{place}`",
                count(removed)
            )),
            // The upload did not get as far as making the container.
            Ok(None) => {}
            Err(error) => {
                failures += 1;
                let text = format!("not all objects in `{place}` could be removed: {error}");
                self.console.message(Level::Error, &text);
            }
        }
        match ending {
            Ending::Success if failures > 0 => Ending::Failure,
            ending => ending,
        }
    }

    fn refused(&self, error: &Error, options: &Options) -> Ending {
        let advice = &self.settings.advice;
        let pattern = options.selection.pattern.as_deref();
        let text = unusable(error, Side::Source, &options.source, pattern, advice);
        self.console.message(Level::Error, &text);
        Ending::of(&Err(error.clone()), self.settings.exit_policy)
    }

    fn tell(&self, text: &str) {
        if self.settings.json && self.form == OutputForm::Own {
            let fields = json!({ "message": text });
            self.console
                .result(&record(Timestamp::now(), "warning", &fields));
        } else {
            self.console.message(Level::Info, text);
        }
    }
}

/// JSON records without the `object` records of a run's objects. There may be millions of them, and
/// their names are generated.
struct RecordsWithoutObjects(JsonRecords);

impl Listener for RecordsWithoutObjects {
    fn on_event(&self, event: &Event<'_>) {
        if !matches!(event, Event::Done { .. }) {
            self.0.on_event(event);
        }
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        self.0.on_end(end);
    }
}

/// The name of a run and the seed of its data, both from the time.
fn stamp(now: Timestamp) -> (String, u64) {
    let seed = seed_of(now.as_nanosecond() as u64);
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    // The seed keeps two runs within a second apart.
    (format!("{time}-{:08x}", seed >> 32), seed)
}
