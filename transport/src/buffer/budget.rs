//! The sum: how much memory a run may use and who uses it.
//!
//! One line per consumer. What is not listed here (code, stacks, the listing page being parsed, the console) fits in
//! the fixed 96 MiB that a run may use beside its budget.

use super::pool::{LARGE_BYTES, SLICE_BYTES, SLICES_MIN, SMALL_BYTES, SMALL_SLOTS};

const MIB: u64 = 1 << 20;

/// What a connection holds besides the arena: hyper's read buffer while a body arrives and TLS records both ways.
const CONNECTION_BYTES: u64 = 512 * 1024;

/// A queued piece of work: its task, names included, shared by its chunks.
const QUEUED_BYTES: u64 = 400;

/// How the memory of a run is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The whole, in bytes.
    pub total_bytes: u64,
    /// Each worker's arena, in bytes: small slots, slices and large slots.
    pub arena_bytes: u64,
}

impl Budget {
    /// Divides `total_bytes` over `workers` threads that share `connections` connections and a queue of `queued` works.
    ///
    /// The arena is what is left, but never less than two large slots and a few slices a worker: a worker with one
    /// slot could not overlap its disk with its network, and with none it could not finish a block.
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

    /// The most connections that leave half of `total_bytes` for data; a few are always allowed.
    pub fn connections_max(total_bytes: u64) -> u64 {
        (total_bytes / 2 / CONNECTION_BYTES).max(8)
    }

    /// The default total: a quarter of what the control group (or else the machine) allows, at most 1 GiB.
    pub fn default_total() -> u64 {
        let allowed = control_group_bytes()
            .unwrap_or(u64::MAX)
            .min(machine_bytes());
        (allowed / 4).clamp(64 * MIB, 1024 * MIB)
    }
}

/// The memory limit of this control group, version 2 first (`memory.max`), then version 1.
/// <https://docs.kernel.org/admin-guide/cgroup-v2.html>
fn control_group_bytes() -> Option<u64> {
    [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ]
    .iter()
    .find_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok())
}

fn machine_bytes() -> u64 {
    let info = rustix::system::sysinfo();
    info.totalram * u64::from(info.mem_unit.max(1))
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
}
