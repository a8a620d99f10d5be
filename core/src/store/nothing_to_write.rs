//! Writes nothing: what the object becomes is there already.

use azring_transport::buffer::Frozen;

use super::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::Result;
use crate::digest::follower::Md5;
use crate::plan::chunks::Chunk;

/// An object without bytes to write: the mark of a directory, which was made when the object began, or an
/// object that is complete and in its place.
pub(super) struct NothingToWrite {
    /// Whether it was complete before this run.
    pub(super) is_complete: bool,
}

impl Writer for NothingToWrite {
    fn is_complete(&self) -> bool {
        self.is_complete
    }

    fn write<'a>(
        &'a self,
        _tools: &'a Tools,
        chunk: Chunk,
        _data: Frozen,
        _sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        let receipt = Receipt {
            index: chunk.index,
            bytes: chunk.bytes,
        };
        Box::pin(async move { Ok(receipt) })
    }

    fn commit<'a>(&'a self, _tools: &'a Tools, _md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async { Ok(Committed::Done(None)) })
    }
}
