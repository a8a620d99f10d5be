//! A lease of memory from the arena: first filled, then only read.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::arena::Slots;
use super::layout::Layout;
use super::pool::Pool;

/// Memory for some bytes. Dropping it gives the memory back to the pool.
///
/// It is filled from the front, by [`Lease::append`] or by a disk read, and then frozen.
pub struct Lease {
    slots: Slots,
    wanted: usize,
    filled: usize,
}

impl Lease {
    pub(super) fn new(pool: Pool, offsets: Vec<usize>, slot_bytes: usize, wanted: usize) -> Self {
        Self {
            slots: Slots::new(pool, offsets, slot_bytes),
            wanted,
            filled: 0,
        }
    }

    /// The pool that gets the memory back.
    pub(crate) fn pool(&self) -> &Pool {
        self.slots.pool()
    }

    /// How many bytes were asked for.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// How many bytes it can hold: at least as many as were asked for, a multiple of the page.
    pub fn capacity(&self) -> usize {
        self.slots.layout().capacity()
    }

    /// How many bytes are in it.
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// Empties it, to fill it anew (a retried download).
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// Appends as much of `bytes` as fits; returns how many were taken.
    pub fn append(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while taken < bytes.len() && self.filled < self.capacity() {
            let room = self.room(self.filled, bytes.len() - taken);
            let count = room.len();
            room.copy_from_slice(&bytes[taken..taken + count]);
            taken += count;
            self.filled += count;
        }
        taken
    }

    /// Fills the rest of the page after the last byte with zeros.
    fn pad_to_page(&mut self) {
        let padded = self.filled.next_multiple_of(super::PAGE_BYTES);
        let zeros = [0_u8; super::PAGE_BYTES];
        let filled = self.filled;
        self.append(&zeros[..padded - filled]);
        self.filled = filled;
    }

    /// Its bytes, as contiguous runs.
    pub fn runs(&self) -> impl Iterator<Item = &[u8]> {
        let runs = self.slots.layout().runs(self.filled);
        runs.map(|(from, bytes)| self.slots.read(from, bytes))
    }

    /// Ends the filling. From here on any number of readers may read it. Zeros follow the last byte
    /// to the end of its page, so that the whole page can be written with `O_DIRECT`.
    pub fn freeze(mut self) -> Frozen {
        self.pad_to_page();
        Frozen {
            bytes: self.filled,
            slots: Arc::new(self.slots),
        }
    }

    /// Where its memory lies in the arena.
    pub(crate) fn layout(&self) -> Layout<'_> {
        self.slots.layout()
    }

    /// The memory from byte `from` to the end of its slot, at most `bytes` of it, to read a file
    /// into.
    pub(crate) fn room(&mut self, from: usize, bytes: usize) -> &mut [u8] {
        self.slots.write(from, bytes)
    }

    /// Notes that a read has put `bytes` bytes into it, from the front.
    pub(crate) fn set_filled(&mut self, bytes: usize) {
        assert!(
            bytes <= self.capacity(),
            "a read does not go beyond its lease"
        );
        self.filled = bytes;
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("wanted", &self.wanted)
            .field("filled", &self.filled)
            .finish_non_exhaustive()
    }
}

/// Filled memory that nobody writes any more. Clones share it; the last one gives it back to its
/// pool.
#[derive(Clone)]
pub struct Frozen {
    slots: Arc<Slots>,
    bytes: usize,
}

