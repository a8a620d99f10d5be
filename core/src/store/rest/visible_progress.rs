//! The progress of an object that is visible under its name from its first byte on: a page blob, an
//! append blob, a file of a share.
//!
//! Such an object does not say who wrote it. Its store describes it by a text, its identity, that
//! another object of the same name does not have. The journal keeps the identity, and a later run
//! continues the object only where it finds the same identity.

use crate::plan::Task;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::history::{Note, Notes, Start};

/// The durable chunks of an object, and where this run records more of them.
#[derive(Debug, Default)]
pub(crate) struct VisibleProgress {
    durable: ChunkRuns,
    notes: Option<Notes>,
}

impl VisibleProgress {
    /// The identity of the object that an earlier run began for this task, cut into the same chunks.
    pub(crate) fn begun_identity(task: &Task) -> Option<&str> {
        let earlier = task.history.earlier.as_deref()?;
        earlier.of(&task.chunks).map(|(identity, _)| identity)
    }

    /// The progress of the object that an earlier run began for this task. The caller has compared
    /// its identity.
    pub(crate) fn resumed(task: &Task) -> Self {
        let earlier = task.history.earlier.as_deref();
        let begun = earlier.and_then(|earlier| earlier.of(&task.chunks));
        Self {
            durable: begun
                .map(|(_, durable)| durable.clone())
                .unwrap_or_default(),
            notes: task.history.notes.clone(),
        }
    }

    /// Whether a new object of this task is recorded. An object of one chunk is written anew instead.
    pub(crate) fn is_recorded(task: &Task) -> bool {
        task.history.notes.is_some() && task.chunks.total() > 1
    }

    /// Records that the object of this identity was made. Without an identity a later run makes it
    /// anew.
    pub(crate) fn started(task: &Task, identity: Option<&str>) -> Self {
        let notes = task.history.notes.as_ref();
        let notes = notes.filter(|_| Self::is_recorded(task));
        let Some((notes, identity)) = notes.zip(identity) else {
            return Self::default();
        };
        notes.started(&task.chunks, identity);
        Self {
            durable: ChunkRuns::default(),
            notes: Some(notes.clone()),
        }
    }

    /// The chunks that the service acknowledged in an earlier run.
    pub(crate) fn durable(&self) -> &ChunkRuns {
        &self.durable
    }

    /// Records that the service acknowledged a chunk.
    pub(crate) fn acknowledged(&self, index: u32) {
        if let Some(notes) = &self.notes {
            notes.note(Note::Durable(std::iter::once(index).collect()));
        }
    }

    /// Records that somebody else replaced the object.
    pub(crate) fn abandoned(&self) {
        abandon(self.notes.as_ref());
    }
}

/// Records that the object under this name is somebody else's: a later run decides anew whether it
/// may be replaced.
pub(crate) fn abandon(notes: Option<&Notes>) {
    if let Some(notes) = notes {
        notes.note(Note::Started(Start {
            chunk_bytes: 1,
            chunks: 0,
            identity: Start::NOT_VISIBLE.into(),
        }));
    }
}
