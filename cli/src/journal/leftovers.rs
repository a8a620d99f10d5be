//! What an operation that is given up left at its destination: the files under way that nobody will go on with.

use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use azring_core::entry::EntryName;
use azring_core::journal::{Command, Replayed};
use azring_core::store::local::parts;

use super::normal_form::of_journal;
use crate::args;
use crate::console::{Console, Level};
use crate::parameter as row;

/// Files that are named one by one.
const NAMED_MAX: usize = 10;

/// Removes the files under way of this job, which will not be resumed, and names those that stay.
pub(crate) fn remove(replayed: &Replayed, console: &Console) {
    let Some(destination) = destination(replayed.command()) else {
        return;
    };
    let left = parts::left_by(&destination, &parts::beginning(replayed.job()));
    let stay = parts::remove(left);
    let named = stay
        .iter()
        .take(NAMED_MAX)
        .map(|(path, error)| (path, error.to_string()));
    for (path, why) in named {
        let name = EntryName::new(path.as_os_str().as_bytes());
        let text = format!(
            "`{name}` is a partial file of the earlier operation and cannot be removed: {why}"
        );
        console.message(Level::Warning, &text);
    }
}

/// Names the files under way at the destination of this command, where it is not known whose they are.
pub(super) fn name(command: &Command, console: &Console) {
    let Some(destination) = destination(command) else {
        return;
    };
    let left = parts::left_by(&destination, "");
    for path in left.iter().take(NAMED_MAX) {
        let name = EntryName::new(path.as_os_str().as_bytes());
        let text = format!(
            "`{name}` is a partial file of an earlier operation: remove it if no other azring writes there"
        );
        console.message(Level::Warning, &text);
    }
    if let Some(more) = left.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        console.message(Level::Warning, &format!("and {more} more files like these"));
    }
}

/// The destination of a command of a journal, where it is on this machine: its path is absolute then.
fn destination(command: &Command) -> Option<PathBuf> {
    let args = args::read(&of_journal(command).0).ok()?;
    let place = args.text(&row::DEST).ok().flatten()?;
    place.starts_with('/').then(|| PathBuf::from(place))
}
