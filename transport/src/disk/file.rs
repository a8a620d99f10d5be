//! One open file, read and written at positions, by any worker.
//!
//! A short read or write continues where it stopped. A file that goes around the page cache
//! (`O_DIRECT`) is read in whole pages. Its last page is written whole and cut to length when the
//! file is finished.

use std::ffi::CStr;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{self, FallocateFlags, OFlags, Timespec, Timestamps, XattrFlags};
use rustix::io::{Errno, ReadWriteFlags};

use super::root::FileStat;
use super::{Disk, OperationPermit, in_thread, ring};
use crate::buffer::{Frozen, Lease, PAGE_BYTES};

/// Files of at least this size are read around the page cache.
const DIRECT_BYTES_MIN: u64 = 4 << 20;

/// Whether a file's bytes go through the page cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Decided by size and page cache: a large file that is not cached goes around the page cache.
    Auto,
    /// Through the page cache.
    Cached,
    /// Around the page cache, where the file system can.
    Direct,
    /// The file is in memory and nowhere else: a read does not wait.
    Memory,
    /// Through the page cache, by plain calls of a thread. For FUSE: on a ring, the kernel (6.18)
    /// reports a full buffer where a read around the page cache failed in the middle.
    Plain,
}

/// How much space a new file takes from the file system before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocation {
    /// All that it will need, so that a full disk is noticed before anything is transferred. A file
    /// of one small write takes the space with that write.
    Whole,
    /// None: what is never written stays a hole.
    OnWrite,
}

/// An open file. It may be used by several workers at once; it closes when the last operation on it
/// is done.
#[derive(Debug, Clone)]
pub struct File {
    descriptor: Arc<OwnedFd>,
    is_direct: bool,
    is_in_memory: bool,
    is_plain: bool,
}

impl File {
    /// A file to read, of `bytes` bytes.
    pub fn to_read(descriptor: OwnedFd, bytes: u64, caching: Caching) -> Self {
        let wants_direct = match caching {
            Caching::Auto => bytes >= DIRECT_BYTES_MIN && !is_cached(&descriptor, bytes),
            Caching::Cached | Caching::Memory | Caching::Plain => false,
            Caching::Direct => true,
        };
        let is_direct = wants_direct && set_direct(&descriptor, true).is_ok();
        Self {
            descriptor: Arc::new(descriptor),
            is_direct,
            is_in_memory: caching == Caching::Memory,
            is_plain: caching == Caching::Plain,
        }
    }

