//! File operations on the ring, through tokio-uring's extension point for submissions with a single
//! completion.
//!
//! An operation owns what the kernel uses: the buffer, the descriptor, the path. A dropped future
//! leaves them with the driver until the completion arrives. A count of operations in flight lets a
//! runtime end only after that.
#![expect(
    unsafe_code,
    reason = "addresses of owned memory are handed to the kernel"
)]

use std::cell::Cell;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::Arc;

use io_uring::{cqueue, opcode, squeue, types};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::process::{Resource, getrlimit};
use rustix::thread::{CapabilitySet, capabilities};
use tokio_uring::buf::fixed::FixedBufRegistry;
use tokio_uring::buf::{IoBuf, IoBufMut};
use tokio_uring::{OneshotOutputTransform, UnsubmittedOneshot};

use crate::buffer::{Frozen, Layout, Lease, Pool};

thread_local! {
    static IN_FLIGHT: Cell<usize> = const { Cell::new(0) };
}

/// How many operations of this thread the kernel has not completed yet.
pub(crate) fn in_flight() -> usize {
    IN_FLIGHT.get()
}

/// What an operation owns until the kernel has completed it.
struct OperationState<T> {
    what: T,
    _descriptor: Arc<OwnedFd>,
    _counted: InFlightCount,
}

struct InFlightCount;

impl InFlightCount {
    fn new() -> Self {
        IN_FLIGHT.set(IN_FLIGHT.get() + 1);
        Self
    }
}

impl Drop for InFlightCount {
    fn drop(&mut self) {
        IN_FLIGHT.set(IN_FLIGHT.get() - 1);
    }
}

/// Returns what the operation owned, with the kernel's result.
struct OperationOutput<T>(std::marker::PhantomData<T>);

impl<T: 'static> OneshotOutputTransform for OperationOutput<T> {
    type Output = (io::Result<u32>, T);
    type StoredData = OperationState<T>;

    fn transform_oneshot_output(
        self,
        held: OperationState<T>,
        entry: cqueue::Entry,
    ) -> Self::Output {
        let result = u32::try_from(entry.result())
            .map_err(|_| io::Error::from_raw_os_error(-entry.result()));
        (result, held.what)
    }
}

async fn submit<T: Unpin + 'static>(
    what: T,
    descriptor: &Arc<OwnedFd>,
    entry: squeue::Entry,
) -> (io::Result<u32>, T) {
    let held = OperationState {
        what,
        _descriptor: Arc::clone(descriptor),
        _counted: InFlightCount::new(),
    };
    UnsubmittedOneshot::new(held, OperationOutput(std::marker::PhantomData), entry)
        .submit()
        .await
}

/// Reads up to `bytes` at offset `at` of the file into the lease from its byte `from` on, within
/// one slot. `is_known`: that memory is registered with the ring.
pub(super) async fn read(
    file: &Arc<OwnedFd>,
    lease: Lease,
    (from, bytes): (usize, usize),
    at: u64,
    is_known: bool,
) -> (io::Result<u32>, Lease) {
    let descriptor = types::Fd(file.as_raw_fd());
    let (address, length) = place(lease.layout(), from, bytes);
    let entry = if is_known {
        opcode::ReadFixed::new(descriptor, address, length, 0)
            .offset(at)
            .build()
    } else {
        opcode::Read::new(descriptor, address, length)
            .offset(at)
            .build()
    };
    submit(lease, file, entry).await
}

/// Writes `bytes` of the buffer from its byte `from` on, within one slot, at offset `at` of the
/// file.
pub(super) async fn write(
    file: &Arc<OwnedFd>,
    frozen: Frozen,
    (from, bytes): (usize, usize),
    at: u64,
    is_known: bool,
) -> (io::Result<u32>, Frozen) {
    let descriptor = types::Fd(file.as_raw_fd());
    let (address, length) = place(frozen.layout(), from, bytes);
    let entry = if is_known {
        opcode::WriteFixed::new(descriptor, address, length, 0)
            .offset(at)
            .build()
    } else {
        opcode::Write::new(descriptor, address, length)
            .offset(at)
            .build()
    };
    submit(frozen, file, entry).await
}

/// The address and length of a run.
fn place(layout: Layout<'_>, from: usize, bytes: usize) -> (*mut u8, u32) {
    let (offset, length) = layout.run(from, bytes);
    (layout.address(offset), length as u32)
}

/// Opens `path` below `root`.
pub(super) async fn open(
    root: &Arc<OwnedFd>,
    path: CString,
    flags: OFlags,
    mode: Mode,
    resolve: ResolveFlags,
) -> io::Result<OwnedFd> {
    let how = types::OpenHow::new()
        .flags(u64::from(flags.bits()))
        .mode(u64::from(mode.bits()))
        .resolve(resolve.bits());
    let what = (path, Box::new(how));
    let entry = opcode::OpenAt2::new(
        types::Fd(root.as_raw_fd()),
        what.0.as_ptr(),
        &raw const *what.1,
    )
    .build();
    let (result, _) = submit(what, root, entry).await;
    // SAFETY: the kernel has just made this descriptor for us; nobody else knows it.
    result.map(|descriptor| unsafe { OwnedFd::from_raw_fd(descriptor as i32) })
}

/// The registered part of an arena, as one buffer of tokio-uring that is never given out.
struct RegisteredArena {
    pool: Pool,
    bytes: usize,
}

// SAFETY: the address is the arena's. The pool keeps the arena alive while this value lives, and
// the arena never moves.
unsafe impl IoBuf for RegisteredArena {
    fn stable_ptr(&self) -> *const u8 {
        self.pool.arena().at(0)
    }

    fn bytes_init(&self) -> usize {
        self.bytes
    }

    fn bytes_total(&self) -> usize {
        self.bytes
    }
}

// SAFETY: as above; the memory is initialised from the start, so `set_init` has nothing to note.
unsafe impl IoBufMut for RegisteredArena {
    fn stable_mut_ptr(&mut self) -> *mut u8 {
        self.pool.arena().at(0)
    }

    unsafe fn set_init(&mut self, _bytes: usize) {}
}

/// Keeps the beginning of an arena registered with this thread's ring while it lives.
pub(crate) struct Registration {
    _registry: FixedBufRegistry<RegisteredArena>,
}

impl Registration {
    /// Registers the beginning of the pool's arena as buffer 0. Refused with `ENOMEM` where
    /// `RLIMIT_MEMLOCK` is small.
    pub(crate) fn new(pool: &Pool) -> io::Result<Self> {
        let bytes = pool.registered_bytes();
        let registry = FixedBufRegistry::new([RegisteredArena {
            pool: pool.clone(),
            bytes,
        }]);
        registry.register()?;
        Ok(Self {
            _registry: registry,
        })
    }

    /// Whether the limits allow that. Memory that other processes of this user have locked is not
    /// counted.
    pub(crate) fn is_allowed(pool: &Pool) -> bool {
        let limit = getrlimit(Resource::Memlock).current;
        limit.is_none_or(|limit| limit >= pool.registered_bytes() as u64)
            || capabilities(None).is_ok_and(|has| has.effective.contains(CapabilitySet::IPC_LOCK))
    }
}
