//! Writes a file that has one chunk: Create File with its MD5 and its data.
//!
//! Versions of the service before 2026-02-06 take the data in a Put Range. So do files that begin with
//! zeros, or have some in the middle: zeros are not sent.

use std::cell::RefCell;
use std::sync::OnceLock;

use azring_transport::buffer::Frozen;
use azring_transport::http::Reply;
use bytes::Bytes;

use super::FileDraft;
use crate::digest::follower::Md5;
use crate::digest::zero;
use crate::entry::ETag;
use crate::plan::chunks::Chunk;
use crate::plan::history::Notes;
use crate::store::rest::conditions::etag;
use crate::store::rest::positioned_writer::put_data;
use crate::store::rest::visible_progress::abandon;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// A file that is made when its bytes are known.
pub(in crate::store::share) struct SingleChunkFile {
    draft: FileDraft,
    bytes: u64,
    notes: Option<Notes>,
    written: OnceLock<Written>,
}

/// What is at the service.
struct Written {
    md5: Option<Md5>,
    etag: Option<ETag>,
}

impl SingleChunkFile {
    /// A file of this length. Sends nothing.
    pub(in crate::store::share) fn new(draft: FileDraft, bytes: u64, notes: Option<Notes>) -> Self {
        Self {
            draft,
            bytes,
            notes,
            written: OnceLock::new(),
        }
    }

    /// Makes the file with its MD5, where that is known, and writes its data.
    pub(super) async fn put(
        &self,
        tools: &Tools,
        offset: u64,
        data: &Frozen,
        sums: Sums,
    ) -> Result<()> {
        if offset == 0
            && let Some(made) = self.put_at_once(tools, data, sums).await?
        {
            let _ = self.written.set(Written {
                md5: sums.md5,
                etag: etag(&made),
            });
            return Ok(());
        }
        let stored = self.draft.stored(sums.md5);
        let made = self.draft.create(tools, self.bytes, stored).await;
        let made = made.inspect_err(|error| self.note_failure(error))?;
        let check = self.draft.range_check(sums.crc64, sums.md5);
        let last = RefCell::new(etag(&made));
        let put = async |range, payload, check| {
            let reply = self.draft.put_range(tools, range, payload, check).await?;
            last.replace(etag(&reply));
            Ok(())
        };
        put_data(offset, data, check, put).await?;
        let _ = self.written.set(Written {
            md5: sums.md5,
            etag: last.into_inner(),
        });
        Ok(())
    }

    /// Makes the file with its data in one request, where its zeros are at its end. `None` where they
    /// are elsewhere, and where the service's version does not have that request.
    async fn put_at_once(&self, tools: &Tools, data: &Frozen, sums: Sums) -> Result<Option<Reply>> {
        let part = match zero::data_parts(data).as_slice() {
            [part] if part.start == 0 => part.clone(),
            _ => return Ok(None),
        };
        let is_whole = part.len() == data.bytes();
        let pieces: Vec<Bytes> = data.part(part).collect();
        let check = self
            .draft
            .range_check(sums.crc64, sums.md5)
            .of(&pieces, is_whole);
        let content = (pieces.into_iter().collect(), check);
        let stored = self.draft.stored(sums.md5);
        let made = self
            .draft
            .create_with_data(tools, self.bytes, stored, content);
        made.await.inspect_err(|error| self.note_failure(error))
    }

    /// Forgets what an earlier run made, where somebody else has replaced it.
    fn note_failure(&self, error: &Error) {
        if matches!(error, Error::TargetChanged(_)) {
            abandon(self.notes.as_ref());
        }
    }

    /// Stores what could not be stored when the file was made.
    pub(super) async fn finish(&self, tools: &Tools, md5: Option<Md5>) -> Result<Committed> {
        let written = self.written.get();
        let stored = self.draft.stored(md5);
        let has_md5 = md5.is_none() || written.is_some_and(|written| written.md5 == md5);
        if has_md5 && !stored.is_stored_late() {
            return Ok(Committed::Done(
                written.and_then(|written| written.etag.clone()),
            ));
        }
        let reply = self.draft.set_properties(tools, None, stored).await?;
        Ok(Committed::Done(etag(&reply)))
    }
}

impl Writer for SingleChunkFile {
    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            self.put(tools, chunk.offset, &data, sums).await?;
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(self.finish(tools, md5))
    }
}
