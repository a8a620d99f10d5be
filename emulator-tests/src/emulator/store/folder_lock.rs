//! The lock of a folder store: one emulator at a time uses a folder.
//!
//! Two processes that write one journal lose each other's records, and each removes bodies that
//! only the other one refers to. The lock is `flock(2)` on a file of its own, so that the kernel
//! releases it when the process ends, however it ends.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// The file that is locked. It stays in the folder; it has no content.
const NAME: &str = "lock";

/// A folder that only this process uses, until the value is dropped.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
}

impl FolderLock {
    /// Locks the folder, which is created if it is missing.
    ///
    /// Fails at once when another emulator holds the lock.
    pub fn take(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(NAME))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { file }),
            Err(Errno::WOULDBLOCK) => Err(io::Error::other(
                "another emulator uses it; end that one, or name another folder",
            )),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child of this process has a copy of the descriptor from
        // its fork(2) until its execve(2), and the lock stays as long as any copy is open.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_locked_until_its_owner_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();
        let refusal = FolderLock::take(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("another emulator uses it"), "{refusal}");
        drop(first);
        FolderLock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_copy_of_the_descriptor_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FolderLock::take(folder.path()).unwrap();
        let _copy = lock.file.try_clone().unwrap();
        drop(lock);
        FolderLock::take(folder.path()).unwrap();
    }
}
