//! Carries a copy out: hands the options to the job, under the eyes of its audience and the hand of the signals, and says
//! how it ended.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::journal::Session;
use azring_core::location::Location;
use azring_core::options::Options;
use azring_core::report::{Answer, Summary};
use azring_core::{Stop, job};

use crate::audience::{Audience, End, Listener};
use crate::console::{Block, Console, Level, Messages, Progress, Records};
use crate::exit::Ending;
use crate::journal::{self, Asking, Kept, Refusal};
use crate::ledger::Ledger;
use crate::misuse::reason;
use crate::parameter::{Dialect, FAIL_IF_EMPTY, Z};
use crate::report::{self, Report};
use crate::settings::Settings;
use crate::signal::Caught;
use crate::trace::Trace;
use crate::verbose_log::VerboseLog;
use crate::{prompt, signal, terminal};

/// Copies what `options` say, and tells it as `settings` say.
pub(crate) fn copy(
    options: &Options,
    settings: &Settings,
    kept: Option<&Kept>,
    console: &Arc<Console>,
) -> Ending {
    if matches!(options.target, Location::Pipe) {
        console.leave_output_to_data();
    } else if !settings.json {
        console.show_notices();
    }
    let report = match settings.report.as_deref().map(report::open).transpose() {
        Ok(report) => report,
        Err(misuse) => {
            failed(console, &misuse.to_string());
            return Ending::Misuse;
        }
    };
    let desk = match Desk::open(console) {
        Ok(desk) => desk,
        Err(ending) => return ending,
    };
    let makes_folder = kept.is_some_and(|kept| !kept.folder.exists());
    let session = match session(kept, console, &desk.stop) {
        Ok(session) => session,
        Err(Refusal::Because(ending, text)) => {
            failed(console, &text);
            return ending.told(settings);
        }
        Err(Refusal::Cancelled) => {
            let Some(ending) = desk.called_off() else {
                return Ending::Failure;
            };
            // It was called off while it asked: that run has a summary too, of nothing.
            counts(options, settings, console).hear_end(&End {
                result: Ok(&Summary::default()),
                ending,
            });
            if let Some(kept) = kept {
                tell_how_to_resume(kept, settings.dialect, console);
            }
            return ending;
        }
    };
    let mut listeners = match listeners(options, settings, report, console) {
        Ok(listeners) => listeners,
        Err(text) => return failed(console, &text),
    };
    listeners.push(counts(options, settings, console));
    let (result, ending) = desk.carry_out(options, settings, session, listeners);
    if settings.fail_if_empty && matches!(&result, Ok(summary) if summary.listed == 0) {
        let name = FAIL_IF_EMPTY.spelled(settings.dialect);
        let text = format!("nothing was found to copy, which `{name}` makes a failure");
        console.message(Level::Error, &text);
    }
    let is_called_off = matches!(ending, Ending::Signal(_));
    if let Some(kept) = kept
        && makes_folder
        && matches!(&result, Err(_) | Ok(Summary { listed: 0, .. }))
    {
        // A run that found nothing leaves nothing. A folder that is not empty stays.
        let _stays_if_not_empty = fs::remove_dir(&kept.folder);
    }
    match kept.filter(|kept| kept.path().exists()) {
        Some(kept) => tell_how_to_resume(kept, settings.dialect, console),
        None if is_called_off => {
            let is_untouched = matches!(&result, Ok(summary) if summary.listed == 0);
            tell_of_no_journal(is_untouched, console);
        }
        None => {}
    }
    ending
}

/// The listener that tells the counts of a run when it has ended.
fn counts(options: &Options, settings: &Settings, console: &Arc<Console>) -> Box<dyn Listener> {
    if settings.json {
        Box::new(Records::new(Arc::clone(console), options, settings.dialect))
    } else {
        Box::new(Block::new(Arc::clone(console), options.preview))
    }
}

