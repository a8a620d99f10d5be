//! The store of lengths, for benchmarks: the kernel drops bodies, and reads return the pattern.

use super::{Extent, Store};
use crate::emulator::digest::{ChecksumSet, Digests};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Piece;

/// Stores lengths. A body is read only for a checksum.
#[derive(Debug, Default)]
pub struct NullStore;

impl Store for NullStore {
    fn take(&self, body: &mut Body<'_>, wanted: ChecksumSet) -> ServiceResult<(Extent, Digests)> {
        let length = body.left();
        let digests = body.drain(wanted)?;
        Ok((Extent::Pattern(length), digests))
    }

    fn put(&self, pieces: &[Piece]) -> ServiceResult<Extent> {
        Ok(Extent::Pattern(pieces.iter().map(Piece::length).sum()))
    }

    fn keeps_bytes(&self) -> bool {
        false
    }
}
