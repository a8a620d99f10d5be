//! Writes one file: beside its place, and then into it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use azring_transport as transport;
use azring_transport::buffer::{Frozen, Lease};
use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::disk::{File, FileStamp, Replace, StagedFile};

use super::durable_chunks::DurableChunks;
use super::smb;
use crate::digest::compare;
use crate::digest::follower::Md5;
use crate::entry::SmbProperties;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::chunks::Chunk;
use crate::store::{Committed, Reader, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// A file being written, under another name until it is complete.
pub(super) struct LocalWriter {
    pub(super) file: File,
    pub(super) staged: Mutex<Option<StagedFile>>,
    /// The chunks that an earlier run left.
    pub(super) kept_chunks: ChunkRuns,
    /// Reads these chunks back.
    pub(super) kept: KeptReader,
    /// Makes chunks durable for a later run, where there is a journal.
    pub(super) durable: Option<DurableChunks>,
    /// The path of the file, for messages.
    pub(super) shown: String,
    pub(super) bytes: u64,
    /// The times, owner and permissions that the file gets; without a time that of writing.
    pub(super) stamp: FileStamp,
    /// The attributes and times of Windows that the file gets.
    pub(super) smb: Option<Box<SmbProperties>>,
    /// Set where the file system refuses to keep them.
    pub(super) lacks_attributes: Arc<AtomicBool>,
    /// The MD5 that the source stores.
    pub(super) md5: Option<Md5>,
    pub(super) checks_md5: bool,
    pub(super) replace: Replace,
    pub(super) durability: DurabilityQueue,
    /// Other machines write to the same file, and the commit is not this writer's.
    pub(super) is_shared: bool,
}

impl Writer for LocalWriter {
    fn sends(&self) -> bool {
        false
    }

    fn has(&self, index: u32) -> bool {
        self.kept_chunks.contains(index)
    }

    fn kept(&self) -> Option<&dyn Reader> {
        Some(&self.kept)
    }

    fn suspend<'a>(&'a self, error: &'a Error) -> Step<'a, ()> {
        Box::pin(async move {
            let Some(durable) = &self.durable else { return };
            durable.finish().await;
            // Bytes of another version, or bytes that may be wrong, are not continued.
            let is_wrong = matches!(error, Error::Changed(_) | Error::Integrity(_));
            if !self.is_shared && (is_wrong || durable.failure().is_some()) {
                self.discard();
            }
        })
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            // It keeps its memory while it waits, so that no more arrives than is made durable.
            if let Some(durable) = &self.durable {
                durable.room().await;
            }
            self.file
                .write_at(&tools.disk, data, chunk.offset)
                .await
                .map_err(|error| {
                    transport::Error::disk(format_args!("cannot write `{}`", self.shown), &error)
                })?;
            if let Some(durable) = &self.durable {
                durable.written(chunk);
                durable.failure().map_or(Ok(()), Err)?;
            }
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn keep_part<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            if let Some(durable) = &self.durable {
                durable.finish().await;
                durable.failure().map_or(Ok(()), Err)?;
            }
            let staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner);
            // A part that is written late must not change the time of the file, which may be complete by now.
            match &*staged {
                Some(staged) => Ok(staged.set_modified(self.stamp.modified)?),
                None => Ok(()),
            }
        })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.checks_md5
                && let Err(error) = compare::md5(md5, self.md5, &self.shown)
            {
                // A later run fetches the file anew.
                self.discard();
                return Err(error);
            }
            if let Some(error) = self.durable.as_ref().and_then(DurableChunks::failure) {
                return Err(error);
            }
            let staged = self
                .staged
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .ok_or(Error::Stopped)?;
            self.store_attributes()?;
            let complete = staged.complete_with(self.bytes, &self.stamp)?;
            let (durability, replace) = (self.durability.clone(), self.replace);
            Ok(Committed::Settling(Box::pin(async move {
                Ok(durability.make_durable(complete, replace).await?)
            })))
        })
    }
}

/// Reads back what an earlier run left of a file.
pub(super) struct KeptReader {
    pub(super) file: File,
    pub(super) shown: String,
}

impl Reader for KeptReader {
    fn read<'a>(&'a self, tools: &'a Tools, chunk: Chunk, into: Lease) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            let read = self
                .file
                .read_at(&tools.disk, into, chunk.offset, chunk.bytes as usize)
                .await;
            let lease = read.map_err(|error| {
                let doing = format!("cannot read back `{}`", self.shown);
                transport::Error::disk(doing, &error)
            })?;
            if (lease.filled() as u64) < chunk.bytes {
                let what = format!("the partial file of `{}` has become shorter", self.shown);
                return Err(Error::Changed(what));
            }
            Ok(lease)
        })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

impl LocalWriter {
    /// Stores the attributes of Windows, where the file system keeps them.
    fn store_attributes(&self) -> Result<()> {
        let Some(smb) = &self.smb else { return Ok(()) };
        match smb::store(&self.file, smb) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                self.lacks_attributes.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => {
                let doing = format!("cannot store the Windows attributes of `{}`", self.shown);
                Err(transport::Error::disk(doing, &error).into())
            }
        }
    }

    /// Removes what was written.
    fn discard(&self) {
        let staged = self
            .staged
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(staged) = staged {
            staged.discard();
        }
    }
}
