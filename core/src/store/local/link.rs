//! Symbolic links that are stored and made as links: read at a source, made at a target.
//!
//! A link that leads out of the destination is not made, unless the user allows it: what is written through
//! it later, by any program, would change files elsewhere.

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use azring_transport as transport;
use azring_transport::buffer::{Frozen, Lease};
use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::disk::{CompleteFile, FileStamp, FileStat, Replace, Root};
use md5::{Digest as _, Md5 as Md5Hash};
use rustix::fs;

use super::reader::check_version;
use super::remover::open_beneath;
use crate::digest::compare;
use crate::digest::follower::Md5;
use crate::entry::{Entry, EntryName, LINK_TARGET_BYTES_MAX};
use crate::plan::chunks::Chunk;
use crate::store::{Committed, Reader, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// What the kernel says about the link of this name below `root`; `None` where the name is no link.
pub(super) fn find(root: &Path, name: &EntryName) -> io::Result<Option<FileStat>> {
    let (folder, name) = open(root, name)?;
    let facts = FileStat::of_link(&folder, &name)?;
    Ok(facts.is_link.then_some(facts))
}

/// The target of the link of this name that was listed as this entry. Fails with [`Error::Changed`] where it is another.
fn target_of(root: &Path, name: &EntryName, entry: &Entry) -> Result<Vec<u8>> {
    let failed = |error: io::Error| -> Error {
        let doing = format_args!("cannot read the link `{}`", entry.name);
        transport::Error::disk(doing, &error).into()
    };
    let (folder, name) = open(root, name).map_err(failed)?;
    let facts = FileStat::of_link(&folder, &name).map_err(failed)?;
    check_version(entry, &facts)?;
    let target =
        fs::readlinkat(&folder, &*name, Vec::new()).map_err(|errno| failed(errno.into()))?;
    let target = target.into_bytes();
    if target.len() as u64 != entry.bytes {
        return Err(Error::Changed(format!(
            "`{}` has another target than when it was listed",
            entry.name
        )));
    }
    Ok(target)
}

/// The folder of a name, and its last part.
fn open(root: &Path, name: &EntryName) -> io::Result<(std::os::fd::OwnedFd, CString)> {
    let path = Path::new(OsStr::from_bytes(name.as_bytes()));
    let (Some(above), Some(last)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    Ok((open_beneath(root, above)?, CString::new(last.as_bytes())?))
}

/// The MD5 of the target of a link.
pub(super) fn digest(root: &Path, name: &EntryName, entry: &Entry) -> Result<[u8; 16]> {
    Ok(Md5Hash::digest(target_of(root, name, entry)?).into())
}

/// A link whose target is read.
pub(super) struct LinkReader {
    root: PathBuf,
    name: EntryName,
    entry: Entry,
    target: Vec<u8>,
}

impl LinkReader {
    /// Reads the link of this name that was listed as this entry.
    pub(super) fn open(root: &Path, name: EntryName, entry: &Entry) -> Result<Self> {
        Ok(Self {
            root: root.into(),
            target: target_of(root, &name, entry)?,
            name,
            entry: entry.clone(),
        })
    }
}

impl Reader for LinkReader {
    fn read<'a>(
        &'a self,
        _tools: &'a Tools,
        chunk: Chunk,
        mut into: Lease,
    ) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            let (start, bytes) = (chunk.offset as usize, chunk.bytes as usize);
            let part = self.target.get(start..start + bytes);
            into.append(part.ok_or(Error::Stopped)?);
            Ok(into)
        })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            if target_of(&self.root, &self.name, &self.entry)? == self.target {
                return Ok(());
            }
            Err(Error::Changed(format!(
                "`{}` was replaced by another link while it was read",
                self.entry.name
            )))
        })
    }
}

/// A link being made.
pub(super) struct LinkWriter {
    pub(super) folder: Root,
    pub(super) name: OsString,
    /// The name of the link until it is in its place, where a later run must find it.
    pub(super) beside: Option<String>,
    /// Its path below the root.
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) bytes: u64,
    /// The link may lead anywhere.
    pub(super) allows_all: bool,
    pub(super) stamp: FileStamp,
    /// The MD5 that the source stores.
    pub(super) md5: Option<Md5>,
    pub(super) checks_md5: bool,
    pub(super) replace: Replace,
    pub(super) durability: DurabilityQueue,
    pub(super) target: Mutex<Vec<u8>>,
}

impl Writer for LinkWriter {
    fn sends(&self) -> bool {
        false
    }

    fn write<'a>(
        &'a self,
        _tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            if self.bytes > LINK_TARGET_BYTES_MAX {
                return Err(Error::Name(format!(
                    "`{}` cannot be a link: its target has {} bytes, and Linux has room for {LINK_TARGET_BYTES_MAX}",
                    self.shown, self.bytes
                )));
            }
            let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
            target.clear();
            data.runs().for_each(|run| target.extend_from_slice(run));
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.checks_md5 {
                compare::md5(md5, self.md5, &self.shown)?;
            }
            let target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
            let target = OsString::from(OsStr::from_bytes(&target));
            if !self.allows_all && !stays_below(&self.path, Path::new(&target)) {
                return Err(Error::Name(format!(
                    "`{}` is a link to `{}`, which leads out of the destination or may do so, and is not made: allow \
                     such links with `--links unsafe`",
                    self.shown,
                    EntryName::new(target.as_bytes())
                )));
            }
            let beside = self.beside.clone();
            let link = CompleteFile::link(&self.folder, &self.name, beside, &target, &self.stamp)?;
            let (durability, replace) = (self.durability.clone(), self.replace);
            Ok(Committed::Settling(Box::pin(async move {
                Ok(durability.make_durable(link, replace).await?)
            })))
        })
    }
}

/// Whether a link at `path` with this target leads to a place below the root, whatever other links are there.
///
/// The folders above the link are real ones, so `..` at the beginning goes up a known number of levels. After a
/// name it does not: the name may be a link to a folder further up.
fn stays_below(path: &Path, target: &Path) -> bool {
    let mut levels = path.parent().map_or(0, |above| above.components().count());
    let mut is_beginning = true;
    for part in target.components() {
        match part {
            Component::Prefix(_) | Component::RootDir => return false,
            Component::CurDir => {}
            Component::Normal(_) => is_beginning = false,
            Component::ParentDir if !is_beginning || levels == 0 => return false,
            Component::ParentDir => levels -= 1,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_below_the_root_only_if_it_does_so_with_any_other_links() {
        for (path, target, stays) in [
            ("l", "a", true),
            ("l", "a/b", true),
            ("l", "./a", true),
            ("l", ".", true),
            ("l", "..", false),
            ("l", "/", false),
            ("l", "/etc/passwd", false),
            ("l", "../a", false),
            ("d/l", "../a", true),
            ("d/l", "..", true),
            ("d/l", "../../a", false),
            ("d/e/l", "../../a", true),
            ("d/e/l", "./.././../a", true),
            ("d/e/l", "a/../../b", false),
            ("d/l", "a/..", false),
        ] {
            let found = stays_below(Path::new(path), Path::new(target));
            assert_eq!(found, stays, "{path} to {target}");
        }
    }
}
