//! A folder that names below it cannot lead out of.

use std::ffi::{CStr, CString, OsStr};
use std::fmt::Display;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{
    self, AtFlags, FileType, Mode, OFlags, ResolveFlags, SeekFrom, Stat, StatxFlags, XattrFlags,
};
use rustix::io::Errno;

use super::file::modified_at;
use super::file_system::{FileSystemKind, FileSystemKinds};
use super::name_folding::{self, FolderNames, TakenNames};
use super::{Caching, Disk, File, FileStamp, in_thread, ring};
use crate::descriptor::{is_shortage_number, retry_open_blocking};
use crate::{Error, Result};

/// What the kernel says about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a separate fact from the kernel"
)]
pub struct FileStat {
    /// Its length in bytes.
    pub bytes: u64,
    /// When it was last modified, nanoseconds since 1970.
    pub modified_ns: i128,
    /// Its inode number.
    pub inode: u64,
    /// Its device.
    pub device: u64,
    /// An ordinary file: not a folder, pipe, socket or device.
    pub is_file: bool,
    /// A disk or a partition. Its length is known once it is open.
    pub is_block_device: bool,
    /// A folder.
    pub is_folder: bool,
    /// A symbolic link, which was not followed.
    pub is_link: bool,
    /// Nobody may write to it, by its mode.
    pub is_read_only: bool,
}

impl FileStat {
    pub(super) fn of(stat: &Stat) -> Self {
        let kind = FileType::from_raw_mode(stat.st_mode);
        Self {
            bytes: stat.st_size as u64,
            modified_ns: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
            inode: stat.st_ino,
            device: stat.st_dev,
            is_file: kind == FileType::RegularFile,
            is_block_device: kind == FileType::BlockDevice,
            is_folder: kind == FileType::Directory,
            is_link: kind == FileType::Symlink,
            is_read_only: stat.st_mode & 0o222 == 0,
        }
    }

    /// What the kernel says about a name in an open folder; a link is followed.
    pub fn at(folder: impl AsFd, name: &CStr) -> io::Result<Self> {
        Ok(Self::of(&fs::statat(folder, name, AtFlags::empty())?))
    }

    /// The same of the link itself, where the name is a link.
    pub fn of_link(folder: impl AsFd, name: &CStr) -> io::Result<Self> {
        let stat = fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Self::of(&stat))
    }

    /// What the kernel says about a path; a link is followed, and nothing is opened.
    pub fn of_path(path: &Path) -> io::Result<Self> {
        Ok(Self::of(&fs::statat(fs::CWD, path, AtFlags::empty())?))
    }

    /// What the kernel says about an open file.
    pub fn of_open(file: impl AsFd) -> io::Result<Self> {
        let stat = Self::of(&fs::fstat(&file)?);
        if !stat.is_block_device {
            return Ok(stat);
        }
        // The kernel reports a length of 0. The end of the device is found by seeking (lseek(2)).
        let bytes = fs::seek(&file, SeekFrom::End(0))?;
        Ok(Self { bytes, ..stat })
    }

    /// When it was last modified.
    pub fn modified(&self) -> SystemTime {
        let ns = self.modified_ns.unsigned_abs();
        let span = Duration::new((ns / 1_000_000_000) as u64, (ns % 1_000_000_000) as u32);
        if self.modified_ns < 0 {
            UNIX_EPOCH - span
        } else {
            UNIX_EPOCH + span
        }
    }
}

/// An open folder. The kernel resolves names below it with `openat2(2)`.
#[derive(Debug, Clone)]
pub struct Root {
    folder: Arc<OwnedFd>,
    path: Arc<Path>,
    /// Its device, and the kind of file system there.
    device: Option<u64>,
    system: FileSystemKind,
    /// The kinds of other devices that were found below.
    others: Arc<FileSystemKinds>,
    /// Files can be made here without a name, which they get later.
    names_files: bool,
    /// How the folder treats names; `None` where nothing is written.
    names: Option<FolderNames>,
}

/// The folder in which the kernel shows the open files of this process.
const OPEN_FILES: &str = "/proc/self/fd";

