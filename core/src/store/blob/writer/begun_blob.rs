//! The blob that a run began and that is visible from its first byte on: a page blob, an append blob.
//!
//! Its identity is the second in which it was made, which the service tells, and its sequence number
//! where it has one. Whoever replaces the blob makes one with another identity.

use azring_transport::http::Reply;

use super::Draft;
use crate::Result;
use crate::plan::Task;
use crate::store::Tools;
use crate::store::blob::properties::{BlobType, Properties};
use crate::store::blob::request::head_blob;
use crate::store::rest::visible_progress::VisibleProgress;

/// A blob that was begun, as the service describes it now.
pub(super) struct BegunBlob {
    pub(super) properties: Properties,
    /// Its sequence number, if it has one that is not 0.
    pub(super) sequence: Option<u64>,
    identity: String,
}

impl BegunBlob {
    /// The blob that an earlier run began for this task, if it is still there.
    pub(super) async fn find(
        draft: &Draft,
        tools: &Tools,
        task: &Task,
        blob_type: BlobType,
    ) -> Result<Option<Self>> {
        let Some(identity) = VisibleProgress::begun_identity(task) else {
            return Ok(None);
        };
        let found = Self::look(draft, tools).await?;
        let is_same = |found: &Self| {
            *found.identity == *identity && found.properties.blob_type == Some(blob_type)
        };
        Ok(found.filter(is_same))
    }

    /// What is known of its pages: those of an earlier run of this task, if that wrote to this very blob. Otherwise
    /// the blob is recorded.
    pub(super) fn progress(&self, task: &Task) -> VisibleProgress {
        if VisibleProgress::begun_identity(task) == Some(&*self.identity) {
            VisibleProgress::resumed(task)
        } else {
            VisibleProgress::started(task, Some(&self.identity))
        }
    }

    /// Records that the blob of this task was just made.
    pub(super) async fn record(
        draft: &Draft,
        tools: &Tools,
        task: &Task,
    ) -> Result<VisibleProgress> {
        if !VisibleProgress::is_recorded(task) {
            return Ok(VisibleProgress::default());
        }
        let found = Self::look(draft, tools).await?;
        let identity = found.as_ref().map(|found| &*found.identity);
        Ok(VisibleProgress::started(task, identity))
    }

    /// The blob under this name; `None` where it is missing, where the credential does not permit the
    /// question, and where the service does not tell when it was made.
    pub(super) async fn look(draft: &Draft, tools: &Tools) -> Result<Option<Self>> {
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
        Ok(Some(Self {
            identity: match sequence {
                Some(sequence) => format!("{made} {sequence}"),
                None => made.to_owned(),
            },
            sequence,
            properties: Properties::of_head(&reply)?,
        }))
    }
}

/// The sequence number of a page blob, if it is not 0.
pub(super) fn sequence(reply: &Reply) -> Option<u64> {
    let number = reply.header("x-ms-blob-sequence-number")?.parse().ok()?;
    (number != 0).then_some(number)
}
