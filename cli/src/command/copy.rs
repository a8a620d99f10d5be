//! `azring [parameters]`: copies. The command of arguments that name no other.
//!
//! It reads the parameters, resumes the journal of an interrupted run, runs the job and reports
//! how it ended. It also answers the parameters that ask for help or the version.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use azring_core::Stop;
use azring_core::journal::Session;
use azring_core::location::Location;
use azring_core::options::Options;
use azring_core::report::Summary;

use super::definition::{Command, SHORT_HELP};
use super::explain_filter::explain;
use super::registry::help_texts;
use super::run_host::{RunHost, failed, listeners};
use crate::console::{self, Console, Level};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::{self, CommandHelp};
use crate::job_id::JobId;
use crate::journal::{self, CommandJournal, Questions, RecalledCommand, Refusal};
use crate::listener::{
    AzCopy10Output, JobKind, JsonRecords, Listener, PlannedChanges, RunEnd, SummaryBlock,
    VerificationResults,
};
use crate::parameter::{self as row, Dialect, FAIL_IF_EMPTY, Z};
use crate::parsed::ParsedArgs;
use crate::settings::Settings;
use crate::usage_error::UsageError;
use crate::{args, intent, prompt, report, terminal};

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "copy",
        usage: "<parameters>",
        brief: "Copy data to and from Azure Storage",
    },
    taken: &[],
    has_own_help: true,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let mut args = args::read(words)?;
    let is_short = matches!(words, [only] if only == SHORT_HELP);
    if args.is_empty() || is_short {
        console.result(&help::short(console::page_width()));
    } else if args.has(&row::HELP) {
        let topic = args.text(&row::HELP)?;
        let width = console::page_width();
        let page = help::page(topic, args.dialect(), width, &help_texts())?;
        console.result(&page);
    } else if args.has(&row::VERSION) {
        console.result(&help::version());
    } else {
        args::add_user_defaults(&mut args, None)?;
        return copy_or_resume(&args, console);
    }
    Ok(Ending::Success)
}

/// Copies what the parameters say, or what the journal that they name says.
pub(super) fn copy_or_resume(
    args: &ParsedArgs,
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    let environment = Environment::of_process(console, prompt::secret_line(console));
    if let Some(ending) = explain(args, &environment, console)? {
        return Ok(ending);
    }
    let recalled = journal::recall(args, &environment)?;
    run_or_resume(args, recalled.as_ref(), environment, console)
}

/// Resumes the journal of this name in a folder, with what is given beside it.
pub(super) fn resume(
    args: &ParsedArgs,
    folder: &Path,
    name: &str,
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let recalled = journal::recall_from(args, folder, name)?;
    run_or_resume(args, Some(&recalled), environment, console)
}

fn run_or_resume(
    args: &ParsedArgs,
    recalled: Option<&RecalledCommand>,
    mut environment: Environment,
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    environment.is_recalled = recalled.is_some();
    let args = recalled.map_or(args, |recalled| &recalled.args);
    let mut options = intent::options(args, &environment)?;
    if let Some(recalled) = recalled {
        recalled.check(&options)?;
    }
    let mut settings = Settings::new(args, &environment)?;
    if recalled.is_some() {
        show_ends(&options, &settings, console);
    }
    let command_journal = journal::of_command(args, &options, &environment)?;
    if let Some(command_journal) = &command_journal {
        settings.job = JobId::of_fingerprint(&command_journal.command.fingerprint());
    }
    if settings.has_errors_only() {
        console.show_errors_only();
    }
    settings.log_as_azcopy10(args, &environment)?;
    options.table.spool_in = match &command_journal {
        Some(command_journal) => Some(command_journal.folder.clone()),
        None => environment.state_folder(),
    };
    options.selection.own_files = settings.files().cloned().collect();
    if let Some(command_journal) = &command_journal {
        options.selection.own_files.extend(command_journal.files());
    }
    if let Some(sync) = &mut options.sync {
        let journal = command_journal.as_ref().map(|journal| &journal.folder);
        sync.protected = journal.cloned().into_iter().collect();
        sync.protected.extend(environment.state_folder());
    }
    intent::attach_source(args, &options.source)?;
    Ok(copy(&options, &settings, command_journal.as_ref(), console))
}

