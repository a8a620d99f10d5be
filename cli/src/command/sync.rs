//! `azring sync SOURCE DEST ...`: makes the destination like the source.
//!
//! It is a copy with the parameter `/Sync`, whose two places may come first without their names.

use std::ffi::OsString;
use std::sync::Arc;

use super::copy::copy_or_resume;
use super::definition::{Command, place_first};
use crate::args;
use crate::console::Console;
use crate::ending::Ending;
use crate::help::CommandHelp;
use crate::parameter as row;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "sync",
        usage: "<source> <destination> [parameters of a copy]",
        brief: "Copy what is different, and delete what is superfluous if wanted",
    },
    taken: &[
        &row::COMPARE,
        &row::DELETE,
        &row::MAX_DELETE,
        &row::ALLOW_EMPTY_SOURCE,
        &row::DELETE_SNAPSHOTS,
        &row::L,
        &row::Y,
    ],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (source, rest) = place_first(words);
    let (target, rest) = match source {
        Some(_) => place_first(rest),
        None => (None, rest),
    };
    let mut args = args::read(rest)?;
    for (place, parameter) in [(source, &row::SOURCE), (target, &row::DEST)] {
        if let Some(place) = place {
            args.add(parameter, Some(place.clone()))?;
        }
    }
    if !args.has(&row::SYNC) {
        args.add(&row::SYNC, None)?;
    }
    copy_or_resume(&args, console)
}