/// No part of a name may lead out, be a link, or be one of the special links of `/proc`.
const BENEATH: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS);

impl Root {
    /// Opens an existing folder. A link to a folder is followed, because the user named it.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder =
            fs::open(path, flags, Mode::empty()).map_err(|errno| cannot("open", path, errno))?;
        Ok(Self::of(folder, path.into()))
    }

    fn of(folder: OwnedFd, path: Arc<Path>) -> Self {
        let system = FileSystemKind::of(&folder);
        Self {
            device: fs::fstat(&folder).ok().map(|stat| stat.st_dev),
            system,
            others: Arc::default(),
            names_files: system == FileSystemKind::Memory && Path::new(OPEN_FILES).exists(),
            folder: Arc::new(folder),
            path,
            names: None,
        }
    }

    /// The same folder as a target, where `taken` holds the used names. Probes how the folder
    /// treats names.
    #[must_use]
    pub fn with_taken_names(self, taken: &Arc<TakenNames>) -> Self {
        self.with_names(taken, None)
    }

    /// The same; `folds` says whether the folder folds names, where that is known.
    fn with_names(mut self, taken: &Arc<TakenNames>, folds: Option<bool>) -> Self {
        let folds = folds.unwrap_or_else(|| name_folding::folds(&self));
        if folds && let Ok(stat) = FileStat::of_open(&*self.folder) {
            taken.enter(&stat, &self.path);
        }
        self.names = Some(FolderNames {
            taken: Arc::clone(taken),
            folds,
        });
        self
    }

    /// A folder that was opened below this one; `is_new`: this process made it.
    fn below(&self, folder: OwnedFd, path: PathBuf, is_new: bool) -> Self {
        let root = Self::of(folder, path.into());
        match &self.names {
            None => root,
            // A folder inherits the settings of the folder in which it is made. Only one that
            // existed may have others.
            Some(names) => root.with_names(&names.taken, (is_new && !names.folds).then_some(false)),
        }
    }

    /// How the folder treats names.
    pub(super) fn names(&self) -> Option<&FolderNames> {
        self.names.as_ref()
    }

    /// Whether the file found under this name belongs to this name, as far as can be known. False
    /// where it is spelled otherwise and an earlier run may have written it: then its bytes are
    /// compared later.
    ///
    /// Fails when it belongs to another object of this run, whose name the folder treats as the
    /// same.
    pub fn check_name(&self, name: &OsStr, stat: &FileStat) -> Result<bool> {
        let Some(names) = self.names.as_ref().filter(|names| names.folds) else {
            return Ok(true);
        };
        match names.taken.occupant(self, name, stat) {
            Some(other) if names.taken.has_written(&other) => {
                Err(super::staged::folded(self, name, &other))
            }
            Some(_) => Ok(false),
            None => Ok(true),
        }
    }

    /// Records that this file system cannot create a name exclusively; causes one notice.
    pub(super) fn note_no_exclusive_create(&self) {
        if let Some(names) = &self.names {
            names.taken.note_no_exclusive_create(&self.path);
        }
    }

    /// Opens a folder, making it and the folders above it where they are missing.
    pub fn open_or_make(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(|error| {
            Error::disk(format_args!("cannot make `{}`", path.display()), &error)
        })?;
        Self::open(path)
    }

    /// Identifies this folder among others, also of the same name: device, inode and time of birth.
    pub fn identity(&self) -> Result<String> {
        let cannot = |error| cannot("look at", &self.path, error);
        let device = fs::fstat(&self.folder).map_err(cannot)?.st_dev;
        let wanted = StatxFlags::INO | StatxFlags::BTIME;
        let found = fs::statx(&self.folder, c"", AtFlags::EMPTY_PATH, wanted).map_err(cannot)?;
        let birth = found.stx_btime;
        Ok(format!(
            "{device:x}.{:x}.{:x}.{:x}",
            found.stx_ino, birth.tv_sec, birth.tv_nsec
        ))
    }

    /// The path it was opened by, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file below that was opened to be read, with the caching that suits its file system.
    ///
    /// Fails when the file holds more than its size says. Where sizes may be wrong, one byte after
    /// the end is read. A file that the kernel makes up while it is read has a size of 0.
    pub async fn reading(
        &self,
        file: OwnedFd,
        stat: &FileStat,
        shown: &dyn Display,
    ) -> Result<File> {
        let system = self.system_of(stat.device, &file);
        let file = match system {
            FileSystemKind::Memory | FileSystemKind::Disk if stat.bytes > 0 => file,
            FileSystemKind::Memory
            | FileSystemKind::Disk
            | FileSystemKind::Fuse
            | FileSystemKind::Other => Box::pin(check_size(file, stat.bytes, shown)).await?,
        };
        let caching = match system {
            FileSystemKind::Memory if stat.is_file => Caching::Memory,
            FileSystemKind::Fuse => Caching::Plain,
            // A device file in memory leads to a disk.
            FileSystemKind::Memory | FileSystemKind::Disk | FileSystemKind::Other => Caching::Auto,
        };
        Ok(File::to_read(file, stat.bytes, caching))
    }

    /// The kind of file system that a file of this device is on.
    pub(super) fn system_of(&self, device: u64, file: impl AsFd) -> FileSystemKind {
        if self.device == Some(device) {
            self.system
        } else {
            self.others.of(device, file)
        }
    }

    /// The caching for a file in this folder, where nothing else is asked for.
    pub(super) fn caching(&self, wanted: Caching) -> Caching {
        match (self.system, wanted) {
            (FileSystemKind::Fuse, Caching::Auto) => Caching::Plain,
            _ => wanted,
        }
    }

    /// Opens an ordinary file or a disk below, to read. Links to files are followed. The call does
    /// not block on pipes and other devices, and refuses them.
    ///
    /// A file that the kernel has cached is opened at once. Otherwise the ring or a thread waits
    /// for the disk.
    pub async fn open_to_read(&self, disk: &Disk, relative: &Path) -> Result<(OwnedFd, FileStat)> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let name = c_path(relative)?;
        let opened = match fs::openat2(
            &*self.folder,
            &name,
            flags,
            Mode::empty(),
            ResolveFlags::CACHED,
        ) {
            Ok(file) => Ok(file),
            // Rare, and a large future: it is boxed, so that the futures of small files stay small.
            Err(_) => Box::pin(self.open_slowly(disk, name, flags)).await,
        };
        let file = opened.map_err(|error| self.cannot("open", relative, &error))?;
        let stat =
            FileStat::of_open(&file).map_err(|error| self.cannot("examine", relative, &error))?;
        if !stat.is_file && !stat.is_block_device {
            let error = io::Error::other("not an ordinary file");
            return Err(self.cannot("read", relative, &error));
        }
        Ok((file, stat))
    }

    async fn open_slowly(&self, disk: &Disk, name: CString, flags: OFlags) -> io::Result<OwnedFd> {
        if disk.is_ring() {
            return ring::open(
                &self.folder,
                name,
                flags,
                Mode::empty(),
                ResolveFlags::empty(),
            )
            .await;
        }
        let folder = Arc::clone(&self.folder);
        in_thread(move || fs::openat(&*folder, &name, flags, Mode::empty()))
            .await
            .map_err(io::Error::from)
    }

    /// The file at `relative`, where nothing on the way is a link; `None` when there is none.
    pub fn stat_beneath(&self, relative: &Path) -> Result<Option<FileStat>> {
        self.stat_with(relative, OFlags::PATH | OFlags::CLOEXEC)
    }

    /// The same, where the last part may be a link, which is not followed.
    pub fn stat_link_beneath(&self, relative: &Path) -> Result<Option<FileStat>> {
        // With both flags a link at the end is opened itself, also with `RESOLVE_NO_SYMLINKS` (openat2(2)).
        self.stat_with(relative, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC)
    }

    fn stat_with(&self, relative: &Path, flags: OFlags) -> Result<Option<FileStat>> {
        match fs::openat2(&*self.folder, relative, flags, Mode::empty(), BENEATH) {
            Ok(found) => {
                let stat = FileStat::of_open(&found);
                let stat = stat.map_err(|error| self.cannot("examine", relative, &error))?;
                Ok(Some(stat))
            }
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(self.cannot("examine", relative, &errno.into())),
        }
    }

    /// Opens the folder at `relative`, to look at it or to change its properties; `None` where there is
    /// none, or a file. Nothing on the way may be a link. It is no target for files.
    pub fn existing_folder_beneath(&self, relative: &Path) -> Result<Option<Root>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match fs::openat2(&*self.folder, relative, flags, Mode::empty(), BENEATH) {
            Ok(folder) => Ok(Some(Self::of(folder, self.path.join(relative).into()))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(self.cannot("open", relative, &errno.into())),
        }
    }

    /// Stores an extended attribute with the folder, or replaces it (`fsetxattr(2)`).
    pub fn set_attribute(&self, name: &CStr, value: &[u8]) -> io::Result<()> {
        let flags = XattrFlags::empty();
        Ok(fs::fsetxattr(&*self.folder, name, value, flags)?)
    }

    /// Sets the folder's owner, permissions and times.
    pub fn stamp(&self, stamp: &FileStamp) -> io::Result<()> {
        stamp.apply(&*self.folder)
    }

    /// Sets the folder's modification time (`futimens(3)`); its access time becomes now.
    pub fn set_modified(&self, modified: SystemTime) -> io::Result<()> {
        let times = modified_at(modified);
        Ok(fs::futimens(&*self.folder, &times)?)
    }

    /// Opens the folder at `relative` (empty: this folder) and makes what is missing. Nothing on
    /// the way may be a link. Each part is made below the part before it, so that a name never
    /// leads out.
    pub fn folder_beneath(&self, relative: &Path) -> Result<Root> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        if relative.as_os_str().is_empty() {
            return Ok(self.clone());
        }
        let path = self.path.join(relative);
        match fs::openat2(&*self.folder, relative, flags, Mode::empty(), BENEATH) {
            Ok(folder) => return Ok(self.below(folder, path, false)),
            Err(Errno::NOENT) => {}
            Err(errno) => return Err(self.cannot("open", relative, &errno.into())),
        }
        let (Some(above), Some(name)) = (relative.parent(), relative.file_name()) else {
            return Err(self.cannot("make", relative, &Errno::XDEV.into()));
        };
        let parent = self.folder_beneath(above)?;
        let is_new = match fs::mkdirat(&*parent.folder, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(errno) => return Err(self.cannot("make", relative, &errno.into())),
        };
        let folder = fs::openat2(&*parent.folder, name, flags, Mode::empty(), BENEATH)
            .map_err(|errno| self.cannot("open", relative, &errno.into()))?;
        Ok(parent.below(folder, path, is_new))
    }

    /// Makes a new file directly in this folder, which must not exist yet.
    pub(super) fn create_new(&self, name: &str) -> io::Result<OwnedFd> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        Ok(fs::openat2(
            &*self.folder,
            name,
            flags,
            Mode::from_raw_mode(0o666),
            BENEATH,
        )?)
    }

    /// Makes a new file in this folder without a name (`O_TMPFILE`, open(2)). [`Root::name`] gives
    /// it one. `None` where that is not known to work or does not help: a file on a disk needs a
    /// name until it is durable.
    pub(super) fn create_unnamed(&self) -> Option<OwnedFd> {
        if !self.names_files {
            return None;
        }
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(0o666);
        fs::openat2(&*self.folder, c".", flags, mode, BENEATH).ok()
    }

    /// Gives a file without a name this one, if it is free (linkat(2)).
    pub(super) fn name(&self, file: impl AsFd, name: &OsStr) -> io::Result<()> {
        match fs::linkat(&file, c"", &*self.folder, name, AtFlags::EMPTY_PATH) {
            // Before Linux 6.10 this needs a privilege. The other way does not.
            Err(Errno::NOENT) => {
                let open = format!("{OPEN_FILES}/{}", file.as_fd().as_raw_fd());
                let flags = AtFlags::SYMLINK_FOLLOW;
                Ok(fs::linkat(fs::CWD, open, &*self.folder, name, flags)?)
            }
            named => Ok(named?),
        }
    }

    /// Opens an existing file directly in this folder to read and write it, if it is an ordinary
    /// file of this user with no other name; `None` where there is no such file. A link is not
    /// followed, a pipe does not block.
    pub(super) fn open_own(&self, name: &Path) -> io::Result<Option<OwnedFd>> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match fs::openat2(&*self.folder, name, flags, Mode::empty(), BENEATH) {
            Ok(file) => file,
            Err(
                Errno::NOENT
                | Errno::LOOP
                | Errno::XDEV
                | Errno::ISDIR
                | Errno::NXIO
                | Errno::ACCESS,
            ) => {
                return Ok(None);
            }
            Err(errno) => return Err(errno.into()),
        };
        let stat = fs::fstat(&file)?;
        let is_ours = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
            && stat.st_uid == rustix::process::geteuid().as_raw()
            && stat.st_nlink == 1;
        Ok(is_ours.then_some(file))
    }

    /// Removes a file directly in this folder; a missing one is no error.
    pub(super) fn remove(&self, name: &str) {
        let _gone_or_never_there = fs::unlinkat(&*self.folder, name, AtFlags::empty());
    }

    /// Makes a file directly in this folder durable. Blocks, also while there is no descriptor for
    /// it.
    pub(super) fn sync_file(&self, name: &str) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let open = || fs::openat2(&*self.folder, name, flags, Mode::empty(), BENEATH);
        let is_shortage = |errno: &Errno| is_shortage_number(errno.raw_os_error());
        let file = retry_open_blocking(is_shortage, open)?;
        Ok(fs::fsync(&file)?)
    }

    /// The folder is in memory and lost with the power: nothing in it can be made durable.
    pub(super) fn is_in_memory(&self) -> bool {
        self.system == FileSystemKind::Memory
    }

    /// The device that holds this folder.
    pub(super) fn device(&self) -> io::Result<u64> {
        Ok(fs::fstat(&*self.folder)?.st_dev)
    }

    /// The descriptor, for calls that take one.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.folder.as_fd()
    }

    fn cannot(&self, what: &str, relative: &Path, error: &io::Error) -> Error {
        let path = self.path.join(relative);
        let refused = matches!(Errno::from_io_error(error), Some(Errno::LOOP | Errno::XDEV));
        if refused {
            let text = "the name leads out of the destination, or through a symbolic link, which is not followed there";
            return Error::disk(
                format_args!("cannot {what} `{}`", shown(&path)),
                &io::Error::other(text),
            );
        }
        Error::disk(format_args!("cannot {what} `{}`", shown(&path)), error)
    }
}

