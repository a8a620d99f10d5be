//! Where the bytes of a lease lie: slots of one size, anywhere in the arena.

use super::arena::Arena;

/// Slots of one size, in the order in which they hold the bytes of a lease.
#[derive(Clone, Copy)]
pub(crate) struct Layout<'a> {
    arena: &'a Arena,
    offsets: &'a [usize],
    slot_bytes: usize,
}

impl<'a> Layout<'a> {
    pub(super) fn new(arena: &'a Arena, offsets: &'a [usize], slot_bytes: usize) -> Self {
        Self {
            arena,
            offsets,
            slot_bytes,
        }
    }

    /// How many bytes all slots hold.
    pub(super) fn capacity(self) -> usize {
        self.offsets.len() * self.slot_bytes
    }

    /// The contiguous run that begins at byte `from`, at most `bytes` long: its offset in the arena
    /// and its length.
    pub(crate) fn run(self, from: usize, bytes: usize) -> (usize, usize) {
        let (index, skip) = (from / self.slot_bytes, from % self.slot_bytes);
        (
            self.offsets[index] + skip,
            (self.slot_bytes - skip).min(bytes),
        )
    }

    /// The contiguous runs of the first `total` bytes: their first byte and their length.
    pub(super) fn runs(self, total: usize) -> impl Iterator<Item = (usize, usize)> + 'a {
        (0..total)
            .step_by(self.slot_bytes)
            .map(move |from| (from, self.slot_bytes.min(total - from)))
    }

    /// The address of an arena offset, for an operation of the kernel that owns the memory.
    pub(crate) fn address(self, offset: usize) -> *mut u8 {
        self.arena.at(offset)
    }
}
