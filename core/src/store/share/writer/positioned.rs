//! Writes a file of several chunks: it is made at its length, and its ranges come in any order.

use azring_transport::http::{Payload, Reply};

use super::draft::{FileDraft, length};
use crate::digest::follower::Md5;
use crate::plan::Task;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::etag;
use crate::store::rest::positioned_writer::{PositionedObject, PositionedWriter, RangeCheck};
use crate::store::rest::range::ByteRange;
use crate::store::rest::visible_progress::{VisibleProgress, abandon};
use crate::store::share::properties::StoredWithFile;
use crate::store::{Committed, Tools};
use crate::{Error, Result};

/// A file that exists at its length.
pub(in crate::store::share) struct PositionedFile {
    draft: FileDraft,
    /// The [`identity`] that it was made with; `None` where the service gives none.
    identity: Option<String>,
}

impl PositionedFile {
    /// Makes the file, or continues the one that an earlier run began.
    ///
    /// Attributes and times that are kept are stored last: until then the time of its creation tells
    /// this file from another one of its name.
    pub(in crate::store::share) async fn create(
        draft: FileDraft,
        tools: &Tools,
        task: &Task,
    ) -> Result<PositionedWriter<Self>> {
        if let Some(begun) = VisibleProgress::begun_identity(task)
            && let Some(found) = find(&draft, tools).await?
            && identity(&found).as_deref() == Some(begun)
            && length(&found) == Some(task.entry.bytes)
        {
            let identity = Some(begun.to_owned());
            let file = Self { draft, identity };
            return Ok(PositionedWriter::new(file, VisibleProgress::resumed(task)));
        }
        let stored = StoredWithFile {
            smb: None,
            ..draft.stored(None)
        };
        let made = draft.create(tools, task.entry.bytes, stored).await;
        let made = made.inspect_err(|error| {
            if matches!(error, Error::TargetChanged(_)) {
                abandon(task.history.notes.as_ref());
            }
        })?;
        let identity = identity(&made);
        let progress = VisibleProgress::started(task, identity.as_deref());
        Ok(PositionedWriter::new(Self { draft, identity }, progress))
    }
}

impl PositionedFile {
    /// Its name, and what is stored beside its bytes.
    pub(in crate::store::share) fn draft(&self) -> &FileDraft {
        &self.draft
    }
}

impl PositionedObject for PositionedFile {
    fn range_check(&self, crc64: Option<u64>) -> RangeCheck {
        self.draft.range_check(crc64, None)
    }

    async fn put_range(
        &self,
        tools: &Tools,
        range: ByteRange,
        payload: Payload,
        check: Check,
    ) -> Result<()> {
        self.draft.put_range(tools, range, payload, check).await?;
        Ok(())
    }

    /// Fails with [`Error::TargetChanged`] when somebody else has replaced
    /// the file since.
    async fn commit(&self, tools: &Tools, md5: Option<Md5>) -> Result<Committed> {
        let found = self.draft.look(tools).await?;
        if let Some(found) = &found
            && self.identity.is_some()
            && identity(found) != self.identity
        {
            return Err(self.draft.not_ours());
        }
        if md5.is_none() && self.draft.smb.is_none() {
            return Ok(Committed::Done(found.as_ref().and_then(etag)));
        }
        let stored = self.draft.stored(md5);
        let reply = self.draft.set_properties(tools, None, stored).await?;
        Ok(Committed::Done(etag(&reply)))
    }
}

/// The file under the draft's name; `None` where there is none, or where the credential does not
/// permit the question.
async fn find(draft: &FileDraft, tools: &Tools) -> Result<Option<Reply>> {
    match draft.look(tools).await {
        Err(Error::TargetChanged(_)) => Ok(None),
        found => found,
    }
}

/// What tells a file from another one of its name: the service's id, and the time at which it was
/// created, in units of 100 ns. A file that replaces another keeps the id.
fn identity(reply: &Reply) -> Option<String> {
    let id = reply.header("x-ms-file-id")?;
    let created = reply.header("x-ms-file-creation-time")?;
    Some(format!("{id} {created}"))
}
