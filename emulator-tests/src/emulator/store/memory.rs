//! The store in memory: one allocation per body, received in place, freed with its object.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::{Extent, Store};
use crate::emulator::digest::{ChecksumSet, Digests};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::{Piece, gather};

/// Stores bodies in memory, up to a limit.
#[derive(Debug)]
pub struct MemoryStore {
    used: Arc<AtomicU64>,
    max: u64,
}

/// Bytes that count towards the limit until they are dropped.
struct ReservedBytes {
    bytes: Vec<u8>,
    _reservation: Reservation,
}

struct Reservation {
    used: Arc<AtomicU64>,
    length: u64,
}

impl AsRef<[u8]> for ReservedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.used.fetch_sub(self.length, Ordering::Relaxed);
    }
}

impl MemoryStore {
    /// A store of at most `max` bytes of bodies.
    pub fn new(max: u64) -> Self {
        Self {
            used: Arc::default(),
            max,
        }
    }

    fn reserve(&self, length: u64) -> ServiceResult<Reservation> {
        let reservation = Reservation {
            used: Arc::clone(&self.used),
            length,
        };
        let before = self.used.fetch_add(length, Ordering::Relaxed);
        if before + length > self.max {
            return Err(Refusal::new(
                507,
                "InsufficientAccountSpace",
                format!(
                    "The emulator's memory store is limited to {} bytes and {before} are in use.",
                    self.max
                ),
            ));
        }
        Ok(reservation)
    }
}

fn hold(bytes: Vec<u8>, reservation: Reservation) -> Extent {
    Extent::Memory(Bytes::from_owner(ReservedBytes {
        bytes,
        _reservation: reservation,
    }))
}

impl Store for MemoryStore {
    fn take(&self, body: &mut Body<'_>, wanted: ChecksumSet) -> ServiceResult<(Extent, Digests)> {
        let reservation = self.reserve(body.left())?;
        let (bytes, digests) = body.read_memory(u64::MAX, wanted)?;
        Ok((hold(bytes, reservation), digests))
    }

    fn put(&self, pieces: &[Piece]) -> ServiceResult<Extent> {
        let reservation = self.reserve(pieces.iter().map(Piece::length).sum())?;
        let bytes = gather(pieces)
            .map_err(|error| Refusal::internal(format!("The source cannot be read: {error}.")))?;
        Ok(hold(bytes, reservation))
    }

    fn keeps_bytes(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_freed_with_the_last_owner() {
        let store = MemoryStore::new(10);
        let put = |length| store.put(&[Piece::Zeros(length)]);
        let first = put(8).unwrap();
        let shared = first.clone();
        drop(first);
        assert_eq!(put(3).unwrap_err().code, "InsufficientAccountSpace");
        drop(shared);
        assert!(put(10).is_ok());
    }
}
