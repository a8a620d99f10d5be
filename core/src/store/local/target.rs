//! A folder as a target.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use azring_transport as transport;
use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::disk::{
    Allocation, Caching, FileStamp, FileStat, Replace, Root, StagedFile, TakenNames, part_name,
};
use md5::{Digest as _, Md5 as Md5Hash};
use tokio::sync::OnceCell;

use super::durable_chunks::DurableChunks;
use super::link::LinkWriter;
use super::list::entry_of;
use super::name::LocalNaming;
use super::posix::Restoration;
use super::reader::LocalReader;
use super::rules;
use super::set_time::{has_other_properties, set_time};
use super::shortage::or_later;
use super::smb;
use super::writer::{KeptReader, LocalWriter};
use crate::entry::{Entry, EntryName, Layout, Version};
use crate::options::{DownloadOptions, LinkForm, Links, PosixOptions};
use crate::plan::Task;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::chunks::CHUNK_BYTES_MIN;
use crate::plan::history::Notes;
use crate::plan::part::ObjectPart;
use crate::plan::replace::Replace as Planned;
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::nothing_to_write::NothingToWrite;
use crate::store::{
    ChunkPlan, PartSupport, Stat, Step, Target, TargetForm, Tools, Writer, WrittenObject,
};
use crate::{Error, Result};

/// The size of a chunk, in bytes: the longest range that a service gives a checksum for.
const CHUNK_BYTES: u64 = 4 << 20;

/// The descriptors of an object until it is in its place.
const FILE_AND_FOLDER: u32 = 2;

/// A folder to copy to.
pub struct LocalTarget {
    path: PathBuf,
    root: OnceCell<Root>,
    folders: Mutex<HashMap<PathBuf, Root>>,
    taken: Arc<TakenNames>,
    folders_max: usize,
    landing: DownloadOptions,
    links: Links,
    restoration: Restoration,
    checks_md5: bool,
    durability: DurabilityQueue,
    /// Set once the file system has refused Windows attributes.
    lacks_attributes: Arc<AtomicBool>,
    /// The notice about that was given.
    noted_attributes: AtomicBool,
}

