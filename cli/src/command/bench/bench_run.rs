//! Runs the measured upload or download, and removes what it uploaded.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs::File;
use std::sync::Arc;

use azring_core::location::BlobLocation;
use azring_core::options::{Engine, Options};
use azring_core::report::Event;
use azring_core::select::{Pattern, PatternRule};
use azring_core::store::blob::{BlobReadOptions, BlobSource, remove_directory};
use azring_core::store::synthetic::seed_of;
use azring_core::store::{ListScope, Source as _, Tools};
use azring_core::{Error, Result, Side};
use azring_transport::buffer::Pool;
use azring_transport::disk::Disk;
use jiff::Timestamp;
use serde_json::json;

use super::super::definition::Command;
use super::super::run_host::{RunHost, listeners};
use super::super::service;
use crate::console::{Console, Level, count};
use crate::listener::error_text::unusable;
use crate::listener::record::record;
use crate::listener::{JsonRecords, Listener, Messages, ProgressDisplay, RunEnd};

use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent::{self, Bench, BenchDirection};
use crate::parameter as row;
use crate::prompt;
use crate::report;
use crate::settings::Settings;
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
        &row::IO,
        &row::MEMORY,
        &row::CA_FILE,
        &row::TRACE_CONTROLLER,
        &row::V,
        &row::LEDGER,
        &row::REPORT,
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
    let args = COMMAND.read_about(way.place(), rest)?;
    if !args.has(way.place()) {
        return Err(UsageError::meaning(format!(
            "`bench {}` needs the URL of a container or of a virtual directory",
            way.word()
        )));
    }
    let environment = Environment::of_process(prompt::secret_line(console));
    let bench = intent::bench(&args, way, &environment)?;
    let settings = Settings::new(&args, &environment)?;
    let settings = Settings {
        command: settings
            .command
            .replacen("azring", &format!("azring bench {}", way.word()), 1),
        ..settings
    };
    if !settings.json {
        console.show_notices();
    }
    let report = settings.report.as_deref().map(report::open).transpose()?;
    let host = match RunHost::open(console) {
        Ok(host) => host,
        Err(ending) => return Ok(ending),
    };
    let run = BenchRun {
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

/// Which way the first word says, and the words behind it.
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

/// What a call of `bench` goes through.
struct BenchRun<'a> {
    bench: &'a Bench,
    settings: &'a Settings,
    host: &'a RunHost,
    /// The file of the report, until there is something to report.
    report: Cell<Option<File>>,
    console: &'a Arc<Console>,
}

impl BenchRun<'_> {
    fn upload(&self) -> Ending {
        let (stamp, seed) = stamp(Timestamp::now());
        let upload = self.bench.upload(&stamp, seed);
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

    /// What is there to download; `None` where there is nothing in the container that `bench` has made.
    fn what_to_download(&self) -> Result<Option<Options>> {
        let Bench {
            place, is_named, ..
        } = self.bench;
        if !is_named {
            let earlier = self.bench.earlier();
            let has_any = has_any(&earlier, place)?;
            return Ok(has_any.then_some(earlier));
        }
        let below = self.bench.download(place.clone(), true);
        // What has nothing below it may be a blob itself.
        let has_below = place.directory.is_empty() || has_any(&below, place)?;
        Ok(Some(self.bench.download(place.clone(), has_below)))
    }

    fn upload_first(&self) -> Ending {
        let (stamp, seed) = stamp(Timestamp::now());
        let upload = self.bench.upload(&stamp, seed);
        self.tell(&format!(
            "`{}` holds no blobs of `bench`: they are uploaded to `{}` first, without a measurement",
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
            // Nothing was made.
            (Err(_), ending) => return ending,
        };
        self.clear_up(&upload.place, ending)
    }

    /// Carries the copy out and tells its figures; how it ended, and whether it could begin.
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
        listeners.push(Box::new(FigureListener::new(
            console(),
            self.bench.way,
            options,
            is_json,
        )));
        if is_json {
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

    /// What was made is removed, unless it is to be kept.
    fn clear_up(&self, place: &BlobLocation, ending: Ending) -> Ending {
        if self.bench.keeps {
            self.tell(&format!("the blobs are kept in `{place}`"));
            return ending;
        }
        self.remove(place, ending)
    }

    /// Removes what was made; what stays there although it should not is a failure.
    fn remove(&self, place: &BlobLocation, ending: Ending) -> Ending {
        let engine = &self.bench.options().engine;
        let removed = service::run(async {
            let tools = tools(engine)?;
            remove_directory(&tools, place).await
        });
        match removed {
            Ok(removed) => {
                self.tell(&format!(
                    "{} blob(s) were removed from `{place}`",
                    count(removed)
                ));
                ending
            }
            // It was never made.
            Err(error) if is_missing(&error) => ending,
            Err(error) => {
                let text = format!("the blobs in `{place}` could not be removed: {error}");
                self.console.message(Level::Error, &text);
                match ending {
                    Ending::Success => Ending::Failure,
                    ending => ending,
                }
            }
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
        if self.settings.json {
            let fields = json!({ "message": text });
            self.console
                .result(&record(Timestamp::now(), "warning", &fields));
        } else {
            self.console.message(Level::Info, text);
        }
    }
}

/// Records without those of the objects that are done: nobody knows them, and there may be millions.
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

/// Whether there is any blob below the place, that the pattern means.
fn has_any(options: &Options, place: &BlobLocation) -> Result<bool> {
    let pattern = Pattern::new(options.selection.pattern.as_deref(), PatternRule::Prefix)?;
    service::run(async {
        let source = BlobSource::directory(place.clone(), pattern, BlobReadOptions::default());
        let mut pages = Arc::new(source).list(&tools(&options.engine)?, ListScope::default());
        while let Some(page) = pages.recv().await {
            match page {
                Ok(page) if page.entries.is_empty() => {}
                Ok(_) => return Ok(true),
                Err(error) if is_missing(&error) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    })
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Transport(error) if error.status() == Some(404))
}

fn tools(engine: &Engine) -> Result<Tools> {
    Ok(Tools {
        client: service::client(engine)?,
        disk: Disk::threads(),
        pool: Pool::new(0, 1)?,
    })
}

/// What a run is called after, and what its bytes follow from: the time.
fn stamp(now: Timestamp) -> (String, u64) {
    let seed = seed_of(now.as_nanosecond() as u64);
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    // Two calls within a second do not meet.
    (format!("{time}-{:08x}", seed >> 32), seed)
}
