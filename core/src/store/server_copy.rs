//! A target whose service copies objects by itself. No byte of an object passes through this machine.
//!
//! A source says where an object can be read ([`Origin`]). A target that has a [`ServerCopy`] begins a
//! [`Copying`] for each object. A copy that the service makes in its own time is [`Pending`]; `transfer` polls
//! it.

use std::fmt;
use std::sync::Arc;

use super::{Committed, Origin, Step, TargetForm, Tools};
use crate::Result;
use crate::entry::{ETag, Entry};
use crate::plan::Task;
use crate::plan::chunks::Chunk;

/// The service's id of one copy, by which a later run finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyId(Box<str>);

impl CopyId {
    /// The id as the service wrote it.
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

/// A target whose service copies objects by itself.
pub trait ServerCopy: Send + Sync {
    /// The form of the object at the target, and the chunks in which the copy is requested.
    fn form(&self, entry: &Entry) -> TargetForm;

    /// Whether the copy stores the properties of the source itself. Otherwise the service copies them.
    fn stores_properties(&self, _entry: &Entry) -> bool {
        true
    }

    /// Begins an object, or resumes it ([`History`](crate::plan::history::History)).
    fn begin<'a>(
        &'a self,
        tools: &'a Tools,
        task: &'a Task,
        origin: Origin,
    ) -> Step<'a, Result<Arc<dyn Copying>>>;
}

/// One object that a service copies. Its chunks come in any order, from several threads at once.
pub trait Copying: Send + Sync {
    /// Requests this chunk; returns what is durable when the service has answered.
    fn carry<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<CopyProgress>>;

    /// Requests a chunk again that a commit found to be [`Committed::Missing`].
    fn fetch_again<'a>(&'a self, tools: &'a Tools, chunk: Chunk) -> Step<'a, Result<()>> {
        Box::pin(async move { self.carry(tools, chunk).await.map(drop) })
    }

    /// Whether a request could not name the version of the source, because the service does not compare
    /// it. The version is compared with the listed one after the copy then.
    fn leaves_version_unchecked(&self) -> bool {
        false
    }

    /// Makes the object appear, once every chunk was requested. [`Committed::Pending`] while the service copies.
    fn commit<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Committed>>;
}

/// The bytes of a chunk that was requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyProgress {
    /// They were copied now.
    Moved(u64),
    /// An earlier run copied them.
    Kept(u64),
}

/// A copy that the service makes in its own time.
pub trait Pending {
    /// The service's id of the copy.
    fn id(&self) -> &CopyId;

    /// Asks for the progress. Fails with the service's description when the copy failed or was aborted.
    fn look<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Progress>>;
}

/// The progress of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// This many bytes are copied.
    Pending(u64),
    /// The copy is complete; with the object's entity tag.
    Done(Option<ETag>),
}
