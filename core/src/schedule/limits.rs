//! Fixed limits: how many requests, worker threads and open objects there may be at once.

use azring_transport::md5::LANES;

/// The highest number of concurrent requests (`/NC`).
pub const CONCURRENCY_MAX: u32 = 512;

/// The most worker threads: each drives several GB/s, so more bring nothing.
const WORKERS_MAX: u32 = 8;

/// Large objects whose chunks are queued in turns. Fewer would leave workers waiting for a slow
/// object.
pub(crate) const OPEN_MAX: usize = 8;

/// The same for objects with an MD5: as many as one thread hashes side by side.
pub(crate) const HASHED_MAX: usize = LANES;

/// The first number of requests of all workers together: `/NC:n`, or AzCopy's default, eight for
/// each core.
pub fn usual(asked: Option<u32>, cores: u32) -> u32 {
    asked.unwrap_or(8 * cores).clamp(1, CONCURRENCY_MAX)
}

/// How many worker threads drive that many requests: one for each core, as long as each has
/// something to do.
pub fn workers(cores: u32, concurrency: u32) -> u32 {
    cores.clamp(1, WORKERS_MAX).min(concurrency)
}

/// The permits of worker `index` of `workers`. The parts add up to the whole.
pub fn permits_of_worker(concurrency: u32, workers: u32, index: u32) -> u32 {
    concurrency / workers + u32::from(index < concurrency % workers)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shares_add_up_and_nobody_is_idle(cores in 1_u32..300, asked in proptest::option::of(1_u32..=512)) {
            let concurrency = usual(asked, cores);
            let workers = workers(cores, concurrency);
            let shares: Vec<u32> = (0..workers).map(|index| permits_of_worker(concurrency, workers, index)).collect();
            prop_assert_eq!(shares.iter().sum::<u32>(), concurrency);
            prop_assert!(shares.iter().all(|permits| *permits > 0));
        }
    }
}
