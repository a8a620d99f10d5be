//! Makes complete files durable and moves them to their names, many at once.
//!
//! A power cut demands this order (measured on ext4, xfs and btrfs: a rename without it is lost):
//! first the data of every file in the batch, then the renames, then every folder that got a name.
//! The next batch gathers while one is under way, so the disk sets the pace and no timer is needed.
//! A file system in memory has no disk: a file there gets its name at once.

use std::collections::HashMap;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::mpsc;
use std::thread::JoinHandle;

use rustix::fs;
use tokio::sync::oneshot;

use super::file::File;
use super::rename::Replace;
use super::root::Root;
use super::staged::CompleteFile;
use crate::{Error, Kind, Result};

/// For more small files than this, one `syncfs` is cheaper than an `fsync` each.
const SYNC_EACH_MAX: usize = 8;

/// The largest batch, so that answers do not come too late.
const BATCH_MAX: usize = 4096;

/// How durable a file must be before it gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurabilityMode {
    /// Data and names survive a power cut; many files share the cost.
    Batch,
    /// The same, one file after the other.
    File,
    /// The kernel has the data; nothing more is done.
    Off,
}

/// The thread that makes files durable. Clones share it. It ends when the last clone is dropped and
/// its work is done.
#[derive(Debug, Clone)]
pub struct DurabilityQueue {
    safety: DurabilityMode,
    queue: Option<mpsc::Sender<DurabilityJob>>,
}

enum DurabilityJob {
    Place(PlaceJob),
    Sync(SyncJob),
}

/// A complete file that becomes durable and gets its name.
struct PlaceJob {
    complete: CompleteFile,
    replace: Replace,
    answer: oneshot::Sender<Result<()>>,
}

/// A file that is still written. Its bytes so far become durable.
struct SyncJob {
    file: File,
    then: Box<dyn FnOnce(io::Result<()>) + Send>,
}

impl DurabilityQueue {
    /// Starts the thread, unless the mode is `Off`. Joining it waits for the last batch.
    pub fn start(safety: DurabilityMode) -> (Self, Option<JoinHandle<()>>) {
        if safety == DurabilityMode::Off {
            return (
                Self {
                    safety,
                    queue: None,
                },
                None,
            );
        }
        let (queue, jobs) = mpsc::channel();
        let limit = if safety == DurabilityMode::File {
            1
        } else {
            BATCH_MAX
        };
        let thread = std::thread::Builder::new()
            .name("durability".into())
            .spawn(move || work(&jobs, limit));
        (
            Self {
                safety,
                queue: Some(queue),
            },
            thread.ok(),
        )
    }

    /// Makes the file as durable as the mode asks and its file system allows, and moves it to its
    /// name. Waits until both are done. Dropping the future does not stop the work.
    pub async fn make_durable(&self, mut complete: CompleteFile, replace: Replace) -> Result<()> {
        let Some(queue) = self.queue_for(complete.folder()) else {
            return complete.place(replace);
        };
        let (answer, answered) = oneshot::channel();
        let gone = || {
            Error::new(
                Kind::Stopped,
                "the thread that makes files durable has ended",
            )
        };
        queue
            .send(DurabilityJob::Place(PlaceJob {
                complete,
                replace,
                answer,
            }))
            .map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// The queue, unless the mode is `Off` or the folder is in memory.
    fn queue_for(&self, folder: &Root) -> Option<&mpsc::Sender<DurabilityJob>> {
        debug_assert!(self.queue.is_some() || self.safety == DurabilityMode::Off);
        self.queue.as_ref().filter(|_| !folder.is_in_memory())
    }

    /// Makes what was written to the file so far as durable as the mode asks, and then calls `then`
    /// from any thread. Does not wait.
    pub fn sync(&self, file: File, then: impl FnOnce(io::Result<()>) + Send + 'static) {
        let then = Box::new(then);
        let Some(queue) = &self.queue else {
            debug_assert_eq!(self.safety, DurabilityMode::Off);
            return then(Ok(()));
        };
        if let Err(mpsc::SendError(DurabilityJob::Sync(SyncJob { then, .. }))) =
            queue.send(DurabilityJob::Sync(SyncJob { file, then }))
        {
            then(Err(io::ErrorKind::BrokenPipe.into()));
        }
    }
}

fn work(orders: &mpsc::Receiver<DurabilityJob>, limit: usize) {
    while let Ok(first) = orders.recv() {
        let mut jobs = Vec::new();
        for order in std::iter::once(first).chain(orders.try_iter().take(limit - 1)) {
            match order {
                DurabilityJob::Place(job) => jobs.push(job),
                DurabilityJob::Sync(SyncJob { file, then }) => then(file.sync_data()),
            }
        }
        place_batch(jobs);
    }
}

fn place_batch(batch: Vec<PlaceJob>) {
    let results = sync_data(&batch);
    let mut placed = Vec::with_capacity(batch.len());
    for (mut job, synced) in batch.into_iter().zip(results) {
        let result = synced.and_then(|()| job.complete.place(job.replace));
        placed.push((job, result));
    }
    let folders = sync_folders(
        placed
            .iter()
            .filter(|(_, result)| result.is_ok())
            .map(|(job, _)| job.complete.folder()),
    );
    for (job, result) in placed {
        let folder = folders.get(&job.complete.folder().descriptor().as_raw_fd());
        let result = result.and_then(|()| folder.cloned().unwrap_or(Ok(())));
        // Nobody waits for the answer after the run was stopped. The file has its name all the
        // same.
        let _unheard = job.answer.send(result);
    }
}

/// Makes the data of all files of a batch durable: one by one when they are few, by file system
/// when they are many.
fn sync_data(batch: &[PlaceJob]) -> Vec<Result<()>> {
    if batch.len() <= SYNC_EACH_MAX {
        return batch.iter().map(|job| job.complete.sync()).collect();
    }
    let mut systems: HashMap<u64, Result<()>> = HashMap::new();
    let mut folders: HashMap<i32, Result<()>> = HashMap::new();
    batch
        .iter()
        .map(|job| {
            let folder = job.complete.folder();
            let sync = || match folder.device() {
                Ok(device) => systems
                    .entry(device)
                    .or_insert_with(|| sync_system(folder))
                    .clone(),
                Err(error) => Err(not_durable(folder, &error)),
            };
            folders
                .entry(folder.descriptor().as_raw_fd())
                .or_insert_with(sync)
                .clone()
        })
        .collect()
}

fn sync_system(folder: &Root) -> Result<()> {
    fs::syncfs(folder.descriptor()).map_err(|errno| not_durable(folder, &errno.into()))
}

/// Makes every folder durable once. Folders are told apart by descriptor, because files share them.
fn sync_folders<'a>(folders: impl Iterator<Item = &'a Root>) -> HashMap<i32, Result<()>> {
    let mut synced = HashMap::new();
    for folder in folders {
        synced
            .entry(folder.descriptor().as_raw_fd())
            .or_insert_with(|| {
                fs::fsync(folder.descriptor()).map_err(|errno| not_durable(folder, &errno.into()))
            });
    }
    synced
}

fn not_durable(folder: &Root, error: &std::io::Error) -> Error {
    Error::disk(
        format_args!(
            "cannot make the files in `{}` durable",
            folder.path().display()
        ),
        error,
    )
}
