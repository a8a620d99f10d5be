//! Compares an object with its copy before it is deleted.
//!
//! Every byte of an upload had a checksum that the service compared, and a download is durable under its name
//! before it counts as done. What is left to prove is that the target still has that very version: its entity
//! tag and its length. Where the version is not known, both sides are read and compared.

use crate::digest::crc64;
use crate::entry::Entry;
use crate::plan::chunks::{Chunk, Chunks};
use crate::plan::target_name::TargetName;
use crate::store::{Reader, Source, Target, Tools};
use crate::transfer::{CommitReceipt, CommittedObject};
use crate::{Error, Result, Side};

/// The length of the chunks that are compared, in bytes: the longest range with a checksum of a service.
const CHUNK_BYTES: u64 = 4 << 20;

/// Both ends of a move, and the tools to read them.
pub(super) struct ProofEnds<'a> {
    pub(super) tools: &'a Tools,
    pub(super) source: &'a dyn Source,
    pub(super) target: &'a dyn Target,
}

impl ProofEnds<'_> {
    /// Succeeds when the target has the bytes of the source's object, durably.
    pub(super) async fn prove(&self, committed: &CommittedObject) -> Result<()> {
        let CommittedObject {
            entry,
            target,
            receipt,
        } = committed;
        if *receipt != CommitReceipt::Unknown {
            let stat = self.target.stat(self.tools, target).await;
            let stat = stat.map_err(|error| error.at(Side::Target))?;
            let stat = stat.ok_or_else(|| self.missing(target))?;
            let is_that_version = match receipt {
                CommitReceipt::Version(etag) => stat.version.etag() == Some(etag),
                CommitReceipt::File => true,
                CommitReceipt::Unknown => false,
            };
            if is_that_version && stat.bytes == entry.bytes {
                return Ok(());
            }
        }
        self.compare(entry, target).await
    }

    /// Reads both sides and compares them.
    async fn compare(&self, entry: &Entry, target: &TargetName) -> Result<()> {
        let written = self.target.read_back(self.tools, target).await;
        let written = written.map_err(|error| error.at(Side::Target))?;
        let written = written.ok_or_else(|| self.missing(target))?;
        if written.bytes != entry.bytes {
            return Err(Error::TargetChanged(format!(
                "`{}` has {} bytes and the source has {}: the object stays at the source",
                self.target.shown(target),
                written.bytes,
                entry.bytes
            )));
        }
        let at_source = |error: Error| error.at(Side::Source);
        let reader = self.source.open(self.tools, entry).await;
        let reader = reader.map_err(at_source)?;
        let chunks = Chunks::new(entry.bytes, CHUNK_BYTES);
        let all = (0..chunks.total()).filter_map(|index| chunks.get(index));
        for chunk in all.filter(|chunk| chunk.bytes > 0) {
            let source = self.checksum(&*reader, chunk).await.map_err(at_source)?;
            let target_sum = self.checksum(&*written.reader, chunk).await;
            if source != target_sum.map_err(|error| error.at(Side::Target))? {
                return Err(Error::TargetChanged(format!(
                    "`{}` has other bytes than the source: the object stays at the source",
                    self.target.shown(target)
                )));
            }
        }
        written.reader.finish(self.tools).await?;
        reader.finish(self.tools).await.map_err(at_source)
    }

    async fn checksum(&self, reader: &dyn Reader, chunk: Chunk) -> Result<u64> {
        let lease = self.tools.pool.lease(chunk.bytes as usize).await?;
        let filled = reader.read(self.tools, chunk, lease).await?;
        Ok(crc64::of(filled.runs()))
    }

    fn missing(&self, target: &TargetName) -> Error {
        Error::TargetChanged(format!(
            "`{}` is gone since it was copied: the object stays at the source",
            self.target.shown(target)
        ))
    }
}
