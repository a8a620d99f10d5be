//! Words in, words out: the command line of azring.
//!
//! A command travels like this: [`arguments`] takes it and hides the keys in it, [`words`] reads it in AzCopy's Windows or
//! Linux dialect, with the table in [`parameter`]; what was typed becomes [`given`], what it means [`intent`], and
//! [`journal`] what an earlier run of it
//! left, and [`copy`] has it carried out by the core while [`console`] shows how it goes, [`course`] gathers what there is to
//! tell in the end and [`report`] draws it. Help is made from the same table. How it
//! ended, [`exit`] tells. What azring does beside copying is in [`command`].

mod arguments;

mod parameter;

mod words;

mod given;

mod surroundings;

mod file_kind;

mod intent;

mod settings;

mod misuse;

mod mask;

mod advice;

mod help;

mod command;

mod journal;

mod copy;

mod audience;

mod course;

mod report;

mod console;

mod output_file;

mod verbose_log;

mod ledger;

mod trace;

mod prompt;

mod terminal;

mod signal;

mod exit;

use std::process::ExitCode;
use std::sync::Arc;

use console::{Console, Level};
use exit::Ending;
use given::Given;
use misuse::Misuse;
use settings::Settings;
use surroundings::Surroundings;

fn main() -> ExitCode {
    signal::survive_file_size_limit();
    let arguments = arguments::take();
    arguments::shield();
    let console = Arc::new(Console::of_process());
    if let Some(error) = arguments.exposed {
        console.message(
            Level::Warning,
            &format!(
                "secrets on the command line can be seen by other users of this machine: {error}"
            ),
        );
    }
    let ending = match command::find(&arguments.words) {
        Some((command, words)) => command.run(words, &console),
        None => words::read(&arguments.words).and_then(|given| answer(&given, &console)),
    };
    let ending = ending.unwrap_or_else(|misuse| {
        console.message(Level::Error, &misuse.to_string());
        Ending::Misuse
    });
    ending.with_output(console.has_lost()).into()
}

/// Does what the command asks for.
fn answer(given: &Given, console: &Arc<Console>) -> Result<Ending, Misuse> {
    if given.is_empty() {
        console.result(&help::short());
    } else if given.has(&parameter::HELP) {
        let topic = given.text(&parameter::HELP)?;
        let page = help::page(topic, given.dialect(), console::page_width())?;
        console.result(&page);
    } else if given.has(&parameter::VERSION) {
        console.result(&help::version());
    } else {
        let mut around = Surroundings::of_process(console);
        let recalled = journal::recall(given, &around)?;
        around.is_recalled = recalled.is_some();
        let given = recalled.as_ref().map_or(given, |recalled| &recalled.given);
        let mut options = intent::options(given, &around)?;
        if let Some(recalled) = &recalled {
            recalled.check(&options)?;
        }
        let settings = Settings::new(given, &around)?;
        if recalled.is_some() {
            copy::show_ends(&options, &settings, console);
        }
        let kept = journal::kept(given, &options, &around)?;
        options.selection.own_files = settings.files().cloned().collect();
        if let Some(kept) = &kept {
            options.selection.own_files.extend(kept.files());
        }
        intent::attach_source(given, &options.source)?;
        return Ok(copy::copy(&options, &settings, kept.as_ref(), console));
    }
    Ok(Ending::Success)
}
