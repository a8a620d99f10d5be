//! Makes complete files durable and moves them to their names, many at once.
//!
//! The order is what a power cut demands (measured on ext4, xfs and btrfs: a rename without it is lost): first the data
//! of every file in the batch, then the renames, then every folder that got a name. While one batch is under way the
//! next one gathers, so the disk sets the pace and no timer is needed. On a file system in memory there is no disk: a file
//! gets its name at once.

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

/// More small files than this and one `syncfs` is cheaper than an `fsync` each.
const SYNC_EACH_MAX: usize = 8;

/// A batch is cut here so that its answers do not come too late.
const BATCH_MAX: usize = 4096;

/// How safe a file must be before it gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DurabilityMode {
    /// Data and names survive a power cut; many files share the cost.
    Batch,
    /// The same, file by file.
    File,
    /// The kernel has it.
    Off,
}

/// The thread that settles files. Clones share it; it ends when the last one is dropped and its work is done.
#[derive(Debug, Clone)]
pub struct DurabilityQueue {
    safety: DurabilityMode,
    queue: Option<mpsc::Sender<DurabilityJob>>,
}

enum DurabilityJob {
    Place(PlaceJob),
    Sync(SyncJob),
}

/// A complete file, to be made durable and moved to its name.
struct PlaceJob {
    complete: CompleteFile,
    replace: Replace,
    answer: oneshot::Sender<Result<()>>,
}

/// A file that is still written, whose bytes so far are to be made durable.
struct SyncJob {
    file: File,
    then: Box<dyn FnOnce(io::Result<()>) + Send>,
}

impl DurabilityQueue {
    /// Starts the thread, where the safety asks for one; joining it waits for the last batch.
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
            .name("settle".into())
            .spawn(move || work(&jobs, limit));
        (
            Self {
                safety,
                queue: Some(queue),
            },
            thread.ok(),
        )
    }

    /// Makes the file as safe as was asked, or as it can be where it is, and moves it to its name; answers when that is so.
    /// Dropping the future does not call it off.
    pub async fn settle(&self, mut complete: CompleteFile, replace: Replace) -> Result<()> {
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

    /// The thread, where it has anything to do: not where nothing is asked of it, and not where nothing lasts.
    fn queue_for(&self, folder: &Root) -> Option<&mpsc::Sender<DurabilityJob>> {
        debug_assert!(self.queue.is_some() || self.safety == DurabilityMode::Off);
        self.queue.as_ref().filter(|_| !folder.is_in_memory())
    }

    /// Makes what has been written to the file so far as safe as was asked, and then calls `then`, from any thread. Does
    /// not wait.
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
        settle_batch(jobs);
    }
}

fn settle_batch(batch: Vec<PlaceJob>) {
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
        // Nobody waiting for the answer means that the run was called off; the file is in its place all the same.
        let _unheard = job.answer.send(result);
    }
}

/// The data of all files of a batch: one by one when they are few, by file system when they are many.
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
                Err(error) => Err(told(folder, &error)),
            };
            folders
                .entry(folder.descriptor().as_raw_fd())
                .or_insert_with(sync)
                .clone()
        })
        .collect()
}

fn sync_system(folder: &Root) -> Result<()> {
    fs::syncfs(folder.descriptor()).map_err(|errno| told(folder, &errno.into()))
}

/// Every folder once; by descriptor, since folders are shared by the files in them.
fn sync_folders<'a>(folders: impl Iterator<Item = &'a Root>) -> HashMap<i32, Result<()>> {
    let mut synced = HashMap::new();
    for folder in folders {
        synced
            .entry(folder.descriptor().as_raw_fd())
            .or_insert_with(|| {
                fs::fsync(folder.descriptor()).map_err(|errno| told(folder, &errno.into()))
            });
    }
    synced
}

fn told(folder: &Root, error: &std::io::Error) -> Error {
    Error::disk(
        format_args!(
            "cannot make the files in `{}` durable",
            folder.path().display()
        ),
        error,
    )
}
