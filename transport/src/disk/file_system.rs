//! The kind of file system that a file is on.
//!
//! It answers only what a trial cannot show: whether files are lost with the power, whether the
//! kernel passes on the error of every read, and whether a file's size is what can be read.

use std::collections::HashMap;
use std::os::fd::AsFd;
use std::sync::{Mutex, PoisonError};

use rustix::fs;

/// The kinds of file systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileSystemKind {
    /// Files are in memory.
    Memory,
    /// Files are on a disk of this machine: their sizes are right.
    Disk,
    /// A program implements it (FUSE).
    Fuse,
    /// Any other: a network, or the kernel itself (`/proc`, `/sys`).
    Other,
}

// The types that `statfs(2)` returns.
const MEMORY: [i64; 2] = [0x0102_1994, 0x8584_58f6];
const FUSE: i64 = 0x6573_5546;
/// ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs, overlayfs, squashfs, EROFS.
const DISK: [i64; 9] = [
    0xef53,
    0x5846_5342,
    0x9123_683e,
    0xf2f5_2010,
    0x2fc1_2fc1,
    0xca45_1a4e,
    0x794c_7630,
    0x7371_7368,
    0xe0f5_e1e2,
];

impl FileSystemKind {
    /// The kind that this open file is on.
    pub(super) fn of(file: impl AsFd) -> Self {
        match fs::fstatfs(file).map(|system| system.f_type & 0xffff_ffff) {
            Ok(FUSE) => Self::Fuse,
            Ok(kind) if MEMORY.contains(&kind) => Self::Memory,
            Ok(kind) if DISK.contains(&kind) => Self::Disk,
            Ok(_) | Err(_) => Self::Other,
        }
    }
}

/// The kinds of the devices that were found below a folder. Something else may be mounted there, or
/// linked to.
#[derive(Debug, Default)]
pub(super) struct FileSystemKinds(Mutex<HashMap<u64, FileSystemKind>>);

impl FileSystemKinds {
    /// The kind of this device, on which `file` is.
    pub(super) fn of(&self, device: u64, file: impl AsFd) -> FileSystemKind {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known
            .entry(device)
            .or_insert_with(|| FileSystemKind::of(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_makes_up_is_not_taken_for_a_disk() {
        let kind = |path: &str| FileSystemKind::of(std::fs::File::open(path).unwrap());
        assert_eq!(kind("/proc/version"), FileSystemKind::Other);
        assert_eq!(kind("/dev/shm"), FileSystemKind::Memory);
    }
}
