//! What an earlier run left of an object, and where this run records its progress. Without a
//! journal there is neither.

use std::fmt;
use std::sync::Arc;

use super::chunks::Chunks;
use crate::plan::chunk_runs::ChunkRuns;

/// An object's earlier attempt, and its notes for a later one.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// An earlier run planned the object, and may have begun it.
    pub earlier: Option<Arc<EarlierAttempt>>,
    /// Where progress is recorded for a later run.
    pub notes: Option<Notes>,
    /// The job is a shard: other machines may have begun the object, without this journal.
    pub is_shard: bool,
}

/// What an earlier run left of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierAttempt {
    /// What its writer wrote to, and the size of its chunks; `None` if it had not begun.
    pub start: Option<Start>,
    /// The chunks that were durable.
    pub durable: ChunkRuns,
    /// The service's id for its own copy.
    pub copy_id: Option<Box<str>>,
}

/// The beginning of an object, from its first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The size of a chunk, in bytes.
    pub chunk_bytes: u64,
    /// How many chunks there are.
    pub chunks: u32,
    /// The file or blob that was written to, in a text of its store. A later run compares it.
    pub identity: Box<str>,
}

impl Start {
    /// The identity of blocks, which are not visible under any name before the commit.
    pub const NOT_VISIBLE: &str = "blocks";

    /// Whether something is visible under the object's name, complete or not.
    pub fn is_visible(&self) -> bool {
        *self.identity != *Self::NOT_VISIBLE
    }

    /// The number of chunks and the identity, as the journal stores them.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.chunks, self.identity)
    }

    /// Reads that text; `None` if it is malformed.
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
    /// What is durable of an object with these chunks: its identity, and the chunks. `None` if the
    /// earlier attempt had other chunks.
    pub fn of(&self, chunks: &Chunks) -> Option<(&str, &ChunkRuns)> {
        let start = self.start.as_ref()?;
        let is_same = start.chunk_bytes == chunks.chunk_bytes() && start.chunks == chunks.total();
        is_same.then_some((&*start.identity, &self.durable))
    }
}

/// Something that a later run should know about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The object was begun from its first byte; earlier notes on it are void.
    Started(Start),
    /// These chunks are durable.
    Durable(ChunkRuns),
    /// The service has begun a copy with this id.
    CopyStarted(Box<str>),
}

/// Records notes on one object. Cloning is cheap.
#[derive(Clone)]
pub struct Notes {
    seq: u64,
    job: Arc<str>,
    sink: NoteSink,
}

/// Receives a note on the object of this number.
pub type NoteSink = Arc<dyn Fn(u64, Note) + Send + Sync>;

impl Notes {
    /// Notes on the object of this number, of this job. `sink` receives them as they come, from any
    /// thread.
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

    /// The job's name, the same in each of its runs: hexadecimal digits.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// Records a note.
    pub fn note(&self, note: Note) {
        (self.sink)(self.seq, note);
    }

    /// Records that an object with these chunks was begun.
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
