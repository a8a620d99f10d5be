//! One worker: a single-threaded runtime, on a ring where there is one, and its buffers.

use std::time::Duration;

use tokio::task::LocalSet;

use super::io_mode::{IoChoice, IoMode, why_no_ring};
use crate::buffer::Pool;
use crate::disk::{self, Disk, Registration};
use crate::{Error, Kind, Result};

/// Entries of the submission queue: more than a worker has under way, and few enough for a small
/// `RLIMIT_MEMLOCK`.
const RING_ENTRIES: u32 = 256;

/// How long the end of a run waits for operations that the kernel still has.
const DRAIN_MS_MAX: u64 = 5_000;

/// What the tasks of a worker use.
#[derive(Clone)]
pub struct Engine {
    /// Memory.
    pub pool: Pool,
    /// Files.
    pub disk: Disk,
    /// How files are read and written.
    pub mode: IoMode,
}

/// Runs `body` to its end on this thread, in its own runtime, with this pool as memory. Tasks that
/// `body` spawned with `spawn_local` and did not wait for are dropped. Operations that the kernel
/// still has are waited for.
///
/// Fails when not even a plain runtime can be made, or when a ring was demanded and is refused.
pub fn run<T, F: Future<Output = T>>(
    choice: IoChoice,
    pool: Pool,
    body: impl FnOnce(Engine) -> F,
) -> Result<T> {
    if choice == IoChoice::Threads {
        return run_on_threads(pool, "as asked".into(), body);
    }
    match ring() {
        Ok(ring) => Ok(run_on_ring(ring, pool, body)),
        Err(error) if choice == IoChoice::Auto => run_on_threads(pool, why_no_ring(&error), body),
        Err(error) => Err(Error::new(Kind::Limit, why_no_ring(&error))),
    }
}

/// A runtime on a ring. `COOP_TASKRUN` saves interrupts. `DEFER_TASKRUN` would hang here, because
/// tokio-uring waits in epoll and never enters the kernel for completions.
fn ring() -> std::io::Result<tokio_uring::Runtime> {
    let mut setup = tokio_uring::uring_builder();
    setup.setup_coop_taskrun().setup_single_issuer();
    let plain = tokio_uring::uring_builder();
    let build = |setup| {
        tokio_uring::Runtime::new(
            tokio_uring::builder()
                .entries(RING_ENTRIES)
                .uring_builder(setup),
        )
    };
    // Kernels before 6.0 answer EINVAL to the flags.
    build(&setup).or_else(|error| {
        if error.raw_os_error() == Some(22) {
            build(&plain)
        } else {
            Err(error)
        }
    })
}

fn run_on_ring<T, F: Future<Output = T>>(
    ring: tokio_uring::Runtime,
    pool: Pool,
    body: impl FnOnce(Engine) -> F,
) -> T {
    let (value, is_drained) = ring.block_on(async {
        let mode = if Registration::is_allowed(&pool) {
            IoMode::RingRegistered
        } else {
            IoMode::RingPlain
        };
        let value = body(Engine {
            pool: pool.clone(),
            disk: Disk::ring(&pool),
            mode,
        })
        .await;
        (value, drained().await)
    });
    if !is_drained {
        // For example a read that a dead network file system never answers. Its memory and its ring
        // are leaked, since dropping the runtime would free memory that the kernel may still write
        // to.
        std::mem::forget(ring);
        std::mem::forget(pool);
    }
    value
}

/// Waits until the kernel has no operation of this thread.
async fn drained() -> bool {
    for _ in 0..DRAIN_MS_MAX {
        if disk::in_flight() == 0 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

fn run_on_threads<T, F: Future<Output = T>>(
    pool: Pool,
    reason: String,
    body: impl FnOnce(Engine) -> F,
) -> Result<T> {
    let runtime = plain_runtime()?;
    let engine = Engine {
        pool,
        disk: Disk::threads(),
        mode: IoMode::Threads(reason),
    };
    let value = LocalSet::new().block_on(&runtime, body(engine));
    Ok(value)
}

/// A runtime of one thread without a ring, for threads that only use the network.
pub fn plain_runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Limit, format!("cannot start a runtime: {error}")))
}
