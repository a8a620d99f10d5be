//! One aligned mapping per worker, and the access to its slots.
//!
//! The arena is a mapping and not heap memory for three reasons: `O_DIRECT` needs aligned memory,
//! the ring registers it as one vector, and operations in flight must still find it when a runtime
//! ends. The machine provides a page when it is first used, so a large arena costs nothing until it
//! is needed.
//!
//! The heaps of the threads, from which everything else is allocated, are only counted here
//! ([`limit_heaps`]).
#![expect(
    unsafe_code,
    reason = "a raw mapping is shared between slots that never overlap, and a setting of the C library"
)]

use std::ffi::{c_int, c_void};
use std::ptr::{self, NonNull};

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::layout::Layout;
use super::pool::Pool;
use crate::{Error, Kind, Result};

/// The alignment of every slot: a page, the most that `O_DIRECT` needs on common file systems.
pub const PAGE_BYTES: usize = 4096;

/// The parameter of `mallopt` that is the most heaps (`malloc.h` of glibc).
#[cfg(target_env = "gnu")]
const M_ARENA_MAX: c_int = -8;

#[cfg(target_env = "gnu")]
// SAFETY: this is the signature in mallopt(3). The function takes a lock and changes only settings, so that
// any thread may call it at any time.
unsafe extern "C" {
    safe fn mallopt(parameter: c_int, value: c_int) -> c_int;
}

/// Sets the most heaps that glibc makes for threads that allocate at the same time. Threads share
/// them. The C library of other systems has one heap. Heaps that exist already stay.
pub(super) fn limit_heaps(heaps: c_int) {
    #[cfg(target_env = "gnu")]
    {
        // A refused value leaves the default.
        let _is_set = mallopt(M_ARENA_MAX, heaps);
    }
    #[cfg(not(target_env = "gnu"))]
    let _ = heaps;
}

/// An anonymous mapping, zeroed by the kernel, unmapped on drop.
#[derive(Debug)]
pub struct Arena {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the arena is only an address range. The pool decides who may touch which part of it: it
// gives out disjoint slots, each to one owner at a time.
unsafe impl Send for Arena {}
// SAFETY: as above; shared references to an arena give access to nothing by themselves.
unsafe impl Sync for Arena {}

impl Arena {
    /// Maps `bytes`, rounded up to whole pages. Fails when the address space or a limit refuses.
    pub fn map(bytes: usize) -> Result<Self> {
        let bytes = bytes.next_multiple_of(PAGE_BYTES);
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a fresh anonymous mapping at an address of the kernel's choice overlaps nothing.
        let mapped = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                flags,
            )
        };
        let base = mapped.ok().and_then(|base| NonNull::new(base.cast::<u8>()));
        let base = base.ok_or_else(|| {
            let message = format!(
                "cannot map {bytes} bytes of buffers: the limit of address space (`ulimit -v`) or the machine is too small for them"
            );
            Error::new(Kind::Limit, message)
        })?;
        Ok(Self { base, bytes })
    }

    /// The size in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The address of `offset`. Only the owner of the slot may read and write there.
    pub(crate) fn at(&self, offset: usize) -> *mut u8 {
        assert!(offset < self.bytes, "an offset inside the arena");
        self.base.as_ptr().wrapping_add(offset)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let base: *mut c_void = self.base.as_ptr().cast();
        // SAFETY: `map` made the mapping with this length, and no slot of it is in use: each slot
        // keeps the arena.
        let unmapped = unsafe { munmap(base, self.bytes) };
        debug_assert!(unmapped.is_ok(), "a mapping of ours can be unmapped");
    }
}

/// Slots of one size and the right to use them. Dropping it gives them back to the pool.
///
/// The pool gives each slot to one owner at a time. So a mutable reference to this value is the
/// only access to the bytes, and an operation of the kernel that uses them owns this value.
pub(super) struct Slots {
    pool: Pool,
    offsets: Vec<usize>,
    slot_bytes: usize,
}

impl Slots {
    /// Slots that were just taken from this pool. They have no other owner.
    pub(super) fn new(pool: Pool, offsets: Vec<usize>, slot_bytes: usize) -> Self {
        Self {
            pool,
            offsets,
            slot_bytes,
        }
    }

    /// The pool that gets them back.
    pub(super) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Where they lie in the arena.
    pub(super) fn layout(&self) -> Layout<'_> {
        Layout::new(self.pool.arena(), &self.offsets, self.slot_bytes)
    }

    /// The bytes from `from` to the end of their slot, at most `bytes` of them.
    pub(super) fn read(&self, from: usize, bytes: usize) -> &[u8] {
        let (begin, bytes) = self.run(from, bytes);
        // SAFETY: inside the mapping (`run`), initialised by the kernel; a writer has `self`
        // mutably or owns it.
        unsafe { std::slice::from_raw_parts(begin, bytes) }
    }

    /// The same bytes, to be written.
    pub(super) fn write(&mut self, from: usize, bytes: usize) -> &mut [u8] {
        let (begin, bytes) = self.run(from, bytes);
        // SAFETY: inside the mapping (`run`), initialised by the kernel; `self` is borrowed
        // mutably, so nobody else reads or writes these slots, and no operation of the kernel has
        // them, since it would own `self`.
        unsafe { std::slice::from_raw_parts_mut(begin, bytes) }
    }

    /// The address and length of a run, which lies inside the arena.
    fn run(&self, from: usize, bytes: usize) -> (*mut u8, usize) {
        let (offset, bytes) = self.layout().run(from, bytes);
        let arena = self.pool.arena();
        assert!(bytes <= arena.bytes() - offset, "a slot inside the arena");
        (arena.at(offset), bytes)
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        self.pool.give_back(&self.offsets, self.slot_bytes);
    }
}
