//! Partial files at the destination of a job that nobody will resume.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use azring_core::dump::spool_folder::spool_folder;
use azring_core::entry::EntryName;
use azring_core::journal::{Command, Replayed};
use azring_core::store::local::parts;

use super::normal_form::of_journal;
use crate::args;
use crate::console::{Console, Level};
use crate::parameter as row;

/// The number of files that are named.
const NAMED_MAX: usize = 10;

/// Removes the partial files of this job, which will not be resumed, and names those that stay.
/// `folder`: that of its journal, which also has the files of an export until they are uploaded.
pub(crate) fn remove(folder: &Path, replayed: &Replayed, console: &Console) {
    if replayed.export().is_some() {
        remove_spool(folder, replayed, console);
    }
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

fn remove_spool(folder: &Path, replayed: &Replayed, console: &Console) {
    let beginning = parts::beginning(replayed.job());
    let digits = beginning.trim_start_matches(".azring").replace('-', "");
    let spool = spool_folder(folder, &digits);
    match fs::remove_dir_all(&spool) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let text = format!(
                "`{}` has files of the earlier operation and cannot be removed: {error}",
                spool.display()
            );
            console.message(Level::Warning, &text);
        }
        _ => {}
    }
}

/// Names the partial files at the destination of this command, if their job is unknown.
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

/// The destination of a journal's command, if it is on this machine. Its path is absolute.
fn destination(command: &Command) -> Option<PathBuf> {
    let args = args::read(&of_journal(command).0).ok()?;
    let place = args.text(&row::DEST).ok().flatten()?;
    place.starts_with('/').then(|| PathBuf::from(place))
}
