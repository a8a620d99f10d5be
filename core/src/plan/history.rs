//! What an earlier run left of an object, and where this one notes what it does for it. Without a journal there is
//! neither.

use std::fmt;
use std::sync::Arc;

use super::chunks::Chunks;
use crate::plan::chunk_runs::ChunkRuns;

/// An object's past, and its future.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// An earlier run planned it, and may have begun it.
    pub earlier: Option<Arc<EarlierAttempt>>,
    /// Where is noted what a later run should know.
    pub notes: Option<Notes>,
}

/// What an earlier run left of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierAttempt {
    /// What its writer began to write to, and how it cut the object; nothing, where it did not get so far.
    pub start: Option<Start>,
    /// The chunks that were safely there.
    pub durable: ChunkRuns,
    /// The service's name for the copy that it makes by itself.
    pub copy_id: Option<Box<str>>,
}

/// A writer began an object, from its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The size of a chunk, in bytes.
    pub chunk_bytes: u64,
    /// How many there are.
    pub chunks: u32,
    /// What was written to, in the writer's own words: it must be the same thing still.
    pub identity: Box<str>,
}

impl Start {
    /// The identity of what is not there under any name before it is complete: blocks.
    pub const NOT_VISIBLE: &str = "blocks";

    /// Something of it is there under its name, complete or not.
    pub fn is_visible(&self) -> bool {
        *self.identity != *Self::NOT_VISIBLE
    }

    /// The number of chunks and the identity, as a journal keeps them.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.chunks, self.identity)
    }

    /// Reads that again; `None` where it is nothing of the kind.
    pub fn of_text(chunk_bytes: u64, text: &[u8]) -> Option<Self> {
        let (chunks, identity) = std::str::from_utf8(text).ok()?.split_once(' ')?;
        Some(Self {
            chunk_bytes,
            chunks: chunks.parse().ok()?,
            identity: identity.into(),
        })
    }
}

impl EarlierAttempt {
    /// What is safely there of an object that is cut like this, if it was cut like this when it was begun: the identity
    /// of what was written to, and the chunks.
    pub fn of(&self, chunks: &Chunks) -> Option<(&str, &ChunkRuns)> {
        let start = self.start.as_ref()?;
        let is_same = start.chunk_bytes == chunks.chunk_bytes() && start.chunks == chunks.total();
        is_same.then_some((&*start.identity, &self.durable))
    }
}

/// Something a later run should know of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// It was begun from its first byte; what was noted of it before is void.
    Started(Start),
    /// These chunks are safely there.
    Durable(ChunkRuns),
    /// The service has begun a copy of this name.
    CopyStarted(Box<str>),
}

/// Takes the notes on one object. Cloning is cheap.
#[derive(Clone)]
pub struct Notes {
    seq: u64,
    job: Arc<str>,
    sink: NoteSink,
}

/// Takes a note on the object of this number.
pub type NoteSink = Arc<dyn Fn(u64, Note) + Send + Sync>;

impl Notes {
    /// Notes on the object of this number, of this job; `take` is given them as they come, from any thread.
    pub fn new(seq: u64, job: &Arc<str>, sink: &NoteSink) -> Self {
        Self {
            seq,
            job: Arc::clone(job),
            sink: Arc::clone(sink),
        }
    }

    /// The object's number in the job.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The job's name, the same in each of its runs: digits and letters.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// Takes a note.
    pub fn note(&self, note: Note) {
        (self.sink)(self.seq, note);
    }

    /// Notes that an object that is cut like this was begun.
    pub fn started(&self, chunks: &Chunks, identity: impl Into<Box<str>>) {
        self.note(Note::Started(Start {
            chunk_bytes: chunks.chunk_bytes(),
            chunks: chunks.total(),
            identity: identity.into(),
        }));
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes")
            .field("seq", &self.seq)
            .field("job", &self.job)
            .finish_non_exhaustive()
    }
}
