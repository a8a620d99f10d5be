//! The store in a folder: each body is a file of its own, removed when nothing refers to it any
//! more.
//!
//! A body is written to its file before it is acknowledged, so it survives the death of the
//! process. The journal records which object has which file.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Extent, Removals, Store};
use crate::emulator::digest::{ChecksumSet, Digester, Digests};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Piece;
use crate::emulator::http::stored_file::StoredFile;

/// Stores bodies in files.
#[derive(Debug)]
pub struct FolderStore {
    folder: PathBuf,
    next: AtomicU64,
    /// Files stay when their extents are dropped before [`FolderStore::begin`], and when the
    /// emulator ends.
    removals: Arc<Removals>,
}

/// One body's file.
#[derive(Debug)]
struct BodyFile {
    path: PathBuf,
    id: u64,
    length: u64,
    removals: Arc<Removals>,
}

impl StoredFile for BodyFile {
    fn id(&self) -> u64 {
        self.id
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }
}

impl Drop for BodyFile {
    fn drop(&mut self) {
        self.removals.remove(std::mem::take(&mut self.path));
    }
}

impl FolderStore {
    /// A store in this folder, which is created if it is missing.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut last = 0;
        for entry in fs::read_dir(folder)? {
            last = last.max(id_of(&entry?.path()).unwrap_or(0));
        }
        let removals = Arc::<Removals>::default();
        removals.keep_files(true);
        Ok(Self {
            folder: folder.to_owned(),
            next: AtomicU64::new(last + 1),
            removals,
        })
    }

    /// The removals of its files, which changes hold until they are recorded.
    pub fn removals(&self) -> Arc<Removals> {
        Arc::clone(&self.removals)
    }

    /// The body of this number, or an error when its file is missing or has another length.
    pub fn find(&self, id: u64, length: u64) -> io::Result<Extent> {
        let path = self.path(id);
        if fs::metadata(&path)?.len() != length {
            return Err(io::Error::other(format!(
                "`{}` does not have {length} bytes",
                path.display()
            )));
        }
        Ok(self.extent_of(id, length))
    }

    /// Begins to remove files with their extents, and removes all but these: the others were never
    /// acknowledged.
    pub fn begin(&self, used: &HashSet<u64>) -> io::Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if id_of(&path).is_some_and(|id| !used.contains(&id)) {
                fs::remove_file(&path)?;
            }
        }
        self.removals.keep_files(false);
        Ok(())
    }

    fn path(&self, id: u64) -> PathBuf {
        self.folder.join(format!("{id:016x}"))
    }

    fn extent_of(&self, id: u64, length: u64) -> Extent {
        Extent::File(Arc::new(BodyFile {
            path: self.path(id),
            id,
            length,
            removals: Arc::clone(&self.removals),
        }))
    }

    /// Creates a file, which `write` fills. A file that is not filled to its end is removed.
    fn create<T>(
        &self,
        length: u64,
        write: impl FnOnce(&mut File) -> ServiceResult<T>,
    ) -> ServiceResult<(Extent, T)> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut file = File::create_new(self.path(id)).map_err(failed)?;
        // From here on the file is removed with its extent.
        let extent = self.extent_of(id, length);
        let made = write(&mut file)?;
        Ok((extent, made))
    }
}

impl Store for FolderStore {
    fn take(&self, body: &mut Body<'_>, wanted: ChecksumSet) -> ServiceResult<(Extent, Digests)> {
        self.create(body.left(), |file| {
            let mut digester = Digester::new(wanted);
            body.each_piece(|piece| {
                digester.update(piece);
                file.write_all(piece).map_err(failed)
            })?;
            Ok(digester.finish())
        })
    }

    fn put(&self, pieces: &[Piece]) -> ServiceResult<Extent> {
        let length = pieces.iter().map(Piece::length).sum();
        let (extent, ()) = self.create(length, |file| {
            let mut written = Ok(());
            for piece in pieces {
                piece
                    .read(|bytes| {
                        if written.is_ok() {
                            written = file.write_all(bytes);
                        }
                    })
                    .map_err(failed)?;
            }
            written.map_err(failed)
        })?;
        Ok(extent)
    }

    fn keeps_bytes(&self) -> bool {
        true
    }

    fn close(&self) {
        self.removals.keep_files(true);
    }
}

fn id_of(path: &Path) -> Option<u64> {
    u64::from_str_radix(path.file_name()?.to_str()?, 16).ok()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what map_err hands over"
)]
fn failed(error: io::Error) -> Refusal {
    Refusal::internal(format!("The emulator's folder cannot be written: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_removed_with_its_last_owner_but_not_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        store.begin(&HashSet::new()).unwrap();
        let count = || fs::read_dir(folder.path()).unwrap().count();
        let extent = store.put(&[Piece::Zeros(10)]).unwrap();
        let shared = extent.clone();
        drop(extent);
        assert_eq!(count(), 1);
        drop(shared);
        assert_eq!(count(), 0);
        let kept = store.put(&[Piece::Zeros(10)]).unwrap();
        store.close();
        drop(kept);
        let again = FolderStore::open(folder.path()).unwrap();
        assert_eq!(again.find(2, 10).unwrap().length(), 10);
    }
}
