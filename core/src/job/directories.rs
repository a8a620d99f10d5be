//! The attributes, permissions and times of directories, which are kept once their files are there.
//!
//! Making a file changes the times of its directory, so this comes last. It asks for the directories of
//! the source anew and needs no journal: every run does all of it. So does the run of a shard: of several
//! processes the last one to end leaves every directory as it shall be.

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use rustix::process::geteuid;

use super::run::Run;
use crate::entry::{Entry, EntryName, PosixProperties};
use crate::plan::route::Direction;
use crate::report::{Event, Totals};
use crate::store::{Ends, Page, Tools};
use crate::{Error, Result, Side};

/// Directories that are changed at once.
const DIRECTORIES_IN_FLIGHT_MAX: usize = 64;

impl Run<'_> {
    /// Stores the attributes and times of the source's directories with those of the target, where both
    /// stores keep them and the user wants them. A directory that the target does not have is passed
    /// over: no file of it was copied.
    pub(super) async fn keep_directories(&self, tools: &Tools, ends: &Ends) {
        // Objects with other names at the target are in other directories there.
        let has_new_names = self.options.selection.filter.new_names().is_some();
        let is_single = ends.single.is_some();
        let is_wanted = self.options.preserve_smb || self.restores_folders();
        if !is_wanted || is_single || has_new_names || self.stop.is_on() {
            return;
        }
        let Some(mut pages) = Arc::clone(&ends.source).list_directories(tools) else {
            return;
        };
        let closed = RefCell::<Vec<Entry>>::default();
        let stays_open = self.options.selection.filter.shard().is_some() && !geteuid().is_root();
        let pages = stream::poll_fn(|context| pages.poll_recv(context));
        let kept = pages
            .flat_map(|page| stream::iter(directories_of(page)))
            .map(async |(name, directory)| match directory {
                Ok(directory) if closes_to_owner(&directory) && stays_open => {
                    (name, Err(would_close()))
                }
                Ok(directory) if closes_to_owner(&directory) => {
                    closed.borrow_mut().push(directory);
                    (name, Ok(()))
                }
                Ok(directory) => (name, keep(tools, ends, &directory).await),
                Err(error) => (name, Err(error)),
            })
            .buffer_unordered(DIRECTORIES_IN_FLIGHT_MAX);
        let mut kept = pin!(kept);
        let mut stopped = pin!(self.stop.stopped());
        loop {
            let kept = tokio::select! {
                kept = kept.next() => kept,
                () = &mut stopped => return,
            };
            match kept {
                Some((_, Ok(()))) => {}
                Some((name, Err(error))) => self.directory_failed(&name, &error),
                None => break,
            }
        }
        // A directory is closed after those in it, which could not be reached otherwise.
        let mut closed = closed.take();
        closed.sort_by(|one, other| other.name.cmp(&one.name));
        for directory in closed {
            if self.stop.is_on() {
                return;
            }
            if let Err(error) = keep(tools, ends, &directory).await {
                self.directory_failed(&directory.name, &error);
            }
        }
    }

    /// Whether folders of this machine get the properties that are stored with their marks.
    fn restores_folders(&self) -> bool {
        let is_download = self.route.direction == Direction::Download;
        is_download && self.options.posix.restores_folders()
    }

    fn directory_failed(&self, name: &EntryName, error: &Error) {
        Totals::add(&self.totals.directories_failed, 1);
        self.observer.event(Event::DirectoryFailed { name, error });
    }
}

/// The directories of a page with their names, and those that could not be listed. The name is empty
/// where there is no page.
fn directories_of(page: Result<Page>) -> Vec<(EntryName, Result<Entry>)> {
    match page {
        Ok(page) => {
            let found = page.entries.into_iter();
            let found = found.map(|directory| (directory.name.clone(), Ok(directory)));
            let unlisted = page.unlisted.into_iter();
            found
                .chain(unlisted.map(|(name, error)| (name, Err(error))))
                .collect()
        }
        Err(error) => vec![(EntryName::from(""), Err(error.at(Side::Source)))],
    }
}

/// Whether the permissions of the directory keep its owner out of it.
fn closes_to_owner(directory: &Entry) -> bool {
    const OWNER: u32 = 0o700;
    let carried = directory.carried.as_deref();
    let mode = carried.and_then(|carried| PosixProperties::of(carried).mode);
    mode.is_some_and(|mode| mode & OWNER != OWNER)
}

/// The error of a directory that other shards may still write to.
fn would_close() -> Error {
    let text = "its permissions keep its owner out, and other shards may still write to it: give the command \
                once more without a shard when all of them have ended";
    Error::Usage(text.to_owned())
}

async fn keep(tools: &Tools, ends: &Ends, directory: &Entry) -> Result<()> {
    let folder = directory.name.of_folder();
    match ends.target.name(folder.as_ref().unwrap_or(&directory.name)) {
        Ok(mapped) => {
            let kept = ends.target.keep_directory(tools, &mapped.name, directory);
            kept.await
        }
        // Its files cannot have their names either, and failed for that.
        Err(Error::Name(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
