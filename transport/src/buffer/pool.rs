//! The free slots of one arena, and who waits for them.
//!
//! There are three sizes: small slots for small objects and answers of a service, large slots for
//! blocks, and slices for bodies that are read while they are sent. A block larger than one large
//! slot takes several. Waiters are served in the order in which they asked. That is half of the
//! proof against deadlocks: the oldest chunk is always the first to get memory.
//!
//! The last slot given back is the first to be given out. So a run that needs little stays in the
//! part of the arena that caches hold and the ring has registered. For the same reason large slots
//! become available only as needed: as many as a given number of blocks of the largest size so far.
//! Chunks that wait for a digest then stop the reading and do not fill the budget.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::arena::Arena;
use super::lease::Lease;
use super::memory_pressure::MemoryPressure;
use crate::{Error, Kind, Result};

/// The size of a small slot.
pub const SMALL_BYTES: usize = 64 * 1024;

/// The size of a large slot: the default block.
pub const LARGE_BYTES: usize = 4 * 1024 * 1024;

/// The size of a slot for a slice. A slice of what is in the page cache uses less of it.
pub const SLICE_BYTES: usize = 1024 * 1024;

/// The number of small slots at the beginning of an arena.
pub(super) const SMALL_SLOTS: usize = 64;

/// Slices get one byte of the arena in this many.
const SLICES_SHARE: usize = 4;

/// The smallest number of slices.
pub(super) const SLICES_MIN: usize = 4;

/// How many large slots are registered with the ring. More would only pin more memory.
const REGISTERED_LARGE_SLOTS: usize = 8;

/// Gives out the slots of one arena. Clones share it; any thread may give slots back.
#[derive(Debug, Clone)]
pub struct Pool(Arc<PoolShared>);

#[derive(Debug)]
struct PoolShared {
    arena: Arena,
    small: FreeList,
    slices: FreeList,
    large: FreeList,
    pressure: Arc<MemoryPressure>,
}

/// The free slots of one size.
#[derive(Debug)]
struct FreeList {
    slot_bytes: usize,
    slots: usize,
    blocks: AtomicUsize,
    free: Mutex<Vec<usize>>,
    tickets: Semaphore,
    stocked: AtomicUsize,
}

impl FreeList {
    /// Slots from offset `from` on, for `blocks` blocks at once. The list is reversed, so that the
    /// lowest is taken first.
    fn new(from: usize, slot_bytes: usize, slots: usize, blocks: usize) -> Self {
        let free = (0..slots)
            .rev()
            .map(|index| from + index * slot_bytes)
            .collect();
        let stocked = slots.min(blocks);
        Self {
            slot_bytes,
            slots,
            blocks: AtomicUsize::new(blocks),
            free: Mutex::new(free),
            tickets: Semaphore::new(stocked),
            stocked: AtomicUsize::new(stocked),
        }
    }

    /// Makes as many slots available as `blocks` blocks of `count` slots need, if there are not as
    /// many yet.
    fn stock(&self, count: usize) {
        let blocks = self.blocks.load(Ordering::Relaxed);
        let wanted = count.saturating_mul(blocks).min(self.slots);
        let before = self.stocked.fetch_max(wanted, Ordering::Relaxed);
        self.tickets.add_permits(wanted.saturating_sub(before));
    }

    async fn take(&self, count: usize, pressure: &MemoryPressure) -> Vec<usize> {
        self.stock(count);
        if let Some(taken) = self.try_take(count) {
            return taken;
        }
        let is_all_out = self.stocked.load(Ordering::Relaxed) == self.slots;
        let _waits = is_all_out.then(|| pressure.wait());
        let tickets = self
            .tickets
            .acquire_many(count as u32)
            .await
            .expect("a free list is never closed");
        tickets.forget();
        self.pick(count)
    }

    /// The same without waiting; `None` where the slots are not free.
    fn try_take(&self, count: usize) -> Option<Vec<usize>> {
        let tickets = self.tickets.try_acquire_many(count as u32).ok()?;
        tickets.forget();
        Some(self.pick(count))
    }

    /// Takes slots whose tickets were taken.
    fn pick(&self, count: usize) -> Vec<usize> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = free.len() - count;
        let mut taken = free.split_off(rest);
        taken.reverse();
        taken
    }

    fn give_back(&self, offsets: &[usize]) {
        self.free
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(offsets.iter().rev());
        self.tickets.add_permits(offsets.len());
    }
}

/// How many slices and how many large slots an arena of this size has.
fn slots_in(arena_bytes: u64) -> (usize, usize) {
    let slices = (arena_bytes as usize / SLICES_SHARE / SLICE_BYTES).max(SLICES_MIN);
    let others = SMALL_SLOTS * SMALL_BYTES + slices * SLICE_BYTES;
    let rest = (arena_bytes as usize).saturating_sub(others);
    (slices, (rest / LARGE_BYTES).max(2))
}