/// Copies as `options` say, and reports the run as `settings` say.
fn copy(
    options: &Options,
    settings: &Settings,
    command_journal: Option<&CommandJournal>,
    console: &Arc<Console>,
) -> Ending {
    if matches!(options.target, Location::Pipe) {
        console.leave_output_to_data();
    } else if !settings.json && !settings.is_silent() {
        console.show_notices();
    }
    let report = match settings.report.as_deref().map(report::open).transpose() {
        Ok(report) => report,
        Err(error) => {
            failed(console, &error.to_string());
            return Ending::Usage;
        }
    };
    let host = match RunHost::open(console) {
        Ok(host) => host,
        Err(ending) => return ending,
    };
    let makes_folder =
        command_journal.is_some_and(|command_journal| !command_journal.folder.exists());
    let session = match session(command_journal, console, host.stop()) {
        Ok(session) => session,
        Err(refusal) => {
            let called_off = host.called_off();
            return not_begun(
                refusal,
                called_off,
                options,
                settings,
                command_journal,
                console,
            );
        }
    };
    let mut listeners = match listeners(options, settings, report, console) {
        Ok(listeners) => listeners,
        Err(text) => return failed(console, &text),
    };
    let names_changes = options.sync.is_some() || options.moves.is_some();
    let is_text = !settings.json && !settings.is_silent() && settings.dialect != Dialect::AzCopy10;
    if options.preview && is_text && (names_changes || settings.verbose_log.is_some()) {
        let changes = PlannedChanges::new(Arc::clone(console));
        listeners.push(Box::new(if names_changes {
            changes
        } else {
            changes.naming_copies()
        }));
    }
    if is_text {
        let (console, preview) = (Arc::clone(console), options.preview);
        host.at_second_signal(move |summary, ending| {
            SummaryBlock::new(Arc::clone(&console), preview).on_end(&RunEnd {
                result: Ok(summary),
                ending,
            });
        });
    }
    listeners.extend(counts(options, settings, console));
    let (result, ending) = host.run(options, settings, session, listeners);
    if settings.exit_policy.fail_if_empty && matches!(&result, Ok(summary) if summary.listed == 0) {
        let name = FAIL_IF_EMPTY.spelled(settings.dialect);
        let text = format!("nothing was found to copy, and `{name}` makes that a failure");
        console.message(Level::Error, &text);
    }
    if let Some(command_journal) = command_journal
        && makes_folder
        && matches!(&result, Err(_) | Ok(Summary { listed: 0, .. }))
    {
        // A run that found nothing leaves no empty folder. A folder with files stays.
        let _stays_if_not_empty = fs::remove_dir(&command_journal.folder);
    }
    match command_journal.filter(|command_journal| command_journal.path().exists()) {
        Some(command_journal) => tell_how_to_resume(command_journal, settings.dialect, console),
        None if matches!(ending, Ending::Signal(_)) => {
            let is_untouched = matches!(&result, Ok(summary) if summary.listed == 0);
            tell_of_no_journal(is_untouched, console);
        }
        None => {}
    }
    ending
}

/// Reports a run that its journal does not let begin. `called_off`: a signal came during a question.
fn not_begun(
    refusal: Refusal,
    called_off: Option<Ending>,
    options: &Options,
    settings: &Settings,
    command_journal: Option<&CommandJournal>,
    console: &Arc<Console>,
) -> Ending {
    if let Refusal::Because(ending, text) = refusal {
        failed(console, &text);
        return ending.by(settings.exit_policy);
    }
    let Some(ending) = called_off else {
        return Ending::Failure;
    };
    // This run has a summary too, of zeros.
    if let Some(counts) = counts(options, settings, console) {
        counts.on_end(&RunEnd {
            result: Ok(&Summary::default()),
            ending,
        });
    }
    if let Some(command_journal) = command_journal {
        tell_how_to_resume(command_journal, settings.dialect, console);
    }
    ending
}

