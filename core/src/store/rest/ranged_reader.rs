//! Reads ranges of one version of an object from a service.
//!
//! Every range is requested from the version that was listed (`If-Match`), so that ranges of two
//! versions never mix. A range that arrives damaged is requested again. A store gives the requests
//! of its service ([`RangeRequests`]) and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport as transport;
use azring_transport::buffer::Lease;
use azring_transport::http::{Reply, Request};

use super::range::ByteRange;
use super::{is_archived, lacks_feature};
use crate::entry::ArchiveState;
use crate::plan::chunks::Chunk;
use crate::store::{Reader, Step, Tools};
use crate::{Error, Result};

/// How often a range is requested whose checksum is wrong.
const FETCHES_MAX: u32 = 4;

/// One version of one object, as its service is asked for ranges of it.
pub(crate) trait RangeRequests: Send + Sync {
    /// The object's name, for messages.
    fn name(&self) -> &str;

    /// Its length in bytes, as it was listed.
    fn bytes(&self) -> u64;

    /// The request for a range of the version that was listed; with a checksum of the range, where
    /// `with_checksum` says so and the service has one for a range of this length.
    fn request(&self, range: ByteRange, with_checksum: bool) -> Request;

    /// Whether the bytes have the checksum in the answer. An answer without one counts as right.
    fn is_right(&self, reply: &Reply, filled: &Lease) -> bool;
}

/// Reads an object of a service in ranges.
pub(crate) struct RangedReader<R> {
    object: R,
    /// Whether checksums are requested; all objects of a source share it.
    with_checksums: Arc<AtomicBool>,
}

impl<R: RangeRequests + 'static> RangedReader<R> {
    /// Reads this object. `with_checksums` becomes false when the service turns out to have none.
    pub(crate) fn open(object: R, with_checksums: &Arc<AtomicBool>) -> Arc<dyn Reader> {
        Arc::new(Self {
            object,
            with_checksums: Arc::clone(with_checksums),
        })
    }
}

impl<R: RangeRequests> RangedReader<R> {
    /// Fetches a range.
    ///
    /// A service that has no checksums of ranges refuses the request by name (Azurite does). It is
    /// asked without one from then on.
    async fn fetch(&self, tools: &Tools, range: ByteRange, into: &mut Lease) -> Result<Reply> {
        let with_checksum = self.with_checksums.load(Ordering::Relaxed);
        let request = self.object.request(range, with_checksum);
        match tools.client.fetch(&request, into).await {
            Err(error) if with_checksum && lacks_feature(&error) => {
                self.with_checksums.store(false, Ordering::Relaxed);
                let request = self.object.request(range, false);
                let fetched = tools.client.fetch(&request, into).await;
                fetched.map_err(|error| self.failure(error))
            }
            fetched => fetched.map_err(|error| self.failure(error)),
        }
    }

    /// The failure of a range. A version that is gone means that the object was overwritten or
    /// deleted while it was copied.
    fn failure(&self, error: transport::Error) -> Error {
        let (name, bytes) = (self.object.name(), self.object.bytes());
        match error.status() {
            Some(409) if is_archived(error.code()) => Error::archived(name, ArchiveState::Archived),
            Some(412) => Error::Changed(format!("`{name}` was overwritten since it was listed")),
            Some(416) => Error::Changed(format!(
                "`{name}` is shorter than the {bytes} bytes that were listed"
            )),
            _ if error.kind() == transport::Kind::Changed => Error::Changed(format!(
                "`{name}` is not the version that was listed: {}",
                error.message()
            )),
            _ => error.into(),
        }
    }
}

impl<R: RangeRequests> Reader for RangedReader<R> {
    fn read<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        mut into: Lease,
    ) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            let Some(range) = ByteRange::new(chunk.offset, chunk.bytes) else {
                return Ok(into);
            };
            for _ in 0..FETCHES_MAX {
                let reply = self.fetch(tools, range, &mut into).await?;
                if self.object.is_right(&reply, &into) {
                    return Ok(into);
                }
            }
            Err(Error::Integrity(format!(
                "the range of `{}` at byte {} arrived damaged {FETCHES_MAX} times",
                self.object.name(),
                chunk.offset
            )))
        })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        // Every range came from the version that was listed; nothing is left to compare.
        Box::pin(async { Ok(()) })
    }
}
