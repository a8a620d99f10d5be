//! The attributes and times of directories, which are kept once their files are there.
//!
//! Making a file changes the times of its directory, so this comes last. It asks for the directories of
//! the source anew and needs no journal: every run does all of it.

use std::pin::pin;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::run::Run;
use crate::entry::{Entry, EntryName};
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
        if !self.options.preserve_smb || is_single || has_new_names || self.stop.is_on() {
            return;
        }
        let Some(mut pages) = Arc::clone(&ends.source).list_directories(tools) else {
            return;
        };
        let pages = stream::poll_fn(|context| pages.poll_recv(context));
        let kept = pages
            .flat_map(|page| stream::iter(directories_of(page)))
            .map(async |(name, directory)| match directory {
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
                None => return,
            }
        }
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

async fn keep(tools: &Tools, ends: &Ends, directory: &Entry) -> Result<()> {
    let Some(smb) = &directory.smb else {
        return Ok(());
    };
    match ends.target.name(&directory.name) {
        Ok(mapped) => ends.target.keep_directory(tools, &mapped.name, smb).await,
        // Its files cannot have their names either, and failed for that.
        Err(Error::Name(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
