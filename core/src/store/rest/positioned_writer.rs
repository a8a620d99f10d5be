//! Writes an object of a service in ranges, in any order: a page blob, a file of a share.
//!
//! The store makes the object at its length first. It is visible from then on and consists of
//! zeros. Zeros are never sent: neither the holes of the source nor runs of zeros in its data. A
//! later run continues with the chunks that were not acknowledged ([`VisibleProgress`]).

use azring_transport::buffer::Frozen;
use azring_transport::http::Payload;
use bytes::Bytes;
use md5::{Digest as _, Md5 as Md5Hash};

use super::checksum::Check;
use super::range::ByteRange;
use super::visible_progress::VisibleProgress;
use crate::digest::follower::Md5;
use crate::digest::{crc64, zero};
use crate::plan::chunks::Chunk;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// The checksum of each range that is sent, so that the service can check it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RangeCheck {
    /// None.
    None,
    /// CRC-64; this is the one of the whole chunk.
    Crc64(u64),
    /// MD5, for a service that takes no other; the one of the whole chunk, where it is known.
    Md5(Option<Md5>),
}

impl RangeCheck {
    /// The checksum of these bytes, which may be the whole chunk.
    pub(crate) fn of(self, pieces: &[Bytes], is_whole: bool) -> Check {
        match self {
            Self::None => Check::None,
            Self::Crc64(crc64) if is_whole => Check::Crc64(crc64),
            Self::Crc64(_) => Check::Crc64(crc64::of(pieces.iter().map(AsRef::as_ref))),
            Self::Md5(Some(md5)) if is_whole => Check::Md5(md5),
            Self::Md5(_) => Check::Md5(md5_of(pieces)),
        }
    }
}

fn md5_of(pieces: &[Bytes]) -> Md5 {
    let hash = pieces.iter().fold(Md5Hash::new(), Md5Hash::chain_update);
    hash.finalize().into()
}

/// Sends the data of a chunk that begins at `offset`, without its longer runs of zeros.
pub(crate) async fn put_data(
    offset: u64,
    data: &Frozen,
    check: RangeCheck,
    put: impl AsyncFn(ByteRange, Payload, Check) -> Result<()>,
) -> Result<()> {
    for part in zero::data_parts(data) {
        let Some(range) = ByteRange::new(offset + part.start as u64, part.len() as u64) else {
            continue;
        };
        let is_whole = part.len() == data.bytes();
        let pieces: Vec<Bytes> = data.part(part).collect();
        let check = check.of(&pieces, is_whole);
        put(range, pieces.into_iter().collect(), check).await?;
    }
    Ok(())
}

/// An object that exists at its length, and the requests that complete it.
pub(crate) trait PositionedObject: Send + Sync {
    /// How the ranges of a chunk are checked. `crc64` is that of the chunk, where checksums are wanted.
    fn range_check(&self, crc64: Option<u64>) -> RangeCheck {
        crc64.map_or(RangeCheck::None, RangeCheck::Crc64)
    }

    /// Sends the bytes of a range. Fails with [`Error::TargetChanged`] where somebody else has
    /// replaced the object.
    async fn put_range(
        &self,
        tools: &Tools,
        range: ByteRange,
        payload: Payload,
        check: Check,
    ) -> Result<()>;

    /// Checks that nobody else has replaced the object. Fails like [`put_range`](Self::put_range).
    async fn check(&self, _tools: &Tools) -> Result<()> {
        Ok(())
    }

    /// Completes the object once all its ranges are sent. Fails like
    /// [`put_range`](Self::put_range).
    async fn commit(&self, tools: &Tools, md5: Option<Md5>) -> Result<Committed>;
}

/// Writes an object in ranges.
pub(crate) struct PositionedWriter<O> {
    object: O,
    progress: VisibleProgress,
}

impl<O: PositionedObject> PositionedWriter<O> {
    /// Writes to an object that was made or found.
    pub(crate) fn new(object: O, progress: VisibleProgress) -> Self {
        Self { object, progress }
    }

    /// Lets `put` write a chunk whose bytes the service fetches by itself.
    pub(crate) async fn put_by_service(
        &self,
        chunk: Chunk,
        put: impl AsyncFnOnce(&O) -> Result<()>,
    ) -> Result<()> {
        let put = put(&self.object).await;
        put.inspect_err(|error| self.note_failure(error))?;
        self.progress.acknowledged(chunk.index);
        Ok(())
    }

    /// Records that somebody else replaced the object, where that is the failure.
    fn note_failure(&self, error: &Error) {
        if matches!(error, Error::TargetChanged(_)) {
            self.progress.abandoned();
        }
    }
}

impl<O: PositionedObject> Writer for PositionedWriter<O> {
    fn has(&self, index: u32) -> bool {
        self.progress.durable().contains(index)
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            let check = self.object.range_check(sums.crc64);
            let put = async |range, payload, check| {
                self.object.put_range(tools, range, payload, check).await
            };
            let sent = put_data(chunk.offset, &data, check, put).await;
            sent.inspect_err(|error| self.note_failure(error))?;
            self.progress.acknowledged(chunk.index);
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn keep_part<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let checked = self.object.check(tools).await;
            checked.inspect_err(|error| self.note_failure(error))
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            let committed = self.object.commit(tools, md5).await;
            committed.inspect_err(|error| self.note_failure(error))
        })
    }
}
