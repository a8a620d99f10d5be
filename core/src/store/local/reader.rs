//! Reads one file, as a whole or in slices while it is sent.

use azring_transport as transport;
use azring_transport::buffer::Lease;
use azring_transport::disk::{File, FileSlices, FileStat};

use crate::entry::{Entry, Version};
use crate::plan::chunks::Chunk;
use crate::store::{Reader, Step, Tools};
use crate::{Error, Result};

/// The longest chunk that is read as a whole, in bytes. Slices gain nothing for it.
const SLICED_BYTES_MIN: u64 = 256 * 1024;

/// The same for reads around the page cache. There the slices ahead of each request take more memory
/// than usual blocks, and the first use of that memory costs more than slices save: 0.31 s of processor
/// time for each GiB with blocks of 4 MiB, instead of 0.24 s.
const DIRECT_SLICED_BYTES_MIN: u64 = 8 * 1024 * 1024;

/// An open file.
pub(super) struct LocalReader {
    pub(super) file: File,
    /// The file as it was listed.
    pub(super) entry: Entry,
}

impl Reader for LocalReader {
    fn read<'a>(&'a self, tools: &'a Tools, chunk: Chunk, into: Lease) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            let lease = self
                .file
                .read_at(&tools.disk, into, chunk.offset, chunk.bytes as usize)
                .await
                .map_err(|error| {
                    transport::Error::disk(
                        format_args!("cannot read `{}`", self.entry.name),
                        &error,
                    )
                })?;
            if (lease.filled() as u64) < chunk.bytes {
                return Err(Error::Changed(format!(
                    "`{}` became shorter while it was read",
                    self.entry.name
                )));
            }
            Ok(lease)
        })
    }

    fn slices(&self, tools: &Tools, chunk: Chunk) -> Option<FileSlices> {
        let through = (&tools.disk, &tools.pool);
        let shown = self.entry.name.to_string();
        let least = if self.file.is_direct() {
            DIRECT_SLICED_BYTES_MIN
        } else {
            SLICED_BYTES_MIN
        };
        (chunk.bytes > least)
            .then(|| FileSlices::new(&self.file, through, chunk.offset, chunk.bytes, shown))
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let facts = self.file.stat().map_err(|error| {
                transport::Error::disk(format_args!("cannot examine `{}`", self.entry.name), &error)
            })?;
            check_version(&self.entry, &facts)
        })
    }
}

/// A folder, which has no bytes of its own.
pub(super) struct NothingToRead;

impl Reader for NothingToRead {
    fn read<'a>(
        &'a self,
        _tools: &'a Tools,
        _chunk: Chunk,
        into: Lease,
    ) -> Step<'a, Result<Lease>> {
        Box::pin(async { Ok(into) })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

/// Fails with [`Error::Changed`] unless the file is the version that was listed: the same inode, length
/// and modification time.
pub(super) fn check_version(entry: &Entry, facts: &FileStat) -> Result<()> {
    let now = Version::Local {
        modified_ns: facts.modified_ns,
        inode: facts.inode,
    };
    if now == entry.version && facts.bytes == entry.bytes {
        return Ok(());
    }
    let name = &entry.name;
    let what = if facts.bytes == entry.bytes {
        format!("`{name}` was modified since it was listed")
    } else {
        format!(
            "`{name}` had {} bytes when it was listed and has {} now",
            entry.bytes, facts.bytes
        )
    };
    Err(Error::Changed(what))
}
