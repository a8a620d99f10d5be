//! The target of a verification: it writes nothing, and compares what it receives with what it reads.
//!
//! A chunk of the source has given its memory back before memory for the target's chunk is asked for, so that
//! every task holds one piece of memory at most. Checksums are compared (CRC-64); where they differ, the first
//! byte that differs is looked for when all chunks were read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use azring_transport::buffer::{Frozen, Lease};

use super::pairs::Sides;
use crate::digest::crc64;
use crate::digest::follower::Md5;
use crate::entry::{Entry, EntryName, Layout};
use crate::plan::Task;
use crate::plan::chunks::{Chunk, Chunks};
use crate::plan::target_name::{MappedName, TargetName};
use crate::report::ContentDifference;
use crate::store::local::rules::RANGES;
use crate::store::{
    ChunkPlan, Committed, PartSupport, Reader, Receipt, Source, Stat, Step, Sums, Target,
    TargetForm, Tools, Writer,
};
use crate::{Error, Result, Side};

/// The length of a chunk, in bytes: the longest range with a checksum of a service.
pub(super) const CHUNK_BYTES: u64 = 4 << 20;

/// The length of the pieces in which the first byte that differs is looked for.
const PIECE_BYTES: u64 = 256 << 10;

/// A side that is read and compared.
pub(super) struct ComparingTarget {
    source: Arc<dyn Source>,
    target: Arc<dyn Source>,
    /// The target's objects of the tasks that have no writer yet.
    expected: Mutex<HashMap<TargetName, Entry>>,
}

impl ComparingTarget {
    pub(super) fn new(sides: &Sides) -> Self {
        Self {
            source: Arc::clone(&sides.source),
            target: Arc::clone(&sides.target),
            expected: Mutex::default(),
        }
    }

    /// The object that the task of this name is compared with.
    pub(super) fn expect(&self, name: &TargetName, entry: Entry) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.insert(name.clone(), entry);
    }

    fn take(&self, name: &TargetName) -> Option<Entry> {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.remove(name)
    }
}

impl Target for ComparingTarget {
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        Ok(MappedName::unchanged(TargetName::new(entry.as_bytes())))
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        self.name(name)
    }

    fn form(&self, _kind: Layout) -> TargetForm {
        TargetForm {
            layout: None,
            makes_folders: false,
            shortens_links: false,
            parts: PartSupport::None,
            pieces: ChunkPlan {
                rule: RANGES,
                chunk_bytes: CHUNK_BYTES,
                chunk_bytes_min: CHUNK_BYTES,
                with_holes: false,
            },
        }
    }

    fn prepare<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn stat<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async { Ok(None) })
    }

    fn shown(&self, name: &TargetName) -> String {
        name.to_string()
    }

    fn descriptors(&self) -> u32 {
        // The source is opened once more where contents differ.
        self.target.descriptors() + self.source.descriptors()
    }

    fn create<'a>(&'a self, tools: &'a Tools, task: &'a Task) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            let target = self.take(&task.target).ok_or(Error::Stopped)?;
            let opened = self.target.open(tools, &target).await;
            let writer: Arc<dyn Writer> = Arc::new(ComparingWriter {
                source: Arc::clone(&self.source),
                entry: task.entry.clone(),
                chunks: task.chunks.clone(),
                target: opened.map_err(|error| error.at(Side::Target))?,
                differing: AtomicU32::new(u32::MAX),
            });
            Ok(writer)
        })
    }
}

/// One object that is compared.
struct ComparingWriter {
    source: Arc<dyn Source>,
    entry: Entry,
    chunks: Chunks,
    target: Arc<dyn Reader>,
    /// The first chunk that is known to differ; the largest number where none is.
    differing: AtomicU32,
}

impl ComparingWriter {
    async fn read_target(&self, tools: &Tools, chunk: Chunk) -> Result<Lease> {
        let lease = tools.pool.lease(chunk.bytes as usize).await?;
        let read = self.target.read(tools, chunk, lease).await;
        read.map_err(|error| error.at(Side::Target))
    }

    /// The offset of the first byte of this chunk that differs; `None` if none does.
    async fn first_difference(&self, tools: &Tools, chunk: Chunk) -> Result<Option<u64>> {
        let source = self.source.open(tools, &self.entry).await?;
        let mut offset = chunk.offset;
        while offset < chunk.end() {
            let piece = Chunk {
                index: chunk.index,
                offset,
                bytes: PIECE_BYTES.min(chunk.end() - offset),
            };
            let lease = tools.pool.lease(piece.bytes as usize).await?;
            let read = source.read(tools, piece, lease).await?;
            let expected: Vec<u8> = read.runs().flatten().copied().collect();
            drop(read);
            let found = self.read_target(tools, piece).await?;
            let mut both = expected.iter().zip(found.runs().flatten());
            if let Some(at) = both.position(|(one, other)| one != other) {
                return Ok(Some(offset + at as u64));
            }
            offset += piece.bytes;
        }
        Ok(None)
    }
}

impl Writer for ComparingWriter {
    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            let receipt = Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            };
            let sum = sums.crc64.unwrap_or_else(|| crc64::of(data.runs()));
            drop(data);
            let is_needless = self.differing.load(Ordering::Relaxed) < chunk.index;
            if !is_needless {
                let found = self.read_target(tools, chunk).await?;
                if crc64::of(found.runs()) != sum {
                    self.differing.fetch_min(chunk.index, Ordering::Relaxed);
                }
            }
            Ok(receipt)
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, _md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            let differing = self.differing.load(Ordering::Relaxed);
            if let Some(chunk) = self.chunks.get(differing).filter(|_| differing != u32::MAX) {
                let at = self.first_difference(tools, chunk).await?;
                let at = at.ok_or_else(|| {
                    Error::Changed(format!("`{}` changed while it was read", self.entry.name))
                })?;
                return Err(Error::Different(ContentDifference::Bytes { at }));
            }
            let finished = self.target.finish(tools).await;
            finished.map_err(|error| error.at(Side::Target))?;
            Ok(Committed::Done(None))
        })
    }
}
