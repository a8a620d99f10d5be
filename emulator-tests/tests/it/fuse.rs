//! File systems that are not like the ones azring is usually run on: they fold names, or tell sizes that are not so.
//!
//! A tree in memory, mounted over `/dev/fuse` by this process. It needs root or `fusermount3` (`scripts/test.sh` installs
//! it); without it a test fails, so that none passes by doing nothing.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use azring_emulator_tests::command::Folder;
use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem,
    FopenFlags, Generation, INodeNo, InitFlags, KernelConfig, LockOwner, OpenFlags, RenameFlags,
    ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyWrite, Request, TimeOrNow, WriteFlags,
};

/// What is special about a file system.
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
#[derive(Clone, Copy)]
pub(crate) struct Habits {
    /// Names with the same key are one name.
    pub(crate) key: fn(&str) -> String,
    /// A folder lists its names as they were given, not as their keys.
    pub(crate) keeps_spelling: bool,
    /// A file can be moved only to where none is (`RENAME_NOREPLACE`).
    pub(crate) knows_noreplace: bool,
    /// What a file of so many bytes says that it has.
    pub(crate) told_bytes: fn(u64) -> u64,
    /// Reads that end behind this byte fail with `EIO`.
    pub(crate) readable_bytes: u64,
    /// The parts of a read around the page cache go on at the same time.
    pub(crate) reads_parts_at_once: bool,
    /// Reads go to the file system and not through the page cache.
    pub(crate) is_direct: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            key: str::to_owned,
            keeps_spelling: true,
            knows_noreplace: true,
            told_bytes: |bytes| bytes,
            readable_bytes: u64::MAX,
            reads_parts_at_once: false,
            is_direct: false,
        }
    }
}

/// A mounted file system; it goes when this is dropped.
pub(crate) struct Mounted {
    place: Folder,
    session: Option<BackgroundSession>,
}

impl Mounted {
    /// Mounts one with these habits and these files, whose names are made as they are.
    pub(crate) fn with(habits: Habits, files: &[(&str, Vec<u8>)]) -> Self {
        let place = Folder::new();
        let system = Memory::new(habits);
        for (name, bytes) in files {
            system.lock().add(ROOT, name, Content::File(bytes.clone()));
        }
        let session = fuser::spawn_mount(system, place.path(), &Config::default()).expect(
            "a FUSE file system can be mounted: it takes root or `fusermount3`, and /dev/fuse",
        );
        Self {
            place,
            session: Some(session),
        }
    }

    /// An empty one.
    pub(crate) fn new(habits: Habits) -> Self {
        Self::with(habits, &[])
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.place.path()
    }

    /// A path below it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            // The test has ended; what is left of the mount goes with its process.
            let _gone = session.umount_and_join();
        }
    }
}

const ROOT: u64 = 1;

/// Nothing is remembered by the kernel: what it sees is what the file system says each time.
const TTL: Duration = Duration::ZERO;

struct Memory(Mutex<Tree>);

struct Tree {
    habits: Habits,
    nodes: BTreeMap<u64, Node>,
    next: u64,
}

struct Node {
    content: Content,
    modified: SystemTime,
}

#[derive(Clone)]
enum Content {
    File(Vec<u8>),
    /// By key: the name as it was given, and the node.
    Folder(BTreeMap<String, (String, u64)>),
}

