//! A destination whose service fetches objects by itself: what it needs to know of the source, and how it is asked. No
//! byte of the object comes through this machine.
//!
//! A source says where an object can be read ([`Origin`]); a destination that has a [`ServerCopy`] begins a
//! [`Copying`] per object. What the service does in its own time is a [`Pending`] copy, which `transfer` looks at now
//! and then.

use std::fmt;
use std::sync::Arc;

use super::{Committed, Origin, Step, TargetForm, Tools};
use crate::Result;
use crate::entry::{ETag, Entry};
use crate::plan::Task;
use crate::plan::chunks::Chunk;

/// The service's name for one copy, by which it is known again after an interruption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyId(Box<str>);

impl CopyId {
    /// As the service wrote it.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CopyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A destination's ability to copy by itself.
pub trait ServerCopy: Send + Sync {
    /// What it makes of such an object, and in which pieces it wants to be asked.
    fn form(&self, entry: &Entry) -> TargetForm;

    /// Begins an object. What an earlier run began is gone on with ([`History`](crate::plan::history::History)).
    fn begin<'a>(
        &'a self,
        tools: &'a Tools,
        task: &'a Task,
        origin: Origin,
    ) -> Step<'a, Result<Arc<dyn Copying>>>;
}

/// One object that a service copies. Its chunks come in any order, from several threads at once.
pub trait Copying: Send + Sync {
    /// Asks for this chunk; returns what is there for good when the service has answered.
    fn carry<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<CopyProgress>>;

    /// Asks once more for a chunk that a commit found to be [`Committed::Missing`].
    fn fetch_again<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<()>> {
        Box::pin(async move { self.carry(tools, chunk).await.map(drop) })
    }

    /// Makes the object appear, once every chunk was asked for, or tells that it is [`Committed::Pending`].
    fn commit<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Committed>>;
}

/// What is there of a chunk that was asked for, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyProgress {
    /// These came.
    Moved(u64),
    /// These were there from an earlier run.
    Kept(u64),
}

/// A copy that the service makes in its own time.
pub trait Pending {
    /// The service's name for it.
    fn id(&self) -> &CopyId;

    /// How far it is. Fails with the service's own description when it has failed or was aborted.
    fn look<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Progress>>;
}

/// How far a copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many bytes are there.
    Pending(u64),
    /// All of it is there; the entity tag that it has now.
    Done(Option<ETag>),
}