impl LocalTarget {
    /// The folder at `path`, which is made when the copy begins if it is missing.
    ///
    /// Up to `folders_max` folders below it stay open. A few are enough, because files of one folder come
    /// one after the other.
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
            links: Links::default(),
            restoration: Restoration::new(PosixOptions::default()),
            checks_md5,
            durability,
            lacks_attributes: Arc::default(),
            noted_attributes: AtomicBool::new(false),
        }
    }

    /// The same, where this becomes of objects that are symbolic links.
    #[must_use]
    pub fn with_links(self, links: Links) -> Self {
        Self { links, ..self }
    }

    /// The same, where these properties of files are restored.
    #[must_use]
    pub fn restoring(self, options: PosixOptions) -> Self {
        Self {
            restoration: Restoration::new(options),
            ..self
        }
    }

    /// The folder, if it exists. A preview inspects it and does not make it.
    fn root_if_there(&self) -> Option<Root> {
        match self.root.get() {
            Some(root) => Some(root.clone()),
            None => Root::open(&self.path).ok(),
        }
    }

    fn root(&self) -> Result<&Root> {
        self.root.get().ok_or(Error::Stopped)
    }

    /// The folder at `relative`, which is made if it is missing. Takes it from the open ones if it is
    /// among them.
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

    /// Whether the file at this path has this very name, as far as is known ([`Root::check_name`]).
    ///
    /// Fails when it is the file of another object, whose name the file system takes for the same.
    fn check_name(&self, path: &Path, facts: &FileStat) -> Result<bool> {
        if !self.taken.is_watched() || !facts.is_file || self.root.get().is_none() {
            return Ok(true);
        }
        let folder = self.folder(path.parent().unwrap_or(Path::new("")))?;
        Ok(folder.check_name(path.file_name().unwrap_or_default(), facts)?)
    }

    /// Makes the folder of a directory mark, if it is missing.
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

    fn form(&self, kind: Layout) -> TargetForm {
        TargetForm {
            layout: None,
            makes_folders: true,
            shortens_links: self.links.form() == Some(LinkForm::Suffix),
            parts: match kind {
                Layout::Folder | Layout::Link => PartSupport::None,
                Layout::Plain | Layout::Pages | Layout::Appended => PartSupport::Hidden,
            },
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
            let look = async || {
                Ok(if self.links.keeps() {
                    root.stat_link_beneath(path)?
                } else {
                    root.stat_beneath(path)?
                })
            };
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

    fn read_back<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
    ) -> Step<'a, Result<Option<WrittenObject>>> {
        Box::pin(async move {
            let found = self.stat(tools, name).await?;
            let (Some(root), Some(_)) = (self.root_if_there(), found) else {
                return Ok(None);
            };
            let (descriptor, facts) = root.open_to_read(&tools.disk, name.as_path()).await?;
            let entry = entry_of(EntryName::new(name.as_bytes()), &facts);
            let file = root.reading(descriptor, &facts, &entry.name).await?;
            Ok(Some(WrittenObject {
                bytes: facts.bytes,
                reader: Arc::new(LocalReader { file, entry }),
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
        let mut notices = self.taken.notices();
        notices.extend(self.restoration.notices());
        if self.lacks_attributes.load(Ordering::Relaxed)
            && !self.noted_attributes.swap(true, Ordering::Relaxed)
        {
            notices.push(format!(
                "the file system of `{}` keeps no extended attributes: the files get their last-write times, but \
                 neither their Windows attributes nor their creation times",
                self.path.display()
            ));
        }
        notices
    }

    fn forget(&self, job: &str, name: &TargetName) {
        let path = name.as_path();
        let part = part_of(job, self.landing.part_of, name.as_bytes());
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

    fn keep_directory<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a TargetName,
        directory: &'a Entry,
    ) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let path = name.as_path();
            let keep = async || {
                self.close_folders();
                let Some(root) = self.root_if_there() else {
                    return Ok(());
                };
                let Some(folder) = root.existing_folder_beneath(path)? else {
                    return Ok(());
                };
                self.keep_in(&folder, directory).map_err(|error| {
                    let shown = self.shown(name);
                    let doing = format!("cannot store the attributes and times of `{shown}`");
                    transport::Error::disk(doing, &error).into()
                })
            };
            or_later(keep().await, keep).await
        })
    }

    fn can_set_time(&self) -> bool {
        true
    }

    fn set_time<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a TargetName,
        entry: &'a Entry,
    ) -> Step<'a, Result<bool>> {
        Box::pin(async move {
            let stamp = self.restoration.stamp(entry, Some(entry.modified));
            set_time(&self.path, name.as_path(), entry, &stamp)
        })
    }

    fn lacks_properties(&self, name: &TargetName, source: &Entry, found: &Entry) -> Result<bool> {
        if found.kind == Layout::Link {
            return Ok(false);
        }
        let stamp = self.restoration.stamp(source, None);
        has_other_properties(&self.path, name.as_path(), &stamp)
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
        if task.entry.kind == Layout::Link {
            return Ok(Arc::new(self.link(task, folder, name)));
        }
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
        let (staged, kept_chunks) = stage(task, &folder, &name, room, self.landing.part_of)?;
        let durable = task
            .history
            .notes
            .as_ref()
            .filter(|_| task.chunks.total() > 1)
            .map(|notes| DurableChunks::new(&shown, staged.file(), notes, &self.durability));
        let writer: Arc<dyn Writer> = Arc::new(LocalWriter {
            kept: KeptReader {
                file: staged.file().clone(),
                shown: shown.clone(),
            },
            file: staged.file().clone(),
            staged: Mutex::new(Some(staged)),
            kept_chunks,
            durable,
            shown,
            bytes: task.entry.bytes,
            stamp: self.stamp(&task.entry),
            smb: task.entry.smb.clone(),
            lacks_attributes: Arc::clone(&self.lacks_attributes),
            md5: task.entry.md5,
            checks_md5: self.checks_md5_of(&task.entry),
            replace: replace(task),
            durability: self.durability.clone(),
            is_shared: !task.commits(),
        });
        Ok(writer)
    }

    /// The link that an object becomes.
    fn link(&self, task: &Task, folder: Root, name: OsString) -> LinkWriter {
        let notes = task.history.notes.as_ref();
        LinkWriter {
            folder,
            name,
            beside: notes
                .map(|notes| part_of(notes.job(), self.landing.part_of, task.target.as_bytes())),
            path: task.target.as_path().into(),
            shown: self.shown(&task.target),
            bytes: task.entry.bytes,
            allows_all: matches!(self.links, Links::Unsafe(_)),
            stamp: self.stamp(&task.entry),
            md5: task.entry.md5,
            checks_md5: self.checks_md5_of(&task.entry),
            replace: replace(task),
            durability: self.durability.clone(),
            target: Mutex::default(),
        }
    }

    /// The times, owner and permissions that a file gets; without a time that of writing.
    fn stamp(&self, entry: &Entry) -> FileStamp {
        let modified = match &entry.smb {
            Some(smb) => Some(smb.last_write),
            None => self.landing.keep_modified.then_some(entry.modified),
        };
        self.restoration.stamp(entry, modified)
    }

    /// Stores what is kept of a directory with an open folder.
    fn keep_in(&self, folder: &Root, directory: &Entry) -> io::Result<()> {
        if let Some(smb) = &directory.smb
            && !smb::store_with_folder(folder, smb)?
        {
            self.lacks_attributes.store(true, Ordering::Relaxed);
        }
        folder.stamp(&self.restoration.stamp(directory, None))
    }

    fn checks_md5_of(&self, entry: &Entry) -> bool {
        self.checks_md5 && (entry.md5.is_some() || !self.landing.allows_missing_md5)
    }

    /// Closes the folders that no file needs now.
    fn close_folders(&self) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.clear();
    }
}

