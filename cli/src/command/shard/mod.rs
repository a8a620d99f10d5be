//! `azring shard`: a copy that many machines share.
//!
//! - `plan` lists the source once and cuts the copy into shards, in the plan's folder.
//! - `run` copies one shard or several, on any machine, with the worker's own credentials: a [`worker`]. It
//!   [`commit`]s the objects whose last part it has copied.
//! - `status` says how far the plan is, and `merge` adds the results up.
//! - [`adapter`] is what schedulers are given to run all that.
//!
//! [`places`] reads the places that come first without names, [`plan_place`] finds the plan's folder, [`worker_args`] joins the plan's command with
//! the worker's own parameters, and [`failure`] turns an error of a plan into an ending.

mod failure;

mod places;

mod plan_place;

mod plan;

mod worker_args;

mod shard_failures;

mod worker;

mod commit;

mod run;

mod status;

mod merge;

mod adapter;

use std::ffi::OsString;
use std::sync::Arc;

use super::definition::Command;
use crate::console::Console;
use crate::ending::Ending;
use crate::help::CommandHelp;
use crate::parameter as row;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "shard",
        usage: "plan <source> <destination> | run <plan> <i|i-j> <source> <destination> | status <plan> | merge <plan> [<source> <destination>]",
        brief: "Cut a copy into shards that many machines run",
    },
    taken: &[
        &row::INTO,
        &row::SHARDS,
        &row::BYTES_PER_SHARD,
        &row::SPLIT_ABOVE,
        &row::BY,
        &row::CUTS,
        &row::STATE,
        &row::EMIT,
        &row::SOURCE_KEY,
        &row::SOURCE_SAS,
        &row::DEST_KEY,
        &row::DEST_SAS,
        &row::LEDGER,
        &row::REPORT,
        &row::METRICS,
        &row::OUTPUT,
    ],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (word, rest) = match words.split_first() {
        Some((word, rest)) => (word.to_str(), rest),
        None => (None, words),
    };
    match word {
        Some("plan") => plan::run(rest, console),
        Some("run") => run::run(rest, console),
        Some("status") => status::run(rest, console),
        Some("merge") => merge::run(rest, console),
        _ => Err(UsageError::meaning(
            "`shard` needs a word that says what to do: `shard plan <source> <destination>`, `shard run <plan> <i|i-j> \
             <source> <destination>`, `shard status <plan>` or `shard merge <plan>`",
        )),
    }
}
