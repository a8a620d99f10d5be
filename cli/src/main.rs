//! The command line of azring.
//!
//! A command passes through these modules in this order:
//!
//! - [`process_arguments`] takes the arguments of the process and hides the keys among them.
//! - [`args`] reads the arguments in AzCopy's Windows or Linux dialect, by the table in
//!   [`parameter`]. The result is a [`parsed::ParsedArgs`].
//! - [`command`] finds the command that the first argument names; without a name it is `copy`.
//! - [`intent`] turns the parsed arguments into the options of the core's job, and [`settings`]
//!   holds what concerns the program and not the copy. [`login`] gives the tokens of a login.
//! - [`journal`] finds the journal of the command and resumes what an earlier run left.
//! - The core runs the job. [`listener`] passes its events to progress, messages, logs, metrics
//!   ([`metrics_file`]) and [`report`]; [`console`] is the only module that prints.
//! - [`ending`] is the result of the program, and [`exit`] ends the process with its code.

mod process_arguments;

mod parameter;

mod args;

mod parsed;

mod environment;

mod file_kind;

mod job_id;

mod metrics_file;

mod login;

mod intent;

mod settings;

mod usage_error;

mod mask;

mod clock_skew;

mod advice;

mod help;

mod command;

mod journal;

mod listener;

mod report;

mod console;

mod prompt;

mod terminal;

mod signal;

mod ending;

mod exit;

use std::process::ExitCode;
use std::sync::Arc;

use azring_transport::buffer::fit_heaps_to_limit;
use console::{Console, Level};
use ending::Ending;

fn main() -> ExitCode {
    fit_heaps_to_limit();
    signal::survive_file_size_limit();
    let arguments = process_arguments::take(command::parameters);
    process_arguments::protect_memory();
    let console = Arc::new(Console::of_process());
    if let Some(error) = arguments.exposed {
        console.message(
            Level::Warning,
            &format!(
                "secrets on the command line can be seen by other users of this machine: {error}"
            ),
        );
    }
    let (command, words) = command::find(&arguments.words);
    let ending = command.run(words, &console).unwrap_or_else(|error| {
        console.message(Level::Error, &error.to_string());
        Ending::Usage
    });
    ending.with_output(console.has_lost()).into()
}