/// Whether an earlier run moved the complete and durable file to its place, and was interrupted before it
/// recorded that.
fn is_in_place(task: &Task, folder: &Root, name: &OsStr) -> Result<bool> {
    let begun = task.history.earlier.as_deref();
    let Some((identity, _)) = begun.and_then(|begun| begun.of(&task.chunks)) else {
        return Ok(false);
    };
    Ok(StagedFile::is_placed(folder, name, identity)?)
}

/// What the file may replace at its place.
fn replace(task: &Task) -> Replace {
    match task.replace {
        Planned::Nothing => Replace::Nothing,
        Planned::Only(Version::Local { modified_ns, inode }) => {
            Replace::Seen { inode, modified_ns }
        }
        Planned::Only(Version::Service(_)) | Planned::Anything => Replace::Anything,
    }
}

/// The part file, and the chunks that an earlier run left in it.
///
/// With a journal its name is the same in each run, so that a later run finds it. That run continues the
/// file, or removes it where it cannot be trusted or is too short.
fn stage(
    task: &Task,
    folder: &Root,
    name: &OsStr,
    room: Allocation,
    worker: u64,
) -> Result<(StagedFile, ChunkRuns)> {
    let bytes = task.entry.bytes;
    if let (Some(part), Some(notes)) = (task.part, &task.history.notes) {
        return stage_part(task, (part, notes), folder, name, room);
    }
    let Some(notes) = &task.history.notes else {
        let staged = StagedFile::create(folder, name, bytes, room, Caching::Auto)?;
        return Ok((staged, ChunkRuns::default()));
    };
    let beside = part_of(notes.job(), worker, task.target.as_bytes());
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

/// The same for an object that several machines write: all write to one part file, which the commit moves.
fn stage_part(
    task: &Task,
    (part, notes): (ObjectPart, &Notes),
    folder: &Root,
    name: &OsStr,
    room: Allocation,
) -> Result<(StagedFile, ChunkRuns)> {
    let bytes = task.entry.bytes;
    let beside = part_of(&format!("{:016x}", part.object), 0, task.target.as_bytes());
    let begun = task.history.earlier.as_deref();
    if let Some((identity, durable)) = begun.and_then(|begun| begun.of(&task.chunks))
        && let Some(staged) = StagedFile::reopen(
            folder,
            name,
            &beside,
            identity,
            bytes,
            room,
            Caching::Cached,
        )?
    {
        return Ok((staged, durable.clone()));
    }
    // A commit that finds no part file copies the object anew.
    let staged = StagedFile::join(folder, name, &beside, bytes, room)?;
    notes.started(&task.chunks, staged.identity()?);
    Ok((staged, ChunkRuns::default()))
}

/// The name of the part file of a target, the same in each run of the job, or of this worker of a shard.
fn part_of(job: &str, worker: u64, target: &[u8]) -> String {
    // Not a matter of security: the folder is the user's own, and links are not followed.
    let digest: [u8; 16] = Md5Hash::digest(target).into();
    let digest = u64::from_le_bytes(std::array::from_fn(|index| digest[index]));
    part_name(job, digest ^ worker)
}
