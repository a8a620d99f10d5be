//! A target that discards what it receives, after a comparison where that is requested.
//!
//! It measures downloads with the engine of copies and without a disk.

use std::sync::Arc;

use azring_transport::buffer::Frozen;

use super::Content;
use crate::digest::compare;
use crate::digest::follower::Md5;
use crate::entry::{EntryName, Layout};
use crate::location::Discard;
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::target_name::{MappedName, TargetName};
use crate::store::local::rules::RANGES;
use crate::store::{
    ChunkPlan, Committed, PartSupport, Receipt, Stat, Step, Sums, Target, TargetForm, Tools, Writer,
};
use crate::{Error, Result};

/// The size of a chunk, in bytes, as for files: the longest range that a service gives a checksum for.
const CHUNK_BYTES: u64 = 4 << 20;

/// A target that discards what it receives.
pub struct DiscardTarget {
    discard: Discard,
    checks_md5: bool,
    allows_missing_md5: bool,
}

impl DiscardTarget {
    /// A target that compares what it receives where `discard` says so.
    pub fn new(discard: Discard, checks_md5: bool) -> Self {
        Self {
            discard,
            checks_md5,
            allows_missing_md5: false,
        }
    }

    /// The same where an object without a stored MD5 passes.
    pub(super) fn allowing_missing_md5(self, allows_missing_md5: bool) -> Self {
        Self {
            allows_missing_md5,
            ..self
        }
    }
}

impl Target for DiscardTarget {
    /// Accepts every name.
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        Ok(MappedName::unchanged(TargetName::new(entry.as_bytes())))
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        self.name(name)
    }

    fn form(&self, kind: Layout) -> TargetForm {
        TargetForm {
            layout: None,
            makes_folders: true,
            shortens_links: false,
            parts: PartSupport::None,
            pieces: ChunkPlan {
                rule: RANGES,
                chunk_bytes: CHUNK_BYTES,
                chunk_bytes_min: CHUNK_BYTES,
                with_holes: kind == Layout::Pages,
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

    fn create<'a>(
        &'a self,
        _tools: &'a Tools,
        task: &'a Task,
    ) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            let name = &task.entry.name;
            let content = if self.discard.compares {
                Some(Content::of(name).ok_or_else(|| unknown(name))?)
            } else {
                None
            };
            let writer: Arc<dyn Writer> = Arc::new(DiscardWriter {
                name: name.clone(),
                content,
                stored: task.entry.md5,
                checks_md5: self.checks_md5
                    && (task.entry.md5.is_some() || !self.allows_missing_md5),
            });
            Ok(writer)
        })
    }
}

fn unknown(name: &EntryName) -> Error {
    Error::Usage(format!(
        "`{name}` cannot be verified: `azring bench` has not created an object of this name"
    ))
}

/// One object that is discarded.
struct DiscardWriter {
    name: EntryName,
    /// The expected bytes, where they are compared.
    content: Option<Content>,
    stored: Option<Md5>,
    checks_md5: bool,
}

impl Writer for DiscardWriter {
    fn write<'a>(
        &'a self,
        _tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            if let Some(content) = self.content
                && !content.is(chunk.offset, data.runs())
            {
                return Err(Error::Integrity(format!(
                    "`{}` does not have the generated data: it differs within {} bytes at offset {}",
                    self.name, chunk.bytes, chunk.offset
                )));
            }
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.checks_md5 {
                compare::md5(md5, self.stored, &self.name)?;
            }
            Ok(Committed::Done(None))
        })
    }
}
