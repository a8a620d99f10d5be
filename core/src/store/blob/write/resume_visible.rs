//! What an earlier run left of a blob that is visible from its first byte on: a page blob, an append blob.
//!
//! Such a blob has no name for its author. It is taken for the one that was begun if it was made in the same second, which
//! the service tells, has the same sequence number, and is of the same type; whoever replaced it since made another one.

use azring_transport::http::Reply;

use super::Draft;
use crate::Result;
use crate::entry::ETag;
use crate::plan::Task;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::history::{Note, Notes, Start};
use crate::store::Tools;
use crate::store::blob::properties::{BlobType, Properties};
use crate::store::blob::request::head_blob;

/// A blob that was begun, as it is now.
pub(super) struct Left {
    /// Its length.
    pub(super) bytes: u64,
    /// Its version.
    pub(super) etag: ETag,
    /// Its sequence number, if it has one that is not 0.
    pub(super) sequence: Option<u64>,
    /// The chunks that the service had acknowledged.
    pub(super) durable: ChunkRuns,
}

/// What is left of the blob that an earlier run began for this task, if that is what is there.
pub(super) async fn left(
    draft: &Draft,
    tools: &Tools,
    task: &Task,
    blob_type: BlobType,
) -> Result<Option<Left>> {
    let begun = task.history.earlier.as_deref();
    let Some((identity, durable)) = begun.and_then(|begun| begun.of(&task.chunks)) else {
        return Ok(None);
    };
    let Some(found) = look(draft, tools).await? else {
        return Ok(None);
    };
    let is_same = found.made == identity && found.properties.blob_type == Some(blob_type);
    Ok(is_same.then(|| Left {
        bytes: found.properties.bytes,
        etag: found.properties.etag,
        sequence: found.sequence,
        durable: durable.clone(),
    }))
}

/// Notes that the blob was just made, so that a later run can go on with it. An object of one chunk is made anew instead.
pub(super) async fn begun(draft: &Draft, tools: &Tools, task: &Task) -> Result<Option<Notes>> {
    let notes = task.history.notes.as_ref();
    let Some(notes) = notes.filter(|_| task.chunks.total() > 1) else {
        return Ok(None);
    };
    let Some(found) = look(draft, tools).await? else {
        return Ok(None);
    };
    notes.started(&task.chunks, found.made);
    Ok(Some(notes.clone()))
}

/// Notes that a chunk was acknowledged.
pub(super) fn acknowledged(notes: Option<&Notes>, index: u32) {
    if let Some(notes) = notes {
        notes.note(Note::Durable(std::iter::once(index).collect()));
    }
}

/// What is there is somebody else's: a later run decides anew whether it may be replaced.
pub(super) fn abandon(notes: Option<&Notes>) {
    if let Some(notes) = notes {
        notes.note(Note::Started(Start {
            chunk_bytes: 1,
            chunks: 0,
            identity: Start::NOT_VISIBLE.into(),
        }));
    }
}

/// The sequence number of a page blob, if it is not 0.
pub(super) fn sequence(reply: &Reply) -> Option<u64> {
    let number = reply.header("x-ms-blob-sequence-number")?.parse().ok()?;
    (number != 0).then_some(number)
}

struct Found {
    properties: Properties,
    sequence: Option<u64>,
    made: String,
}

/// The blob, where it may be looked at and the service tells when it was made.
async fn look(draft: &Draft, tools: &Tools) -> Result<Option<Found>> {
    let request = head_blob::request(&draft.place, &draft.name);
    let reply = match tools.client.send(&request).await {
        Ok(reply) => reply,
        Err(error) if matches!(error.status(), Some(403 | 404)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some(made) = reply.header("x-ms-creation-time") else {
        return Ok(None);
    };
    let sequence = sequence(&reply);
    Ok(Some(Found {
        made: match sequence {
            Some(sequence) => format!("{made} {sequence}"),
            None => made.to_owned(),
        },
        sequence,
        properties: Properties::of_head(&reply)?,
    }))
}
