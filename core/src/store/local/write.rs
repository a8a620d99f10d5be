//! Writes files into a folder.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use azring_transport as transport;
use azring_transport::buffer::{Frozen, Lease};
use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::disk::{
    Allocation, Caching, File, FileStat, Replace, Root, StagedFile, TakenNames, part_name,
};
use md5::{Digest as _, Md5 as Md5Hash};
use tokio::sync::OnceCell;

use super::name::LocalNaming;
use super::rules;
use super::safe::Safe;
use super::shortage::or_later;
use crate::digest::compare;
use crate::digest::follower::Md5;
use crate::entry::{EntryName, Layout, Version};
use crate::options::DownloadOptions;
use crate::plan::Task;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::chunks::{CHUNK_BYTES_MIN, Chunk};
use crate::plan::replace::Replace as Planned;
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::{
    ChunkPlan, Committed, Reader, Receipt, Stat, Step, Sums, Target, TargetForm, Tools, Writer,
};
use crate::{Error, Result};

/// The size of a range that is fetched and written at once: what a service gives a checksum for.
const CHUNK_BYTES: u64 = 4 << 20;

/// What an object has open until it is in its place.
const FILE_AND_FOLDER: u32 = 2;

/// A folder to copy to.
pub struct LocalTarget {
    path: PathBuf,
    root: OnceCell<Root>,
    folders: Mutex<HashMap<PathBuf, Root>>,
    taken: Arc<TakenNames>,
    folders_max: usize,
    landing: DownloadOptions,
    checks_md5: bool,
    durability: DurabilityQueue,
}

impl LocalTarget {
    /// The folder at `path`; it is made when it is missing, once the copy begins. Up to `folders_max` folders below it
    /// stay open; files of one folder come one after the other, so a few do.
    pub fn new(
        path: &Path,
        landing: DownloadOptions,
        checks_md5: bool,
        durability: DurabilityQueue,
        folders_max: usize,
    ) -> Self {
        let folders = Mutex::new(HashMap::new());
        Self {
            path: path.into(),
            root: OnceCell::new(),
            folders,
            taken: Arc::default(),
            folders_max,
            landing,
            checks_md5,
            durability,
        }
    }

    /// The folder as it is: a preview looks at it and does not make it.
    fn root_if_there(&self) -> Option<Root> {
        match self.root.get() {
            Some(root) => Some(root.clone()),
            None => Root::open(&self.path).ok(),
        }
    }

    fn root(&self) -> Result<&Root> {
        self.root.get().ok_or(Error::Stopped)
    }

    /// The folder at `relative`, made if it is missing; from the few that are kept open, if it is among them.
    fn folder(&self, relative: &Path) -> Result<Root> {
        let kept = |folders: &Mutex<HashMap<PathBuf, Root>>| {
            folders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(relative)
                .cloned()
        };
        if let Some(folder) = kept(&self.folders) {
            return Ok(folder);
        }
        let folder = self.root()?.folder_beneath(relative)?;
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if folders.len() >= self.folders_max {
            folders.clear();
        }
        folders.insert(relative.into(), folder.clone());
        Ok(folder)
    }

    /// Whether what is found at this path is what its name says, as far as can be told ([`Root::check_name`]).
    ///
    /// Fails when it is another object's, whose name the folder takes for the same.
    fn check_name(&self, path: &Path, facts: &FileStat) -> Result<bool> {
        if !self.taken.is_watched() || !facts.is_file || self.root.get().is_none() {
            return Ok(true);
        }
        let folder = self.folder(path.parent().unwrap_or(Path::new("")))?;
        Ok(folder.check_name(path.file_name().unwrap_or_default(), facts)?)
    }

    /// Makes the folder that a directory's mark stands for; one that is there already will do.
    fn make_folder(&self, relative: &Path) -> Result<()> {
        let is_in_the_way = self
            .root()?
            .stat_beneath(relative)?
            .is_some_and(|found| !found.is_folder);
        if is_in_the_way {
            return Err(Error::Name(format!(
                "failed to create directory `{}` because a file already exists with the same name",
                self.path.join(relative).display()
            )));
        }
        self.folder(relative).map(drop)
    }
}