/// Says what is copied where, when only a journal has said so.
pub(crate) fn show_ends(options: &Options, settings: &Settings, console: &Console) {
    if !settings.json {
        console.show_notices();
        let text = format!(
            "the journal's operation goes on: from `{}` to `{}`",
            options.source, options.target
        );
        console.message(Level::Info, &text);
    }
}

/// Where runs are carried out, one after the other, under the hand of the signals.
pub(crate) struct Desk {
    console: Arc<Console>,
    stop: Stop,
    caught: Caught,
}

impl Desk {
    /// From now on signals call off what is carried out; once in a process.
    pub(crate) fn open(console: &Arc<Console>) -> Result<Self, Ending> {
        let stop = Stop::default();
        let switch = stop.clone();
        let caught = signal::watch(Arc::clone(console), move || switch.stop());
        let caught = caught.map_err(|error| {
            let text = format!("cannot watch for signals: {}", reason(&error));
            failed(console, &text)
        })?;
        Ok(Self {
            console: Arc::clone(console),
            stop,
            caught,
        })
    }

    /// How it ends, if a signal has called it off.
    pub(crate) fn called_off(&self) -> Option<Ending> {
        self.caught.ending()
    }

    /// Carries a run out under the eyes of these listeners.
    pub(crate) fn carry_out(
        &self,
        options: &Options,
        settings: &Settings,
        session: Option<Session>,
        listeners: Vec<Box<dyn Listener>>,
    ) -> (azring_core::Result<Summary>, Ending) {
        let audience = Audience::new(listeners, asker(&self.console, &self.stop));
        let result = job::run(options, session, &audience, &self.stop);
        let ending = self
            .called_off()
            .unwrap_or_else(|| Ending::of(&result, settings));
        let with_output = || ending.with_output(self.console.has_lost());
        audience.end(result.as_ref(), with_output);
        (result, with_output())
    }
}

/// The journal of the run, if there is one.
fn session(
    kept: Option<&Kept>,
    console: &Arc<Console>,
    stop: &Stop,
) -> Result<Option<Session>, Refusal> {
    let Some(kept) = kept else {
        return Ok(None);
    };
    let asking = Asking {
        can_ask: terminal::is_attended(),
        read: &|| terminal::line(|| stop.is_on()),
    };
    journal::open(kept, console, &asking)
}

/// A run that was called off left no journal: it had none, or nothing was begun.
fn tell_of_no_journal(is_untouched: bool, console: &Console) {
    let text = if is_untouched {
        "nothing was begun: give the same command again"
    } else {
        "no journal was kept: the same command starts from the beginning"
    };
    console.message(Level::Warning, text);
}

/// What is left of a journal is not complete.
fn tell_how_to_resume(kept: &Kept, dialect: Dialect, console: &Console) {
    let path = kept.path();
    let alone = if kept.is_named {
        let word = Z.with_value(&kept.folder.to_string_lossy(), dialect);
        format!(", or `azring {word}`")
    } else {
        String::new()
    };
    let text = format!(
        "to go on where this run ended, give the same command again{alone} (journal `{}`)",
        path.display()
    );
    console.message(Level::Warning, &text);
}

fn failed(console: &Console, text: &str) -> Ending {
    console.message(Level::Error, text);
    Ending::Failure
}

/// Everybody who is to hear of the run, but for who tells how it ended; or why that cannot be.
pub(crate) fn listeners(
    options: &Options,
    settings: &Settings,
    report: Option<File>,
    console: &Arc<Console>,
) -> Result<Vec<Box<dyn Listener>>, String> {
    let console = || Arc::clone(console);
    let mut listeners: Vec<Box<dyn Listener>> = Vec::new();
    // Progress first: when it is over, nothing may be drawn over what the others say.
    if let Some(form) = settings.form(console().has_bar()) {
        listeners.push(Box::new(Progress::new(console(), form)));
    }
    if let Some(path) = &settings.verbose_log {
        let log = VerboseLog::open(
            path,
            &settings.command,
            console(),
            options,
            &settings.advice,
        );
        listeners.push(Box::new(
            log.map_err(|error| cannot_write("verbose log", path, &error))?,
        ));
    }
    if let Some(path) = &settings.ledger {
        let ledger = Ledger::open(path, options.preview, console());
        listeners.push(Box::new(
            ledger.map_err(|error| cannot_write("ledger", path, &error))?,
        ));
    }
    if let Some(file) = report {
        let report = Report::new(file, &settings.command, options, console());
        listeners.push(Box::new(report));
    }
    if let Some(path) = &settings.trace {
        let trace = Trace::open(path, console());
        listeners.push(Box::new(
            trace.map_err(|error| cannot_write("trace", path, &error))?,
        ));
    }
    listeners.push(Box::new(Messages::new(
        console(),
        options,
        &settings.advice,
    )));
    Ok(listeners)
}

