//! The sum of a run's memory, one line per consumer.
//!
//! What is not listed here (code, stacks, the page of a listing that is parsed, the console) fits
//! into the fixed 96 MiB that a run may use beside its budget.

use super::memory_limit;
use super::pool::{LARGE_BYTES, Pool, SLICE_BYTES, SLICES_MIN, SMALL_BYTES, SMALL_SLOTS};
use crate::{Error, Kind, Result};

const MIB: u64 = 1 << 20;

/// What a connection holds beside the arena: hyper's read buffer while a body arrives, and TLS
/// records both ways.
const CONNECTION_BYTES: u64 = 512 * 1024;

/// A queued piece of work: its task with names, which its chunks share.
const QUEUED_BYTES: u64 = 400;

/// This many connections are always allowed.
const CONNECTIONS_MIN: u64 = 8;

/// The smallest default: one worker with its smallest arena, and a few connections.
const TOTAL_MIN: u64 = 24 * MIB;

/// The message about missing memory names multiples of this.
const STEP_BYTES: u64 = 4 * MIB;

/// The message names at most this many steps: the largest block of a service has 4000 MiB.
const TOLD_STEPS_MAX: u64 = 16_384;

/// How the memory of a run is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The whole, in bytes.
    pub total_bytes: u64,
    /// Each worker's arena, in bytes: small slots, slices and large slots.
    pub arena_bytes: u64,
}

impl Budget {
    /// Divides `total_bytes` over `workers` threads that share `connections` connections and a
    /// queue of `queued` works.
    ///
    /// The arenas get the rest, but never less than two large slots and a few slices for each
    /// worker. A worker with one slot could not use disk and network at once; a worker without
    /// could not finish a block.
    pub fn divide(total_bytes: u64, workers: u64, connections: u64, queued: u64) -> Self {
        let fixed = connections * CONNECTION_BYTES + queued * QUEUED_BYTES;
        let small = SMALL_SLOTS as u64 * SMALL_BYTES as u64;
        let least = small + (SLICES_MIN * SLICE_BYTES + 2 * LARGE_BYTES) as u64;
        let share = total_bytes.saturating_sub(fixed) / workers.max(1);
        let large_slots = share.saturating_sub(small) / LARGE_BYTES as u64;
        Self {
            total_bytes,
            arena_bytes: (small + large_slots * LARGE_BYTES as u64).max(least),
        }
    }

    /// The most connections that leave half of `total_bytes` for data. A few are always allowed.
    pub fn connections_max(total_bytes: u64) -> u64 {
        (total_bytes / 2 / CONNECTION_BYTES).max(CONNECTIONS_MIN)
    }

    /// Divides the same over fewer workers, so that each of them can hold a block of `block_bytes`,
    /// and over fewer connections, so that they leave room for blocks. Returns the number of
    /// workers too.
    ///
    /// Fails with [`Kind::Limit`] where not even one worker could hold a block. A block of the
    /// default size always fits.
    pub fn divide_for_blocks(
        total_bytes: u64,
        workers: u64,
        connections: u64,
        queued: u64,
        block_bytes: u64,
    ) -> Result<(Self, u64)> {
        let is_usual = block_bytes <= LARGE_BYTES as u64;
        // Each connection with a large block has that block in memory.
        let at_once = (total_bytes / block_bytes.max(1)).max(CONNECTIONS_MIN);
        let connections = if is_usual {
            connections
        } else {
            connections.min(at_once)
        };
        let fits = |total_bytes, workers| {
            let budget = Self::divide(total_bytes, workers, connections, queued);
            let is_within = budget.arena_bytes * workers <= total_bytes;
            let fits = is_within && Pool::block_bytes_in(budget.arena_bytes) >= block_bytes;
            fits.then_some((budget, workers))
        };
        if let Some(found) = (1..=workers.max(1))
            .rev()
            .find_map(|workers| fits(total_bytes, workers))
        {
            return Ok(found);
        }
        if is_usual {
            return Ok((Self::divide(total_bytes, 1, connections, queued), 1));
        }
        let least = (1..=TOLD_STEPS_MAX)
            .map(|step| step * STEP_BYTES)
            .find(|total| fits(*total, 1).is_some());
        Err(Error::new(
            Kind::Limit,
            format!(
                "blocks of {} MiB do not fit into {} MiB of memory: give at least `/Memory:{}M` (`--memory {2}M`), or \
                 smaller blocks",
                block_bytes.div_ceil(MIB),
                total_bytes / MIB,
                least.unwrap_or(TOLD_STEPS_MAX * STEP_BYTES) / MIB
            ),
        ))
    }

    /// The default total: a quarter of what the machine, the control groups and the limit of
    /// address space allow, at most 1 GiB.
    pub fn default_total() -> u64 {
        Self::share_of(memory_limit::allowed_bytes())
    }

    /// A quarter. On a small machine as much as a run needs to go well, if that is at most half.
    fn share_of(allowed_bytes: u64) -> u64 {
        let least = (64 * MIB).min(allowed_bytes / 2).max(TOTAL_MIN);
        (allowed_bytes / 4).clamp(least, 1024 * MIB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_always_has_two_large_slots() {
        let budget = Budget::divide(0, 8, 512, 100_000);
        assert_eq!(
            budget.arena_bytes,
            (SMALL_SLOTS * SMALL_BYTES + SLICES_MIN * SLICE_BYTES + 2 * LARGE_BYTES) as u64
        );
    }

    #[test]
    fn the_arenas_and_the_fixed_parts_stay_within_the_whole() {
        let budget = Budget::divide(1024 * MIB, 2, 16, 4096);
        assert!(2 * budget.arena_bytes + 16 * CONNECTION_BYTES + 4096 * QUEUED_BYTES <= 1024 * MIB);
        assert!(budget.arena_bytes > 400 * MIB);
    }

    #[test]
    fn large_blocks_take_fewer_workers_and_too_large_ones_are_an_error() {
        let divide =
            |total, block| Budget::divide_for_blocks(total * MIB, 8, 512, 1024, block * MIB);
        let (budget, workers) = divide(256, 64).unwrap();
        assert!(workers < 8 && Pool::block_bytes_in(budget.arena_bytes) >= 64 << 20);
        assert!(budget.arena_bytes * workers <= 256 * MIB);
        assert_eq!(divide(1024, 4).unwrap().1, 8);
        let error = divide(64, 100).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit);
        let message = error.to_string();
        let least: u64 = message
            .split("/Memory:")
            .nth(1)
            .and_then(|rest| rest.split('M').next()?.parse().ok())
            .unwrap();
        assert!(
            least > 100 && divide(least, 100).is_ok() && divide(least - 4, 100).is_err(),
            "{message}"
        );
    }

    #[test]
    fn the_default_is_a_quarter_and_of_little_no_more_than_half() {
        let share = |mib: u64| Budget::share_of(mib * MIB) / MIB;
        assert_eq!([share(512), share(2048), share(1 << 20)], [128, 512, 1024]);
        assert_eq!([share(200), share(128), share(100)], [64, 64, 50]);
        assert_eq!(share(32), 24);
    }
}