    /// A new file to write, which will be `bytes` long.
    pub fn to_write(
        descriptor: OwnedFd,
        bytes: u64,
        room: Allocation,
        caching: Caching,
    ) -> io::Result<Self> {
        if room == Allocation::OnWrite {
            fs::ftruncate(&descriptor, bytes)?;
        } else if bytes > INLINE_BYTES_MAX as u64 {
            match fs::fallocate(&descriptor, FallocateFlags::empty(), 0, bytes) {
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        let wants_direct = match caching {
            Caching::Auto => bytes >= DIRECT_BYTES_MIN,
            Caching::Cached | Caching::Memory | Caching::Plain => false,
            Caching::Direct => true,
        };
        let is_direct = wants_direct && set_direct(&descriptor, true).is_ok();
        Ok(Self {
            descriptor: Arc::new(descriptor),
            is_direct,
            is_in_memory: caching == Caching::Memory,
            is_plain: caching == Caching::Plain,
        })
    }

    /// The file goes around the page cache.
    pub fn is_direct(&self) -> bool {
        self.is_direct
    }

    /// The descriptor, for calls that take one.
    pub(super) fn descriptor(&self) -> &OwnedFd {
        &self.descriptor
    }

    /// What the kernel says about it now.
    pub fn stat(&self) -> io::Result<FileStat> {
        FileStat::of_open(&*self.descriptor)
    }

    /// Fills the lease with `bytes` bytes from offset `at`, or with what the file has there.
    pub async fn read_at(
        &self,
        disk: &Disk,
        lease: Lease,
        at: u64,
        bytes: usize,
    ) -> io::Result<Lease> {
        let mut lease = lease;
        let mut got = 0;
        while got < bytes {
            let (result, back) = self
                .read_some(disk, lease, got, bytes - got, at + got as u64)
                .await;
            lease = back;
            match result {
                Ok(0) => break,
                Ok(count) => got += count,
                Err(error) if self.may_go_on(&error) => {}
                Err(error) => return Err(error),
            }
            if self.is_direct && got < bytes && !got.is_multiple_of(PAGE_BYTES) {
                // Around the page cache, only the end of a file is not a whole page. A read through
                // the page cache shows where the end is.
                let _cached_already = set_direct(&*self.descriptor, false);
            }
        }
        lease.set_filled(got.min(bytes));
        Ok(lease)
    }

    /// One read within one slot of the lease, from its byte `from` on.
    async fn read_some(
        &self,
        disk: &Disk,
        mut lease: Lease,
        from: usize,
        bytes: usize,
        at: u64,
    ) -> (io::Result<usize>, Lease) {
        let bytes = if self.is_direct {
            bytes.next_multiple_of(PAGE_BYTES)
        } else {
            bytes
        };
        if self.is_in_memory {
            // Such a file system does not know `RWF_NOWAIT`, and a read does not wait there.
            let result = rustix::io::pread(&*self.descriptor, lease.room(from, bytes), at);
            return (result.map_err(io::Error::from), lease);
        }
        if !self.is_direct
            && let Some(count) = read_cached(&self.descriptor, lease.room(from, bytes), at)
        {
            return (Ok(count), lease);
        }
        let permit = disk.permit().await;
        let (result, lease) = if disk.is_ring() && !self.is_plain {
            let is_known = self.is_direct && disk.knows(lease.layout(), from, bytes);
            let (result, lease) =
                ring::read(&self.descriptor, lease, (from, bytes), at, is_known).await;
            (result.map(|count| count as usize), lease)
        } else {
            let descriptor = Arc::clone(&self.descriptor);
            in_thread(move || {
                let result = rustix::io::pread(&*descriptor, lease.room(from, bytes), at);
                (result.map_err(io::Error::from), lease)
            })
            .await
        };
        ended(permit, &result);
        (result, lease)
    }

    /// Writes the whole buffer at offset `at`. Around the page cache the last page is written
    /// whole; [`File::cut`] sets the file's length later.
    pub async fn write_at(&self, disk: &Disk, frozen: Frozen, at: u64) -> io::Result<()> {
        let mut frozen = frozen;
        let total = if self.is_direct {
            frozen.bytes().next_multiple_of(PAGE_BYTES)
        } else {
            frozen.bytes()
        };
        let mut put = 0;
        while put < total {
            let (result, back) = self
                .write_some(disk, frozen, put, total - put, at + put as u64)
                .await;
            frozen = back;
            match result {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => put += count,
                Err(error) if self.may_go_on(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn write_some(
        &self,
        disk: &Disk,
        frozen: Frozen,
        from: usize,
        bytes: usize,
        at: u64,
    ) -> (io::Result<usize>, Frozen) {
        if frozen.bytes() <= INLINE_BYTES_MAX {
            let result = rustix::io::pwrite(&*self.descriptor, frozen.padded(from, bytes), at);
            return (result.map_err(io::Error::from), frozen);
        }
        let permit = disk.permit().await;
        let (result, frozen) = if disk.is_ring() && !self.is_plain {
            let is_known = self.is_direct && disk.knows(frozen.layout(), from, bytes);
            let (result, frozen) =
                ring::write(&self.descriptor, frozen, (from, bytes), at, is_known).await;
            (result.map(|count| count as usize), frozen)
        } else {
            let descriptor = Arc::clone(&self.descriptor);
            in_thread(move || {
                let result = rustix::io::pwrite(&*descriptor, frozen.padded(from, bytes), at);
                (result.map_err(io::Error::from), frozen)
            })
            .await
        };
        ended(permit, &result);
        (result, frozen)
    }

    /// Whether an operation that failed like this is tried again. It was interrupted, or the file
    /// system accepted `O_DIRECT` and refuses this operation, and the file goes through the page
    /// cache from now on.
    fn may_go_on(&self, error: &io::Error) -> bool {
        match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock => true,
            io::ErrorKind::InvalidInput if self.is_direct => {
                fs::fcntl_getfl(&*self.descriptor).is_ok_and(|flags| flags.contains(OFlags::DIRECT))
                    && set_direct(&*self.descriptor, false).is_ok()
            }
            _ => false,
        }
    }

    /// Makes its data and length durable. A failure is final: the kernel may have dropped what it
    /// could not write, and would report success the second time (fsync(2), "Errors").
    pub fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&*self.descriptor)?)
    }

    /// Makes its data durable, and the metadata that is needed to find it (fdatasync(2)). A failure
    /// is as final as that of [`File::sync`].
    pub fn sync_data(&self) -> io::Result<()> {
        Ok(fs::fdatasync(&*self.descriptor)?)
    }

    /// Stores an extended attribute with it. Fails with `EOPNOTSUPP` where the file system keeps none.
    pub fn set_attribute(&self, name: &CStr, value: &[u8]) -> io::Result<()> {
        Ok(fs::fsetxattr(
            &*self.descriptor,
            name,
            value,
            XattrFlags::empty(),
        )?)
    }

    /// Gives the file its exact length.
    pub fn cut(&self, bytes: u64) -> io::Result<()> {
        Ok(fs::ftruncate(&*self.descriptor, bytes)?)
    }
}

/// This modification time, and now as the access time.
pub(super) fn modified_at(modified: SystemTime) -> Timestamps {
    let last_access = Timespec {
        tv_sec: 0,
        tv_nsec: fs::UTIME_NOW,
    };
    Timestamps {
        last_access,
        last_modification: timespec(modified),
    }
}

/// The time as the kernel takes it: nanoseconds count forwards, also before 1970.
pub(super) fn timespec(time: SystemTime) -> Timespec {
    let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (since.as_secs() as i64, i64::from(since.subsec_nanos())),
        Err(before) => {
            let before = before.duration();
            match i64::from(before.subsec_nanos()) {
                0 => (-(before.as_secs() as i64), 0),
                part => (-(before.as_secs() as i64) - 1, 1_000_000_000 - part),
            }
        }
    };
    Timespec {
        tv_sec: seconds,
        tv_nsec: nanoseconds,
    }
}

/// Counts an operation that has ended.
fn ended(permit: Option<OperationPermit>, result: &io::Result<usize>) {
    if let Some(permit) = permit {
        permit.end(*result.as_ref().unwrap_or(&0));
    }
}

/// Smaller writes go into the page cache at once: handing them to the ring would cost more.
const INLINE_BYTES_MAX: usize = 64 * 1024;

/// Reads what the page cache has, without waiting for the disk; `None` when it does not have the
/// first byte. `RWF_NOWAIT`, preadv2(2).
fn read_cached(file: &OwnedFd, room: &mut [u8], at: u64) -> Option<usize> {
    rustix::io::preadv2(
        file,
        &mut [IoSliceMut::new(room)],
        at,
        ReadWriteFlags::NOWAIT,
    )
    .ok()
}

/// Probes a few places. A file that was just written or read is in the page cache everywhere.
fn is_cached(file: &OwnedFd, bytes: u64) -> bool {
    const PROBES: u64 = 8;
    (0..PROBES).all(|probe| {
        let at = bytes / PROBES * probe;
        read_cached(file, &mut [0], at).is_some()
    })
}

/// Switches `O_DIRECT` on or off. File systems without it refuse.
fn set_direct(file: impl AsFd, on: bool) -> io::Result<()> {
    let mut flags = fs::fcntl_getfl(&file)?;
    flags.set(OFlags::DIRECT, on);
    Ok(fs::fcntl_setfl(&file, flags)?)
}