fn cannot_write(what: &str, path: &Path, error: &io::Error) -> String {
    format!(
        "cannot write the {what} `{}`: {}",
        path.display(),
        reason(error)
    )
}

/// Asks at the terminal, as long as the run is not called off.
fn asker(console: &Arc<Console>, stop: &Stop) -> impl Fn(&str, &str) -> Answer + 'static {
    let console = Arc::clone(console);
    let stop = stop.clone();
    move |source, target| {
        prompt::overwrite(&console, source, target, || terminal::line(|| stop.is_on()))
    }
}

#[cfg(test)]
mod tests {
    use azring_core::report::{Answer, Event, Observer};
    use azring_emulator_tests::account::Account;
    use azring_emulator_tests::emulator::{Options as Emulator, Server, StoreChoice};
    use azring_emulator_tests::rest::BlobService;

    use super::*;
    use crate::intent;
    use crate::intent::tests::alone;
    use crate::words;

    /// Asks nothing and tells nothing.
    struct Nobody;

    impl Observer for Nobody {
        fn event(&self, _: Event<'_>) {}

        fn ask_overwrite(&self, _: &str, _: &str) -> Answer {
            Answer::No
        }
    }

    /// The smallest block that the command line takes would make this a test of two hundred gigabytes.
    #[test]
    fn a_file_of_as_many_blocks_as_there_may_be_goes_up_and_a_byte_more_takes_larger_ones() {
        const BLOCKS_MAX: u64 = 50_000;
        const BLOCK_BYTES: u64 = 512;
        let emulator = Emulator {
            store: StoreChoice::Null,
            ..Emulator::default()
        };
        let server = Server::start(&emulator).expect("the emulator starts");
        let account = Account::development();
        let container =
            BlobService::path_style(&server.blob_url(), &account, None).container("blocks");
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let file = std::fs::File::create(folder.path().join("a")).expect("the folder is ours");
        let words = [
            format!("/Source:{}", folder.path().display()),
            format!("/Dest:{}", container.url()),
            format!("/DestKey:{}", account.key_in_base64()),
            "/Y".to_owned(),
            "/MD5:off".to_owned(),
        ];
        let given = words::read(&words.map(Into::into)).expect("it is a command");
        let mut options = intent::options(&given, &alone(&[])).expect("it makes sense");
        options.shape.block_bytes = BLOCK_BYTES;
        for (bytes, blocks) in [
            (BLOCKS_MAX * BLOCK_BYTES, BLOCKS_MAX),
            // 24 MiB and a byte in blocks of the next size that is taken, 4 MiB.
            (BLOCKS_MAX * BLOCK_BYTES + 1, 7),
        ] {
            file.set_len(bytes).expect("the file is ours");
            server.watch().counters.reset();
            let summary = job::run(&options, None, &Nobody, &Stop::default()).expect("it runs");
            assert_eq!((summary.done, summary.failed), (1, 0), "{bytes}");
            let sent = server.watch().counters.of("PutBlock");
            assert_eq!((sent.requests, sent.bytes_in), (blocks, bytes), "{bytes}");
            assert_eq!(container.committed_blocks("a") as u64, blocks, "{bytes}");
            assert_eq!(container.list()["a"].bytes, bytes);
        }
    }
}
