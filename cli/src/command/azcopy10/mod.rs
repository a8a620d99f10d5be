//! Commands of AzCopy 10: `azring copy SOURCE DESTINATION --recursive=true`.
//!
//! `recognize` holds the rule that tells them from azring's own commands. `args::azcopy10` translates
//! them, `variables` adds what AzCopy's environment variables say, and azring's own commands run them.
//! `env` lists the variables.

mod recognize;

mod variables;

mod env;

use std::ffi::OsString;
use std::sync::Arc;

use super::copy::copy_or_resume;
use super::definition::Command;
use super::{bench, jobs, list, login, logout, make, remove, set_properties};
use crate::args::azcopy10::{self, Disk, Translation, Verb, Words};
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::listener::azcopy10_refusal;
use crate::mask::shown;
use crate::parameter::Dialect;
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) use recognize::is_meant;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "copy",
        usage: "<source> <destination> [flags of AzCopy 10]",
        brief: "A command of AzCopy 10",
    },
    taken: &[],
    has_own_help: true,
    run,
};

/// Runs a command of AzCopy 10; the first word is its name.
fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let Some((verb, rest)) = Verb::of(words) else {
        return Err(UsageError::meaning("this is no command of AzCopy 10"));
    };
    let split = Words::read(verb, rest)?;
    if split.is_on("help", false) {
        console.result(&azcopy10::page(verb));
        return Ok(Ending::Success);
    }
    let output = split.text("output-type")?;
    let is_json = output.is_some_and(|form| form.eq_ignore_ascii_case("json"));
    let ended = run_words(split, words, console);
    if let (Err(error), true) = (&ended, is_json) {
        console.result(&azcopy10_refusal(&error.to_string()));
    }
    ended
}

fn run_words(
    split: Words,
    words: &[OsString],
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    let disk = Disk {
        exists: &|path| path.exists(),
        is_file: &|path| path.is_file(),
    };
    let job = split.places.first().cloned();
    let status = split.text("with-status")?.map(str::to_owned);
    let Translation {
        verb,
        mut args,
        notices,
    } = azcopy10::read(split, disk, &line(words))?;
    for notice in &notices {
        console.message(Level::Info, notice);
    }
    let environment = Environment::of_process(console, prompt::secret_line(console));
    variables::add(&mut args, verb, &environment)?;
    let own = |command: &Command, first: &[&str]| {
        let first = first.iter().map(OsString::from);
        let words: Vec<_> = first.chain(args.words(Dialect::Dash)).collect();
        command.run(&words, console)
    };
    match verb {
        Verb::Copy | Verb::Sync => copy_or_resume(&args, console),
        Verb::Remove => remove::remove(&args, console),
        Verb::List => list::list(&args, console),
        Verb::Bench => bench::of_azcopy10(&args.words(Dialect::Dash), console),
        Verb::Login => own(&login::COMMAND, &[]),
        Verb::LoginStatus => own(&login::COMMAND, &["status"]),
        Verb::Logout => own(&logout::COMMAND, &[]),
        Verb::Env => Ok(env::show(&environment, &args, console)),
        Verb::JobsList | Verb::JobsShow | Verb::JobsClean | Verb::JobsRemove | Verb::JobsResume => {
            let call = jobs::Call {
                job: job.as_deref(),
                status: status.as_deref(),
            };
            jobs::of_azcopy10(verb, &call, args, console)
        }
        Verb::Make => make::make(&args, console),
        Verb::SetProperties => set_properties::set_properties(&args, console),
    }
}

/// The command as it was typed, safe to print.
fn line(words: &[OsString]) -> String {
    let words = words.iter().map(|word| shown(&word.to_string_lossy()));
    words.fold("azring".to_owned(), |line, word| line + " " + &word)
}
