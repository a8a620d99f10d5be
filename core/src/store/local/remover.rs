//! Removes files, or moves them to a folder for the trash, and removes folders that are empty afterwards.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use azring_transport as transport;
use azring_transport::disk::FileStat;
use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::Errno;
use tokio::task::spawn_blocking;

use super::reader::check_version;
use crate::entry::{Entry, EntryName, Layout};
use crate::store::{Removal, Remover, Step, Tools};
use crate::{Error, Result};

/// Removes files below a folder, and the folders that are empty afterwards.
pub struct LocalRemover {
    root: PathBuf,
    /// Files are moved to this folder below the root instead of being removed.
    trash: Option<PathBuf>,
    /// The folders of the files that were removed.
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl LocalRemover {
    /// Removes what a [`LocalSource`](super::LocalSource) of this folder listed.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.into(),
            trash: None,
            folders: Mutex::default(),
        }
    }

    /// The same, and files are moved to this folder below the root instead of being removed.
    #[must_use]
    pub fn with_trash(self, folder: &EntryName) -> Self {
        let folder = OsStr::from_bytes(folder.as_bytes());
        Self {
            trash: Some(folder.into()),
            ..self
        }
    }

    /// Notes the folders of the files that are gone.
    fn note_folders(&self, entries: &[Entry], results: &[Result<Removal>]) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        for (entry, result) in entries.iter().zip(results) {
            let path = Path::new(OsStr::from_bytes(entry.name.as_bytes()));
            if let (Ok(Removal::Removed | Removal::Missing), Some(folder)) = (result, path.parent())
                && !folders.contains(folder)
            {
                folders.insert(folder.into());
            }
        }
    }
}

impl Remover for LocalRemover {
    /// The kernel has no removal with a condition, so each file is inspected immediately before.
    fn remove<'a>(
        &'a self,
        _tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>> {
        let (root, trash) = (self.root.clone(), self.trash.clone());
        let each = entries.to_vec();
        Box::pin(async move {
            let removing = spawn_blocking(move || -> Vec<_> {
                let each = each
                    .iter()
                    .map(|entry| remove(&root, trash.as_deref(), entry));
                each.collect()
            });
            match removing.await {
                Ok(results) => {
                    self.note_folders(entries, &results);
                    results
                }
                Err(broken) => std::panic::resume_unwind(broken.into_panic()),
            }
        })
    }

    fn remove_empty_folders<'a>(&'a self, _tools: &'a Tools) -> Step<'a, ()> {
        let folders =
            std::mem::take(&mut *self.folders.lock().unwrap_or_else(PoisonError::into_inner));
        let root = self.root.clone();
        Box::pin(async move {
            let removing = spawn_blocking(move || {
                for folder in folders.iter().rev() {
                    remove_upwards(&root, folder);
                }
            });
            if let Err(broken) = removing.await {
                std::panic::resume_unwind(broken.into_panic());
            }
        })
    }
}

/// Removes this folder and those above it, as far as they are empty. The root stays.
fn remove_upwards(root: &Path, folder: &Path) {
    let mut folder = folder;
    while let (Some(above), Some(name)) = (folder.parent(), folder.file_name()) {
        let opened = open_beneath(root, above);
        let removed = opened.and_then(|above| fs::unlinkat(above, name, AtFlags::REMOVEDIR));
        if removed.is_err() {
            return;
        }
        folder = above;
    }
}

/// Removes one file, or a link that was listed as such, or moves it to the trash. Another link stays: what was listed is the file that
/// it leads to.
fn remove(root: &Path, trash: Option<&Path>, entry: &Entry) -> Result<Removal> {
    let failed = |errno: Errno| match errno {
        Errno::NOENT | Errno::NOTDIR => Ok(Removal::Missing),
        errno => {
            let doing = format_args!("cannot remove `{}`", entry.name);
            Err(transport::Error::disk(doing, &errno.into()).into())
        }
    };
    let path = Path::new(OsStr::from_bytes(entry.name.as_bytes()));
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Error::Name(format!(
            "`{}` is no name of a file",
            entry.name
        )));
    };
    let folder = match open_beneath(root, above) {
        Ok(folder) => folder,
        Err(errno) => return failed(errno),
    };
    match fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found)
            if entry.kind != Layout::Link
                && FileType::from_raw_mode(found.st_mode) == FileType::Symlink =>
        {
            return Ok(Removal::Kept);
        }
        Ok(_) => {}
        Err(errno) => return failed(errno),
    }
    if !is_listed_version(&folder, name, entry) {
        return Err(Error::TargetChanged(format!(
            "`{}` was changed since it was listed, and is not removed",
            EntryName::new(root.join(path).as_os_str().as_bytes())
        )));
    }
    let gone = match trash {
        None => fs::unlinkat(&folder, name, AtFlags::empty()),
        Some(trash) => {
            let kept = make_folders(root, trash, above).map_err(|errno| {
                let folder = EntryName::new(trash.join(above).as_os_str().as_bytes());
                let doing = format_args!("cannot make the folder `{folder}` of the trash");
                transport::Error::disk(doing, &errno.into())
            })?;
            fs::renameat_with(&folder, name, kept, name, RenameFlags::NOREPLACE)
        }
    };
    match gone {
        Ok(()) => Ok(Removal::Removed),
        Err(errno) => failed(errno),
    }
}

/// Opens the folder of the trash for files of `above`, and makes it where it is missing. The trash itself is
/// its owner's alone, and a folder in it has the permissions of the one that it stands for.
fn make_folders(root: &Path, trash: &Path, above: &Path) -> rustix::io::Result<OwnedFd> {
    let trash_depth = trash.components().count();
    let whole = trash.join(above);
    let mut path = PathBuf::new();
    let mut folder = open_beneath(root, &path)?;
    for (depth, part) in whole.components().enumerate() {
        let original: PathBuf = whole
            .components()
            .take(depth + 1)
            .skip(trash_depth)
            .collect();
        let mode = if original.as_os_str().is_empty() {
            Mode::RWXU
        } else {
            let original = open_beneath(root, &original)?;
            Mode::from_raw_mode(fs::fstat(original)?.st_mode)
                & (Mode::RWXU | Mode::RWXG | Mode::RWXO)
        };
        match fs::mkdirat(&folder, part.as_os_str(), mode) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
        path.push(part);
        folder = open_beneath(root, &path)?;
    }
    Ok(folder)
}

/// Opens a folder below another; no part of its path may be a link or lead out.
pub(super) fn open_beneath(root: &Path, folder: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root = fs::open(root, flags, Mode::empty())?;
    if folder.as_os_str().is_empty() {
        return Ok(root);
    }
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    fs::openat2(root, folder, flags, Mode::empty(), resolve)
}

/// Whether the file is the version that was listed; a broken link is listed without one.
pub(super) fn is_listed_version(folder: &OwnedFd, name: &OsStr, entry: &Entry) -> bool {
    let Ok(name) = std::ffi::CString::new(name.as_bytes()) else {
        return false;
    };
    let stat = if entry.kind == Layout::Link {
        FileStat::of_link(folder, &name).map(|stat| {
            if stat.is_link {
                stat
            } else {
                FileStat::default()
            }
        })
    } else {
        FileStat::at(folder, &name)
    };
    let stat = stat.unwrap_or_default();
    !stat.is_folder && check_version(entry, &stat).is_ok()
}