impl Pool {
    /// Cuts an arena of `arena_bytes` (see [`super::Budget`]) into slots. `blocks` is how many
    /// large blocks are needed at once; there is always room for two.
    pub fn new(arena_bytes: u64, blocks: usize) -> Result<Self> {
        Self::sharing(arena_bytes, blocks, &Arc::default())
    }

    /// The same. `pressure` counts the waits of several pools together.
    pub fn sharing(
        arena_bytes: u64,
        blocks: usize,
        pressure: &Arc<MemoryPressure>,
    ) -> Result<Self> {
        let small_bytes = SMALL_SLOTS * SMALL_BYTES;
        let (slices, large_slots) = slots_in(arena_bytes);
        let slices_bytes = slices * SLICE_BYTES;
        let large_bytes = large_slots * LARGE_BYTES;
        let arena = Arena::map(small_bytes + large_bytes + slices_bytes)?;
        let small = FreeList::new(0, SMALL_BYTES, SMALL_SLOTS, SMALL_SLOTS);
        let large = FreeList::new(small_bytes, LARGE_BYTES, large_slots, blocks.max(2));
        let slices = FreeList::new(small_bytes + large_bytes, SLICE_BYTES, slices, slices);
        Ok(Self(Arc::new(PoolShared {
            arena,
            small,
            slices,
            large,
            pressure: Arc::clone(pressure),
        })))
    }

    /// Waits for memory for `bytes` (at least one) and takes it. Fails at once when the whole pool
    /// could not hold it. Dropping the future gives up the place in the queue.
    pub async fn lease(&self, bytes: usize) -> Result<Lease> {
        let room = self.room_for(bytes);
        let count = bytes.div_ceil(room.slot_bytes).max(1);
        if count > room.slots {
            return Err(Error::new(
                Kind::Limit,
                format!(
                    "a block of {bytes} bytes does not fit into the {} bytes of buffers of a worker: give more memory (`/Memory`, `--memory`)",
                    self.block_bytes_max()
                ),
            ));
        }
        let offsets = room.take(count, &self.0.pressure).await;
        Ok(Lease::new(self.clone(), offsets, room.slot_bytes, bytes))
    }

    /// Waits for memory for a slice, at most [`SLICE_BYTES`], and takes it.
    pub(crate) async fn slice(&self) -> Lease {
        let offsets = self.0.slices.take(1, &self.0.pressure).await;
        Lease::new(self.clone(), offsets, SLICE_BYTES, SLICE_BYTES)
    }

    /// The same without waiting, where a slice is free and nobody waits for it.
    pub(crate) fn slice_if_free(&self) -> Option<Lease> {
        let offsets = self.0.slices.try_take(1)?;
        Some(Lease::new(self.clone(), offsets, SLICE_BYTES, SLICE_BYTES))
    }

    /// The same without waiting; `None` when no memory is free.
    pub fn try_lease(&self, bytes: usize) -> Option<Lease> {
        let room = self.room_for(bytes);
        let offsets = room.try_take(bytes.div_ceil(room.slot_bytes).max(1))?;
        Some(Lease::new(self.clone(), offsets, room.slot_bytes, bytes))
    }

    /// This many large blocks are needed at once from now on. Slots that are available already stay
    /// so.
    pub fn provide_for(&self, blocks: usize) {
        self.0.large.blocks.store(blocks.max(2), Ordering::Relaxed);
    }

    /// The largest block that an arena of this size can hold.
    pub(super) fn block_bytes_in(arena_bytes: u64) -> u64 {
        let (_, large_slots) = slots_in(arena_bytes);
        (large_slots * LARGE_BYTES) as u64
    }

    /// The largest block that a lease can hold.
    pub fn block_bytes_max(&self) -> usize {
        self.0.large.slots * LARGE_BYTES
    }

    /// How many leases for blocks of `bytes` can exist at once.
    pub fn capacity(&self, bytes: usize) -> usize {
        let room = self.room_for(bytes);
        room.slots / bytes.div_ceil(room.slot_bytes).max(1)
    }

    /// True when every slot is back.
    pub fn is_whole(&self) -> bool {
        [&self.0.small, &self.0.slices, &self.0.large]
            .iter()
            .all(|shelf| shelf.tickets.available_permits() == shelf.stocked.load(Ordering::Relaxed))
    }

    /// How many bytes at the arena's beginning are registered with the ring.
    pub(crate) fn registered_bytes(&self) -> usize {
        (SMALL_SLOTS * SMALL_BYTES + REGISTERED_LARGE_SLOTS * LARGE_BYTES).min(self.0.arena.bytes())
    }

    pub(crate) fn arena(&self) -> &Arena {
        &self.0.arena
    }

    pub(super) fn give_back(&self, offsets: &[usize], slot_bytes: usize) {
        let room = match slot_bytes {
            SLICE_BYTES => &self.0.slices,
            _ => self.room_for(slot_bytes),
        };
        room.give_back(offsets);
    }

    fn room_for(&self, bytes: usize) -> &FreeList {
        if bytes <= SMALL_BYTES {
            &self.0.small
        } else {
            &self.0.large
        }
    }
}
