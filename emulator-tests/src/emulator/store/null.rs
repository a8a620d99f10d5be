//! The store that keeps nothing but lengths, for benchmarks: bodies are dropped in the kernel, reads give the pattern.

use super::{Extent, Store};
use crate::emulator::digest::{ChecksumSet, Digests};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Piece;

/// Keeps lengths. A body is read only when a checksum of it is wanted.
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
