//! A part of a file that is read while it is sent.
//!
//! A request's body need not be in memory as a whole. [`FileSlices`] names a part of a file. Every
//! attempt to send it begins its own [`SliceReader`], which gives one slice after the other and
//! gets the memory back when the socket has taken the bytes. So a request of any length holds a
//! slice or two, and the slices are still in the processor's cache when they are sent.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Disk, File};
use crate::buffer::{Frozen, Lease, Pool, SLICE_BYTES};
use crate::{Error, Kind, Result};

/// The size of a slice that comes from the page cache, in bytes. It is copied twice and should be
/// in a processor's cache the second time. Smaller slices make the copies cheaper but wake the peer
/// more often (256 KiB to 2 MiB take the same processor time over loopback, within the noise).
const CACHED_SLICE_BYTES: usize = 512 * 1024;

/// How many slices are read ahead, once a read has to wait.
const AHEAD_MAX: usize = 3;

/// Bytes of a file that are read when they are needed, any number of times. Cloning is cheap.
#[derive(Clone)]
pub struct FileSlices {
    file: File,
    disk: Disk,
    pool: Pool,
    at: u64,
    bytes: u64,
    shown: String,
}

impl FileSlices {
    /// `bytes` bytes of the file from offset `at` on, read through memory of this pool. Errors call
    /// the file `shown`.
    pub fn new(
        file: &File,
        (disk, pool): (&Disk, &Pool),
        at: u64,
        bytes: u64,
        shown: String,
    ) -> Self {
        Self {
            file: file.clone(),
            disk: disk.clone(),
            pool: pool.clone(),
            at,
            bytes,
            shown,
        }
    }

    /// The length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Begins at the first byte. It does not read yet.
    pub(crate) fn begin(self) -> SliceReader {
        let ahead_max = if self.file.is_direct() { AHEAD_MAX } else { 0 };
        SliceReader {
            slices: self,
            begun: 0,
            under_way: VecDeque::new(),
            ahead_max,
        }
    }

    fn slice_bytes(&self) -> usize {
        if self.file.is_direct() {
            SLICE_BYTES
        } else {
            CACHED_SLICE_BYTES
        }
    }

    /// Reads the slice that begins `from` bytes after the first byte. The file must still have all
    /// of it.
    async fn read(self, from: u64, bytes: usize, lease: Option<Lease>) -> Result<Frozen> {
        let lease = match lease {
            Some(lease) => lease,
            None => self.pool.slice().await,
        };
        let read = self.file.read_at(&self.disk, lease, self.at + from, bytes);
        let filled = read
            .await
            .map_err(|error| Error::disk(format_args!("cannot read `{}`", self.shown), &error))?;
        if filled.filled() < bytes {
            let message = format!("`{}` became shorter while it was read", self.shown);
            return Err(Error::new(Kind::Shortened, message));
        }
        Ok(filled.freeze())
    }
}

impl fmt::Debug for FileSlices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSlices")
            .field("at", &self.at)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// Reads the slices one after the other. Dropping it stops the reads.
pub(crate) struct SliceReader {
    slices: FileSlices,
    /// How many bytes are being read or have been read.
    begun: u64,
    under_way: VecDeque<SliceRead>,
    ahead_max: usize,
}

enum SliceRead {
    Pending(Pin<Box<dyn Future<Output = Result<Frozen>>>>),
    Done(Result<Frozen>),
}

impl SliceReader {
    /// The next slice; `None` after the last.
    ///
    /// Only the next slice waits for memory. Slices ahead of it take memory that is free. So
    /// whoever waits for memory here has none, and whoever has memory waits only for its disk and
    /// its peer.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frozen>>> {
        self.begin_more(cx);
        let Some(next) = self.under_way.front_mut() else {
            return Poll::Ready(None);
        };
        let ready = match next {
            SliceRead::Pending(read) => read.as_mut().poll(cx),
            SliceRead::Done(_) => match self.under_way.pop_front() {
                Some(SliceRead::Done(result)) => return Poll::Ready(Some(result)),
                _ => return Poll::Ready(None),
            },
        };
        match ready {
            Poll::Ready(result) => {
                self.under_way.pop_front();
                Poll::Ready(Some(result))
            }
            Poll::Pending => {
                self.ahead_max = AHEAD_MAX;
                Poll::Pending
            }
        }
    }

    fn begin_more(&mut self, cx: &mut Context<'_>) {
        while self.begun < self.slices.bytes && self.under_way.len() <= self.ahead_max {
            let lease = self.slices.pool.slice_if_free();
            if lease.is_none() && !self.under_way.is_empty() {
                return;
            }
            let rest = self.slices.bytes - self.begun;
            let bytes = rest.min(self.slices.slice_bytes() as u64);
            let slices = self.slices.clone();
            let mut read = Box::pin(slices.read(self.begun, bytes as usize, lease));
            self.begun += bytes;
            // A read begins when it is polled.
            self.under_way.push_back(match read.as_mut().poll(cx) {
                Poll::Ready(result) => SliceRead::Done(result),
                Poll::Pending => SliceRead::Pending(read),
            });
        }
    }
}

impl fmt::Debug for SliceReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SliceReader")
            .field("slices", &self.slices)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}