/// The listener that prints the counts of a run at its end; `None` for a silent run.
pub(super) fn counts(
    options: &Options,
    settings: &Settings,
    console: &Arc<Console>,
) -> Option<Box<dyn Listener>> {
    let console = || Arc::clone(console);
    if settings.is_silent() {
        return None;
    }
    Some(if settings.dialect == Dialect::AzCopy10 {
        let kind = match options.sync {
            Some(_) => JobKind::Sync,
            None => JobKind::Copy,
        };
        Box::new(AzCopy10Output::new(console(), kind, options, settings))
    } else if settings.json {
        Box::new(JsonRecords::new(console(), options, settings.dialect))
    } else if options.verify.is_some() {
        Box::new(VerificationResults::new(console()))
    } else {
        Box::new(SummaryBlock::new(console(), options.preview))
    })
}

/// Prints the source and the destination, if they come from a journal.
fn show_ends(options: &Options, settings: &Settings, console: &Console) {
    if !settings.json {
        console.show_notices();
        let text = format!(
            "resuming the operation of the journal: from `{}` to `{}`",
            options.source, options.target
        );
        console.message(Level::Info, &text);
    }
}

/// The journal of the run, if there is one.
fn session(
    command_journal: Option<&CommandJournal>,
    console: &Arc<Console>,
    stop: &Stop,
) -> Result<Option<Session>, Refusal> {
    let Some(command_journal) = command_journal else {
        return Ok(None);
    };
    let questions = Questions {
        can_ask: terminal::is_attended(),
        read: &|| terminal::line(|| stop.is_on()),
    };
    journal::open(command_journal, console, &questions)
}

/// Reports that a stopped run left no journal.
fn tell_of_no_journal(is_untouched: bool, console: &Console) {
    let text = if is_untouched {
        "nothing was started: give the same command again"
    } else {
        "no journal was kept: the same command starts from the beginning"
    };
    console.message(Level::Warning, text);
}

/// Prints how to resume a copy whose journal is incomplete.
fn tell_how_to_resume(command_journal: &CommandJournal, dialect: Dialect, console: &Console) {
    let path = command_journal.path();
    let alone = if command_journal.is_named {
        let word = Z.with_value(&command_journal.folder.to_string_lossy(), dialect);
        format!(", or `azring {word}`")
    } else {
        String::new()
    };
    let text = format!(
        "to resume this run, give the same command again{alone} (journal `{}`)",
        path.display()
    );
    console.message(Level::Warning, &text);
}

#[cfg(test)]
mod tests {
    use azring_core::job;
    use azring_core::report::{Event, Observer, OverwriteAnswer};
    use azring_emulator_tests::account::Account;
    use azring_emulator_tests::emulator::{Options as Emulator, Server, StoreChoice};
    use azring_emulator_tests::rest::BlobService;

    use super::*;
    use crate::args;
    use crate::intent;
    use crate::intent::tests::alone;

    /// A listener that ignores everything and answers no question.
    struct Nobody;

    impl Observer for Nobody {
        fn event(&self, _: Event<'_>) {}

        fn ask_overwrite(&self, _: &str, _: &str) -> OverwriteAnswer {
            OverwriteAnswer::No
        }
    }

    /// The smallest block that the command line accepts would need a test of two hundred gigabytes.
    #[test]
    fn a_file_of_50_000_blocks_goes_up_and_one_byte_more_takes_larger_blocks() {
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
        let args = args::read(&words.map(Into::into)).expect("it is a command");
        let mut options = intent::options(&args, &alone(&[])).expect("it makes sense");
        options.upload.block_bytes = BLOCK_BYTES;
        for (bytes, blocks) in [
            (BLOCKS_MAX * BLOCK_BYTES, BLOCKS_MAX),
            // 24 MiB and a byte, in blocks of the next accepted size, 4 MiB.
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