/// Reads one byte after the end. It may wait for the program or server of the file system.
async fn check_size(file: OwnedFd, bytes: u64, shown: &dyn Display) -> Result<OwnedFd> {
    let (file, more) = in_thread(move || {
        let more = rustix::io::retry_on_intr(|| rustix::io::pread(&file, &mut [0][..], bytes));
        (file, more)
    })
    .await;
    let error = match more {
        Ok(0) => return Ok(file),
        Ok(_) => io::Error::other(format!(
            "its size is {bytes} bytes according to the file system, but it holds more, so its real size is unknown: \
             copy it through a pipe instead (`cat FILE | azring --destination URL`)"
        )),
        Err(errno) => errno.into(),
    };
    Err(Error::disk(format_args!("cannot read `{shown}`"), &error))
}

fn cannot(what: &str, path: &Path, errno: Errno) -> Error {
    Error::disk(
        format_args!("cannot {what} `{}`", shown(path)),
        &errno.into(),
    )
}

/// A path for a message: control characters escaped.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy()
        .chars()
        .map(|character| {
            if character.is_control() {
                character.escape_default().to_string()
            } else {
                character.to_string()
            }
        })
        .collect()
}

fn c_path(relative: &Path) -> Result<CString> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(relative.as_os_str().as_bytes()).map_err(|_| {
        Error::disk(
            format_args!("cannot open `{}`", shown(relative)),
            &io::Error::other("the name has a NUL byte"),
        )
    })
}
