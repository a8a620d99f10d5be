//! The bytes of one connection, and how many of them have arrived.

use std::cell::Cell;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::Traffic;
use super::socket::Socket;

/// A request with fewer outstanding bytes is not asked how much has arrived: it is over soon.
const LITTLE_BYTES: u64 = 16 * 1024;

/// The bytes of a connection. The stream counts them, and the connection reads them.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    traffic: Arc<Traffic>,
    moved: Cell<u64>,
    sent: Cell<u64>,
    /// Of the sent bytes, those that the run's counters know as arrived.
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

    /// Begins a request: no byte of its answer has come.
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

    /// How many bytes went in both directions since the connection was made.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.get()
    }

    /// How many bytes of this request, its head included, the stream has taken.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Counts the bytes of this request that the peer has acknowledged, unless nearly all of it is
    /// known to have arrived.
    pub(crate) fn count_arrived(&self) {
        let sent = self.sent.get();
        if sent - self.arrived.get() > LITTLE_BYTES
            && let Some(bytes) = self.socket.unacknowledged()
        {
            self.arrived(sent.saturating_sub(bytes));
        }
    }

    /// The request is over: all of it counts as arrived, since nothing more will be known.
    pub(crate) fn is_over(&self) {
        self.arrived(self.sent.get());
    }

    /// Whether there is something to read, or the peer has closed.
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

    /// Counts received bytes.
    pub(crate) fn read(&self, bytes: usize) {
        self.traffic.received(bytes as u64);
        self.moved.set(self.moved.get() + bytes as u64);
        self.answered.set(self.answered.get().saturating_add(bytes));
    }

    /// Counts bytes that the stream has taken.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.sent.set(self.sent.get() + bytes as u64);
        self.moved.set(self.moved.get() + bytes as u64);
    }
}
