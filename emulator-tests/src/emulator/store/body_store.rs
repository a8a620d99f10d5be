//! The trait of a body store.

use super::extent::Extent;
use crate::emulator::digest::{ChecksumSet, Digests};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Piece;

/// Stores bodies.
pub trait Store: Send + Sync {
    /// Stores the rest of a body, and computes checksums of it meanwhile.
    fn take(&self, body: &mut Body<'_>, wanted: ChecksumSet) -> ServiceResult<(Extent, Digests)>;

    /// Stores bytes that the service read itself: those of a copy's source.
    fn put(&self, pieces: &[Piece]) -> ServiceResult<Extent>;

    /// Prepares for the end of the emulator: files of a folder store stay from now on.
    fn close(&self) {}

    /// Whether bytes are stored. If not, the service cannot name checksums of them.
    fn keeps_bytes(&self) -> bool;
}
