//! Moves objects into a folder of the same place, for a service: it copies, and then the object is removed.
//!
//! A copy never replaces anything. An object is removed only as the version that was listed, after its copy is
//! complete, so that at every moment it is at one of the two places at least.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::rest::poll_interval::PollInterval;
use super::server_copy::Progress;
use super::{Committed, Pending, Removal, Remover, ServerCopy, Source, Step, Tools};
use crate::entry::{Entry, SmbAttributes, SmbProperties};
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
        let Err(error) = self.copy_version(tools, entry).await else {
            return Ok(true);
        };
        let is_about_source =
            error.status() == Some(404) || matches!(error.bare(), Error::Changed(_));
        if !is_about_source {
            return Err(error);
        }
        match self.source.find(tools, &entry.name, None).await? {
            None => Ok(false),
            Some(found) if found.version != entry.version => Err(Error::TargetChanged(format!(
                "`{}` was overwritten since it was listed, and stays",
                entry.name
            ))),
            Some(_) => Err(error),
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
