//! Moves objects into a folder of the same place, for a service: it copies, and then the object is removed.
//!
//! A copy never replaces anything. An object is removed only as the version that was listed, after its copy is
//! complete, so that at every moment it is at one of the two places at least. An object in the archive tier stays: a
//! copy of it would need hours and is none until then.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::rest::poll_interval::PollInterval;
use super::server_copy::Progress;
use super::{Committed, Pending, Removal, Remover, ServerCopy, Source, Step, Tools};
use crate::entry::{Entry, EntryName, SmbAttributes, SmbProperties};
use crate::plan::Task;
use crate::plan::chunks::Chunks;
use crate::plan::history::History;
use crate::plan::replace::Replace;
use crate::plan::target_name::TargetName;
use crate::stop::Stop;
use crate::{Error, Result};

/// Objects that are copied at once.
const IN_FLIGHT_MAX: usize = 32;

/// A place of a service whose objects are moved to a folder instead of being removed.
pub(crate) struct ServiceTrash {
    /// The full name of the folder.
    pub(crate) folder: String,
    /// Its name in the place.
    pub(crate) folder_name: EntryName,
    /// Each object is looked at before it is copied, because no listing shows all that is copied: index tags.
    pub(crate) looks: bool,
    /// The place, whose objects the service may read.
    pub(crate) source: Arc<dyn Source>,
    /// Copies within the place.
    pub(crate) copy: Arc<dyn ServerCopy>,
    /// Removes what was copied.
    pub(crate) remover: Arc<dyn Remover>,
    /// Ends the wait for a copy that the service makes in its own time.
    pub(crate) stop: Stop,
}

impl ServiceTrash {
    /// Copies an object. Returns whether it was there.
    async fn copy(&self, tools: &Tools, entry: &Entry) -> Result<bool> {
        check_online(entry)?;
        let found;
        let entry = if self.looks {
            match self.look(tools, entry).await? {
                None => return Ok(false),
                Some(seen) => found = seen,
            }
            check_online(&found)?;
            &found
        } else {
            entry
        };
        let Err(error) = self.copy_version(tools, entry).await else {
            return self.check_copy(tools, entry).await.map(|()| true);
        };
        let is_about_source =
            error.status() == Some(404) || matches!(error.bare(), Error::Changed(_));
        if !is_about_source {
            return Err(error);
        }
        match self.look(tools, entry).await? {
            None => Ok(false),
            Some(_) => Err(error),
        }
    }

    /// The object as it is now; `None` where it is gone. Fails where it is not the version that was listed.
    async fn look(&self, tools: &Tools, entry: &Entry) -> Result<Option<Entry>> {
        let found = self.source.find(tools, &entry.name, None).await?;
        if found
            .as_ref()
            .is_some_and(|found| found.version != entry.version)
        {
            return Err(Error::TargetChanged(format!(
                "`{}` was overwritten since it was listed, and stays",
                entry.name
            )));
        }
        Ok(found)
    }

    /// Fails where the copy is only on its way out of the archive: its bytes are still those of the object. Nobody
    /// can copy an archived object without naming a tier.
    /// <https://learn.microsoft.com/azure/storage/blobs/archive-rehydrate-overview>
    async fn check_copy(&self, tools: &Tools, entry: &Entry) -> Result<()> {
        let carried = entry.carried.as_deref();
        if !self.looks || carried.is_none_or(|carried| carried.tier.is_none()) {
            return Ok(());
        }
        let copy = self.folder_name.below(&entry.name);
        match self.source.find(tools, &copy, None).await? {
            Some(copy) if copy.archive.is_none() => Ok(()),
            Some(_) | None => Err(Error::archived_in_place(&entry.name)),
        }
    }

    async fn copy_version(&self, tools: &Tools, entry: &Entry) -> Result<()> {
        let unreadable =
            || Error::Usage(format!("`{}` cannot be copied by its service", entry.name));
        let origin = self.source.origin(tools, entry)?.ok_or_else(unreadable)?;
        let task = self.task(entry)?;
        let copying = self.copy.begin(tools, &task, origin).await?;
        for chunk in task.chunks.clone() {
            copying.carry(tools, chunk).await?;
        }
        loop {
            match copying.commit(tools).await? {
                Committed::Done(_) => return Ok(()),
                Committed::Settling(settling) => return settling.await,
                Committed::Pending(pending) => {
                    return self.wait(tools, &*pending, entry.bytes).await;
                }
                Committed::Missing(chunks) => {
                    for chunk in chunks.iter().filter_map(|index| task.chunks.get(*index)) {
                        copying.fetch_again(tools, chunk).await?;
                    }
                }
            }
        }
    }

    /// The copy of an object, which keeps the times of a file.
    fn task(&self, entry: &Entry) -> Result<Task> {
        let name = entry.name.as_str().unwrap_or_default();
        let mut entry = entry.clone();
        entry.smb.get_or_insert_with(|| {
            Box::new(SmbProperties {
                attributes: SmbAttributes::ARCHIVE,
                created: None,
                last_write: entry.modified,
            })
        });
        let pieces = self.copy.form(&entry).pieces;
        let chunk_bytes = pieces
            .rule
            .chunk_bytes(&entry.name, entry.bytes, pieces.chunk_bytes)?;
        Ok(Task {
            target: TargetName::new(format!("{}/{name}", self.folder).into_bytes()),
            chunks: Chunks::new(entry.bytes, chunk_bytes),
            part: None,
            content_type: None,
            replace: Replace::Nothing,
            history: History::default(),
            entry,
        })
    }

    async fn wait(&self, tools: &Tools, pending: &dyn Pending, bytes: u64) -> Result<()> {
        let (mut interval, mut there) = (PollInterval::default(), 0);
        loop {
            let wait = interval.next(there, bytes);
            let looking = async {
                tools.client.clock().sleep(wait).await;
                pending.look(tools).await
            };
            match self.stop.unless_stopped(looking).await? {
                Progress::Pending(now) => there = now.min(bytes),
                Progress::Done(_) => return Ok(()),
            }
        }
    }
}

/// Fails for an object whose bytes cannot be copied because they are in the archive.
fn check_online(entry: &Entry) -> Result<()> {
    match entry.archive {
        Some(_) => Err(Error::archived_in_place(&entry.name)),
        None => Ok(()),
    }
}

impl Remover for ServiceTrash {
    fn remove<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>> {
        Box::pin(async move {
            let copies: Vec<Result<bool>> = stream::iter(entries)
                .map(|entry| self.copy(tools, entry))
                .buffered(IN_FLIGHT_MAX)
                .collect()
                .await;
            let is_copied = |copy: &Result<bool>| matches!(copy, Ok(true));
            let superfluous: Vec<Entry> = entries
                .iter()
                .zip(&copies)
                .filter(|(_, copy)| is_copied(copy))
                .map(|(entry, _)| entry.clone())
                .collect();
            let mut removed = self.remover.remove(tools, &superfluous).await.into_iter();
            let outcome = |copy: Result<bool>| {
                if copy? {
                    // Every copied object has a result.
                    removed.next().unwrap_or(Err(Error::Stopped))
                } else {
                    Ok(Removal::Missing)
                }
            };
            copies.into_iter().map(outcome).collect()
        })
    }

    fn remove_empty_folders<'a>(&'a self, tools: &'a Tools) -> Step<'a, ()> {
        self.remover.remove_empty_folders(tools)
    }
}