impl Target for LocalTarget {
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        LocalNaming::new(self.landing.delimiter).name(entry)
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        LocalNaming::exact_name(name)
    }

    fn reports_source_etag(&self) -> bool {
        true
    }

    fn form(&self, _kind: Layout) -> TargetForm {
        TargetForm {
            layout: None,
            makes_folders: true,
            pieces: ChunkPlan {
                rule: rules::RANGES,
                chunk_bytes: CHUNK_BYTES,
                chunk_bytes_min: CHUNK_BYTES_MIN,
                with_holes: true,
            },
        }
    }

    fn prepare<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let open =
                async || {
                    Ok(Root::open_or_make(&self.path)
                        .map(|root| root.with_taken_names(&self.taken))?)
                };
            self.root
                .get_or_try_init(async || or_later(open().await, open).await)
                .await?;
            Ok(())
        })
    }

    fn stat<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async move {
            let Some(root) = self.root_if_there() else {
                return Ok(None);
            };
            let path = name.as_path();
            let look = async || Ok(root.stat_beneath(path)?);
            let facts = or_later(look().await, look).await?;
            if let Some(facts) = &facts
                && !self.check_name(path, facts)?
            {
                return Ok(None);
            }
            Ok(facts.map(|facts| Stat {
                carried: None,
                bytes: facts.bytes,
                modified: facts.modified(),
                version: Version::Local {
                    modified_ns: facts.modified_ns,
                    inode: facts.inode,
                },
                kind: None,
            }))
        })
    }

    fn identity<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Option<Box<str>>>> {
        Box::pin(async move { Ok(Some(self.root()?.identity()?.into())) })
    }

    fn shown(&self, name: &TargetName) -> String {
        self.path.join(name.as_path()).display().to_string()
    }

    fn follow_earlier_run(&self) {
        self.taken.follow_earlier_run();
    }

    fn notices(&self) -> Vec<String> {
        self.taken.notices()
    }

    fn forget(&self, job: &str, name: &TargetName) {
        let path = name.as_path();
        let part = part_of(job, name.as_bytes());
        let above = path.parent().unwrap_or(Path::new(""));
        if let Some(root) = self.root_if_there()
            && let Ok(Some(_)) = root.stat_beneath(&above.join(&part))
            && let Ok(folder) = self.folder(above)
        {
            StagedFile::remove(&folder, &part);
        }
    }

    fn descriptors(&self) -> u32 {
        FILE_AND_FOLDER
    }

    fn create<'a>(
        &'a self,
        _tools: &'a Tools,
        task: &'a Task,
    ) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            let create = async || self.create_now(task);
            let again = async || {
                self.close_folders();
                create().await
            };
            or_later(create().await, again).await
        })
    }
}

impl LocalTarget {
    fn create_now(&self, task: &Task) -> Result<Arc<dyn Writer>> {
        let path = task.target.as_path();
        if task.entry.kind == Layout::Folder {
            self.make_folder(path)?;
            let writer: Arc<dyn Writer> = Arc::new(NothingToWrite { is_complete: false });
            return Ok(writer);
        }
        let folder = self.folder(path.parent().unwrap_or(Path::new("")))?;
        let name: OsString = path.file_name().unwrap_or_default().into();
        let room = if task.chunks.hole_bytes() > 0 {
            Allocation::OnWrite
        } else {
            Allocation::Whole
        };
        if is_in_place(task, &folder, &name)? {
            let writer: Arc<dyn Writer> = Arc::new(NothingToWrite { is_complete: true });
            return Ok(writer);
        }
        let shown = self.shown(&task.target);
        let (staged, there) = stage(task, &folder, &name, room)?;
        let safe = task
            .history
            .notes
            .as_ref()
            .filter(|_| task.chunks.total() > 1)
            .map(|notes| Safe::new(&shown, staged.file(), notes, &self.durability));
        let writer: Arc<dyn Writer> = Arc::new(LocalWriter {
            kept: KeptReader {
                file: staged.file().clone(),
                shown: shown.clone(),
            },
            file: staged.file().clone(),
            staged: Mutex::new(Some(staged)),
            there,
            safe,
            shown,
            bytes: task.entry.bytes,
            modified: self.landing.keep_modified.then_some(task.entry.modified),
            md5: task.entry.md5,
            checks_md5: self.checks_md5,
            replace: replace(task),
            durability: self.durability.clone(),
        });
        Ok(writer)
    }

    /// Gives back the descriptors of folders that no file needs now.
    fn close_folders(&self) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.clear();
    }
}

/// An earlier run moved the file to its place, complete and durable, and was interrupted before it could say so.
fn is_in_place(task: &Task, folder: &Root, name: &OsStr) -> Result<bool> {
    let begun = task.history.earlier.as_deref();
    let Some((identity, _)) = begun.and_then(|begun| begun.of(&task.chunks)) else {
        return Ok(false);
    };
    Ok(StagedFile::is_placed(folder, name, identity)?)
}

/// What the file may replace under its name.
fn replace(task: &Task) -> Replace {
    match task.replace {
        Planned::Nothing => Replace::Nothing,
        Planned::Only(Version::Local { modified_ns, inode }) => {
            Replace::Seen { inode, modified_ns }
        }
        Planned::Only(Version::Service(_)) | Planned::Anything => Replace::Anything,
    }
}

/// A directory's mark, whose folder was made when it was begun and which has no bytes; or, complete, a file that is in its
/// place already.
struct NothingToWrite {
    is_complete: bool,
}

impl Writer for NothingToWrite {
    fn is_complete(&self) -> bool {
        self.is_complete
    }

    fn write<'a>(
        &'a self,
        _tools: &'a Tools,
        chunk: Chunk,
        _data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        let receipt = Receipt {
            index: chunk.index,
            bytes: chunk.bytes,
        };
        Box::pin(async move { Ok(receipt) })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, _md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async { Ok(Committed::Done(None)) })
    }
}