impl Frozen {
    /// How many bytes it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Its bytes as shared buffers, one per contiguous run. Each keeps the memory alive. Nothing is
    /// copied.
    pub fn pieces(&self) -> impl Iterator<Item = Bytes> + '_ {
        self.slots.layout().runs(self.bytes).map(|(from, bytes)| {
            let slots = Arc::clone(&self.slots);
            Bytes::from_owner(Piece { slots, from, bytes })
        })
    }

    /// The part of its bytes from `range.start` to `range.end`, in the same way.
    pub fn part(&self, range: Range<usize>) -> impl Iterator<Item = Bytes> + '_ {
        let mut begin = 0;
        self.pieces().filter_map(move |piece| {
            let end = begin + piece.len();
            let (from, to) = (range.start.max(begin), range.end.min(end));
            let part = (from < to).then(|| piece.slice(from - begin..to - begin));
            begin = end;
            part
        })
    }

    /// Its bytes, as contiguous runs.
    pub fn runs(&self) -> impl Iterator<Item = &[u8]> {
        let runs = self.slots.layout().runs(self.bytes);
        runs.map(|(from, bytes)| self.slots.read(from, bytes))
    }

    /// Where its memory lies in the arena.
    pub(crate) fn layout(&self) -> Layout<'_> {
        self.slots.layout()
    }

    /// The bytes from `from` to the end of their slot, at most `bytes` of them. They may reach into
    /// the zeros at the end of the last page.
    pub(crate) fn padded(&self, from: usize, bytes: usize) -> &[u8] {
        self.slots.read(from, bytes)
    }
}

impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frozen")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

/// One run of a frozen buffer, the owner of a `Bytes`.
struct Piece {
    slots: Arc<Slots>,
    from: usize,
    bytes: usize,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        self.slots.read(self.from, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffer::{LARGE_BYTES, SMALL_BYTES};

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(work)
    }

    #[test]
    fn a_block_larger_than_a_slot_keeps_its_bytes_in_order() {
        let pool = Pool::new(64 << 20, 8).unwrap();
        let data: Vec<u8> = (0..LARGE_BYTES * 2 + 12_345)
            .map(|i| (i * 7 % 251) as u8)
            .collect();
        let mut lease = run(pool.lease(data.len())).unwrap();
        assert_eq!(lease.append(&data), data.len());
        let frozen = lease.freeze();
        let pieces: Vec<Bytes> = frozen.pieces().collect();
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces.concat(), data);
        assert_eq!(frozen.runs().collect::<Vec<_>>().concat(), data);
        let middle = LARGE_BYTES - 5..LARGE_BYTES * 2 + 7;
        let part: Vec<Bytes> = frozen.part(middle.clone()).collect();
        assert_eq!(part.concat(), data[middle]);
        assert_eq!(frozen.part(9..9).count(), 0);
    }

    #[test]
    fn memory_returns_when_the_last_clone_is_dropped() {
        let pool = Pool::new(16 << 20, 8).unwrap();
        let mut lease = run(pool.lease(10)).unwrap();
        lease.append(b"0123456789");
        let frozen = lease.freeze();
        let piece = frozen.pieces().next().unwrap();
        drop(frozen);
        assert!(!pool.is_whole(), "a piece still reads the memory");
        assert_eq!(&piece[..], b"0123456789");
        drop(piece);
        assert!(pool.is_whole());
    }

    #[test]
    fn a_lease_takes_no_more_than_it_can_hold() {
        let pool = Pool::new(16 << 20, 8).unwrap();
        let mut lease = run(pool.lease(1)).unwrap();
        assert_eq!(lease.append(&vec![1; SMALL_BYTES + 1]), SMALL_BYTES);
        assert_eq!(lease.append(&[1]), 0);
    }

    #[test]
    fn a_block_beyond_the_pool_is_refused_and_not_waited_for() {
        let pool = Pool::new(0, 8).unwrap();
        assert!(run(pool.lease(pool.block_bytes_max())).is_ok());
        let error = run(pool.lease(pool.block_bytes_max() + 1)).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Limit);
    }

    #[test]
    fn freezing_fills_the_page_with_zeros_and_keeps_the_length() {
        let pool = Pool::new(0, 8).unwrap();
        let mut lease = run(pool.lease(5000)).unwrap();
        lease.append(&[9; 5000]);
        let frozen = lease.freeze();
        assert_eq!(frozen.bytes(), 5000);
        assert!(frozen.padded(5000, 3192).iter().all(|byte| *byte == 0));
    }
}
