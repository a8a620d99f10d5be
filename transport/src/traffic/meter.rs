//! What goes over one connection, and how much of it has arrived.

use std::cell::Cell;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::Traffic;
use super::socket::Socket;

/// Of a request of which no more is outstanding, in bytes, it is not asked how much has arrived: it soon is over.
const LITTLE_BYTES: u64 = 16 * 1024;

/// What has gone over a connection. Shared by the wire, which counts, and the connection, which asks.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    traffic: Arc<Traffic>,
    moved: Cell<u64>,
    sent: Cell<u64>,
    /// Of these, the bytes that the run's counters know to have arrived.
    arrived: Cell<u64>,
    socket: Socket,
    answered: Cell<usize>,
    head_is_here: Cell<bool>,
}

impl Meter {
    /// A meter that also adds to the run's counters.
    pub(crate) fn new(traffic: Arc<Traffic>) -> Self {
        Self {
            traffic,
            ..Self::default()
        }
    }

    /// A request begins, whose names are spelled like this: nothing of its answer is here.
    pub(crate) fn begin(&self) {
        self.sent.set(0);
        self.arrived.set(0);
        self.answered.set(0);
        self.head_is_here.set(false);
    }

    /// The answer's head is complete.
    pub(crate) fn head_is_here(&self) {
        self.head_is_here.set(true);
    }

    /// The connection goes over this socket.
    pub(crate) fn opens(&self, stream: &impl AsRawFd) {
        self.socket.is(stream);
    }

    /// The socket is about to be closed.
    pub(crate) fn closes(&self) {
        self.socket.closes();
    }

    /// How many bytes went either way since the connection was made.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.get()
    }

    /// How many bytes of this request, its head included, the stream has taken.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Tells the run's counters what the other end has acknowledged of this request, unless all of it is known to have arrived.
    pub(crate) fn look(&self) {
        let sent = self.sent.get();
        if sent - self.arrived.get() > LITTLE_BYTES
            && let Some(bytes) = self.socket.unacknowledged()
        {
            self.arrived(sent.saturating_sub(bytes));
        }
    }

    /// The request is over: whether it has arrived will not be known any better.
    pub(crate) fn is_over(&self) {
        self.arrived(self.sent.get());
    }

    /// Whether there is something to read, or the other end has closed.
    pub(crate) fn has_input(&self) -> bool {
        self.socket.has_input()
    }

    fn arrived(&self, bytes: u64) {
        let before = self.arrived.get();
        if bytes > before {
            self.traffic.arrived(bytes - before);
            self.arrived.set(bytes);
        }
    }

    /// Whether any byte of the answer has come.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered.get() > 0
    }

    /// Whether the answer's head, which is not complete yet, has so many bytes or more.
    pub(crate) fn head_exceeds(&self, bytes: usize) -> bool {
        !self.head_is_here.get() && self.answered.get() >= bytes
    }

    /// Bytes came.
    pub(crate) fn read(&self, bytes: usize) {
        self.traffic.received(bytes as u64);
        self.moved.set(self.moved.get() + bytes as u64);
        self.answered.set(self.answered.get().saturating_add(bytes));
    }

    /// Bytes were taken by the stream.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.sent.set(self.sent.get() + bytes as u64);
        self.moved.set(self.moved.get() + bytes as u64);
    }
}