impl Memory {
    fn new(habits: Habits) -> Self {
        let root = Node {
            content: Content::Folder(BTreeMap::new()),
            modified: SystemTime::now(),
        };
        Self(Mutex::new(Tree {
            habits,
            nodes: BTreeMap::from([(ROOT, root)]),
            next: ROOT + 1,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Tree> {
        self.0.lock().expect("no holder panics")
    }
}

impl Tree {
    fn folder(&mut self, id: u64) -> Result<&mut BTreeMap<String, (String, u64)>, Errno> {
        match self.nodes.get_mut(&id).map(|node| &mut node.content) {
            Some(Content::Folder(names)) => Ok(names),
            Some(Content::File(_)) => Err(Errno::ENOTDIR),
            None => Err(Errno::ENOENT),
        }
    }

    fn file(&mut self, id: u64) -> Result<&mut Vec<u8>, Errno> {
        match self.nodes.get_mut(&id).map(|node| &mut node.content) {
            Some(Content::File(bytes)) => Ok(bytes),
            Some(Content::Folder(_)) => Err(Errno::EISDIR),
            None => Err(Errno::ENOENT),
        }
    }

    fn key(&self, name: &OsStr) -> Result<String, Errno> {
        name.to_str().map(self.habits.key).ok_or(Errno::EINVAL)
    }

    fn find(&mut self, above: u64, name: &OsStr) -> Result<u64, Errno> {
        let key = self.key(name)?;
        let found = self.folder(above)?.get(&key);
        found.map(|(_, id)| *id).ok_or(Errno::ENOENT)
    }

    fn add(&mut self, above: u64, name: &str, content: Content) -> u64 {
        let id = self.next;
        self.next += 1;
        let modified = SystemTime::now();
        self.nodes.insert(id, Node { content, modified });
        let key = (self.habits.key)(name);
        let names = self.folder(above).expect("it is a folder");
        names.insert(key, (name.to_owned(), id));
        id
    }

    fn make(&mut self, above: u64, name: &OsStr, content: Content) -> Result<FileAttr, Errno> {
        if self.find(above, name).is_ok() {
            return Err(Errno::EEXIST);
        }
        let name = name.to_str().ok_or(Errno::EINVAL)?;
        let id = self.add(above, name, content);
        self.attributes(id)
    }

    fn remove(&mut self, above: u64, name: &OsStr) -> Result<(), Errno> {
        let key = self.key(name)?;
        let removed = self.folder(above)?.remove(&key);
        removed.map(drop).ok_or(Errno::ENOENT)
    }

    fn rename(
        &mut self,
        (from, name): (u64, &OsStr),
        (to, new): (u64, &OsStr),
        flags: RenameFlags,
    ) -> Result<(), Errno> {
        let id = self.find(from, name)?;
        let there = self.find(to, new).ok();
        if !flags.is_empty() && !self.habits.knows_noreplace {
            return Err(Errno::EINVAL);
        }
        if flags.contains(RenameFlags::RENAME_NOREPLACE) && there.is_some() {
            return Err(Errno::EEXIST);
        }
        let (old_key, new_key) = (self.key(name)?, self.key(new)?);
        let spelled = new.to_str().ok_or(Errno::EINVAL)?.to_owned();
        if flags.contains(RenameFlags::RENAME_EXCHANGE) {
            let there = there.ok_or(Errno::ENOENT)?;
            self.folder(from)?
                .entry(old_key)
                .and_modify(|entry| entry.1 = there);
            self.folder(to)?
                .entry(new_key)
                .and_modify(|entry| entry.1 = id);
            return Ok(());
        }
        self.folder(from)?.remove(&old_key);
        // A name that is there keeps its spelling.
        let names = self.folder(to)?;
        names.entry(new_key).or_insert((spelled, id)).1 = id;
        Ok(())
    }

    fn attributes(&self, id: u64) -> Result<FileAttr, Errno> {
        let node = self.nodes.get(&id).ok_or(Errno::ENOENT)?;
        let (kind, size, perm) = match &node.content {
            Content::Folder(_) => (FileType::Directory, 0, 0o755),
            Content::File(bytes) => {
                let told = (self.habits.told_bytes)(bytes.len() as u64);
                (FileType::RegularFile, told, 0o644)
            }
        };
        Ok(FileAttr {
            ino: INodeNo(id),
            size,
            blocks: size.div_ceil(512),
            atime: node.modified,
            mtime: node.modified,
            ctime: node.modified,
            crtime: node.modified,
            kind,
            perm,
            nlink: 1,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }

    fn read(&mut self, id: u64, at: u64, bytes: u32) -> Result<Vec<u8>, Errno> {
        let readable = self.habits.readable_bytes;
        let content = self.file(id)?;
        let begin = (at as usize).min(content.len());
        let end = (begin + bytes as usize).min(content.len());
        if end as u64 > readable {
            return Err(Errno::EIO);
        }
        Ok(content[begin..end].to_vec())
    }

    fn open_flags(&self) -> FopenFlags {
        if self.habits.is_direct {
            FopenFlags::FOPEN_DIRECT_IO
        } else {
            FopenFlags::empty()
        }
    }
}

fn answer_entry(reply: ReplyEntry, found: Result<FileAttr, Errno>) {
    match found {
        Ok(attributes) => reply.entry(&TTL, &attributes, Generation(0)),
        Err(errno) => reply.error(errno),
    }
}

fn answer(reply: ReplyEmpty, done: Result<(), Errno>) {
    match done {
        Ok(()) => reply.ok(),
        Err(errno) => reply.error(errno),
    }
}

impl Filesystem for Memory {
    /// Reads around the page cache are cut; libfuse has their parts go on at the same time.
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> std::io::Result<()> {
        if self.lock().habits.reads_parts_at_once {
            let _unknown = config.add_capabilities(InitFlags::FUSE_ASYNC_DIO);
        }
        Ok(())
    }

    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let mut tree = self.lock();
        let found = tree.find(parent.0, name);
        answer_entry(reply, found.and_then(|id| tree.attributes(id)));
    }

    fn getattr(&self, _: &Request, id: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.lock().attributes(id.0) {
            Ok(attributes) => reply.attr(&TTL, &attributes),
            Err(errno) => reply.error(errno),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        id: INodeNo,
        _mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut tree = self.lock();
        if let Some(size) = size
            && let Ok(bytes) = tree.file(id.0)
        {
            bytes.resize(size as usize, 0);
        }
        if let Some(node) = tree.nodes.get_mut(&id.0) {
            match mtime {
                Some(TimeOrNow::SpecificTime(time)) => node.modified = time,
                Some(TimeOrNow::Now) => node.modified = SystemTime::now(),
                None => {}
            }
        }
        match tree.attributes(id.0) {
            Ok(attributes) => reply.attr(&TTL, &attributes),
            Err(errno) => reply.error(errno),
        }
    }

    fn mkdir(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        _mode: u32,
        _umask: u32,
        reply: ReplyEntry,
    ) {
        let folder = Content::Folder(BTreeMap::new());
        answer_entry(reply, self.lock().make(parent.0, name, folder));
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(reply, self.lock().remove(parent.0, name));
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(reply, self.lock().remove(parent.0, name));
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let (from, to) = ((parent.0, name), (new_parent.0, new_name));
        answer(reply, self.lock().rename(from, to, flags));
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), self.lock().open_flags());
    }

    fn read(
        &self,
        _: &Request,
        id: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.lock().read(id.0, offset, size) {
            Ok(bytes) => reply.data(&bytes),
            Err(errno) => reply.error(errno),
        }
    }

    fn write(
        &self,
        _: &Request,
        id: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut tree = self.lock();
        match tree.file(id.0) {
            Ok(bytes) => {
                let end = offset as usize + data.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[offset as usize..end].copy_from_slice(data);
                reply.written(data.len() as u32);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn readdir(
        &self,
        _: &Request,
        id: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let mut tree = self.lock();
        let keeps = tree.habits.keeps_spelling;
        let names = match tree.folder(id.0) {
            Ok(names) => names.clone(),
            Err(errno) => return reply.error(errno),
        };
        for (index, (key, (given, id))) in names.iter().enumerate().skip(offset as usize) {
            let is_folder = matches!(tree.nodes[id].content, Content::Folder(_));
            let kind = if is_folder {
                FileType::Directory
            } else {
                FileType::RegularFile
            };
            let name = if keeps { given } else { key };
            if reply.add(INodeNo(*id), index as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn create(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        _mode: u32,
        _umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        let mut tree = self.lock();
        let flags = tree.open_flags();
        match tree.make(parent.0, name, Content::File(Vec::new())) {
            Ok(attributes) => {
                reply.created(&TTL, &attributes, Generation(0), FileHandle(0), flags);
            }
            Err(errno) => reply.error(errno),
        }
    }
}