/// The file beside the place of this one, and what an earlier run left in it.
///
/// Under a journal its name is always the same, so that a later run finds it: to go on, or, where it cannot be trusted or
/// is not worth it, to remove it.
fn stage(
    task: &Task,
    folder: &Root,
    name: &OsStr,
    room: Allocation,
) -> Result<(StagedFile, ChunkRuns)> {
    let bytes = task.entry.bytes;
    let Some(notes) = &task.history.notes else {
        let staged = StagedFile::create(folder, name, bytes, room, Caching::Auto)?;
        return Ok((staged, ChunkRuns::default()));
    };
    let beside = part_of(notes.job(), task.target.as_bytes());
    let begun = task.history.earlier.as_deref();
    if task.chunks.total() == 1
        && begun.is_none()
        && let Some(staged) =
            StagedFile::unnamed(folder, name, &beside, bytes, room, Caching::Auto)?
    {
        return Ok((staged, ChunkRuns::default()));
    }
    if let Some((identity, durable)) = begun.and_then(|begun| begun.of(&task.chunks))
        && let Some(staged) =
            StagedFile::reopen(folder, name, &beside, identity, bytes, room, Caching::Auto)?
    {
        return Ok((staged, durable.clone()));
    }
    let mut staged = StagedFile::create_as(folder, name, &beside, bytes, room, Caching::Auto)?;
    if task.chunks.total() > 1 {
        notes.started(&task.chunks, staged.identity()?);
        staged.keep();
    }
    Ok((staged, ChunkRuns::default()))
}

/// The name of the part file of a target, the same in each run of the job.
fn part_of(job: &str, target: &[u8]) -> String {
    // Not a matter of security: the folder is the user's own, and links are not followed.
    let digest: [u8; 16] = Md5Hash::digest(target).into();
    let digest = u64::from_le_bytes(std::array::from_fn(|index| digest[index]));
    part_name(job, digest)
}

struct LocalWriter {
    file: File,
    staged: Mutex<Option<StagedFile>>,
    /// What an earlier run left, and how it is read back.
    there: ChunkRuns,
    kept: KeptReader,
    /// What a later run may go on from, where there is a journal that tells it.
    safe: Option<Safe>,
    shown: String,
    bytes: u64,
    modified: Option<SystemTime>,
    md5: Option<Md5>,
    checks_md5: bool,
    replace: Replace,
    durability: DurabilityQueue,
}

impl Writer for LocalWriter {
    fn sends(&self) -> bool {
        false
    }

    fn has(&self, index: u32) -> bool {
        self.there.contains(index)
    }

    fn kept(&self) -> Option<&dyn Reader> {
        Some(&self.kept)
    }

    fn suspend<'a>(&'a self, error: &'a Error) -> Step<'a, ()> {
        Box::pin(async move {
            let Some(safe) = &self.safe else { return };
            safe.rest().await;
            // Bytes that are of another version, or that nobody knows to be right, are no beginning.
            let is_wrong = matches!(error, Error::Changed(_) | Error::Integrity(_));
            if is_wrong || safe.failure().is_some() {
                self.discard();
            }
        })
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            // While it waits it keeps its memory, so that no more arrives than is made durable.
            if let Some(safe) = &self.safe {
                safe.room().await;
            }
            self.file
                .write_at(&tools.disk, data, chunk.offset)
                .await
                .map_err(|error| {
                    transport::Error::disk(format_args!("cannot write `{}`", self.shown), &error)
                })?;
            if let Some(safe) = &self.safe {
                safe.written(chunk);
                safe.failure().map_or(Ok(()), Err)?;
            }
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.checks_md5
                && let Err(error) = compare::md5(md5, self.md5, &self.shown)
            {
                // Another run is to fetch it anew.
                self.discard();
                return Err(error);
            }
            if let Some(error) = self.safe.as_ref().and_then(Safe::failure) {
                return Err(error);
            }
            let staged = self
                .staged
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .ok_or(Error::Stopped)?;
            let complete = staged.complete(self.bytes, self.modified)?;
            let (durability, replace) = (self.durability.clone(), self.replace);
            Ok(Committed::Settling(Box::pin(async move {
                Ok(durability.make_durable(complete, replace).await?)
            })))
        })
    }
}

/// Reads back what an earlier run left of a file.
struct KeptReader {
    file: File,
    shown: String,
}

impl Reader for KeptReader {
    fn read<'a>(&'a self, tools: &'a Tools, chunk: Chunk, into: Lease) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            let read = self
                .file
                .read_at(&tools.disk, into, chunk.offset, chunk.bytes as usize)
                .await;
            let lease = read.map_err(|error| {
                let doing = format!("cannot read back `{}`", self.shown);
                transport::Error::disk(doing, &error)
            })?;
            if (lease.filled() as u64) < chunk.bytes {
                let told = format!(
                    "what an earlier run left of `{}` became shorter",
                    self.shown
                );
                return Err(Error::Changed(told));
            }
            Ok(lease)
        })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

impl LocalWriter {
    /// Removes what was written.
    fn discard(&self) {
        let staged = self
            .staged
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(staged) = staged {
            staged.discard();
        }
    }
}
