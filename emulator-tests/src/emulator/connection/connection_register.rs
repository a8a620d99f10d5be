//! The register of open connections. Stopping shuts their sockets, so that no thread waits for a
//! timeout.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::emulator::http::wire::Socket;

/// How long stopping waits for threads to notice that their sockets are shut.
const STOP_WAIT: Duration = Duration::from_millis(500);

/// The register of open connections.
#[derive(Default)]
pub struct ConnectionRegister {
    open: Mutex<OpenConnections>,
    emptied: Condvar,
    next: AtomicU64,
}

/// The sockets by number.
#[derive(Default)]
pub struct OpenConnections {
    sockets: HashMap<u64, Socket>,
    stopped: bool,
}

impl OpenConnections {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.sockets.len()
    }
}

/// A connection's entry in the register.
pub struct RegisteredConnection {
    /// Its number since the start.
    pub number: u64,
    /// Its socket.
    pub socket: Socket,
    connections: Arc<ConnectionRegister>,
}

impl ConnectionRegister {
    /// The open connections, locked.
    pub fn open(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection; `None` when the server stops.
    pub fn register(self: &Arc<Self>, socket: TcpStream) -> Option<RegisteredConnection> {
        let socket = Socket(Arc::new(socket));
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut open = self.open();
        if open.stopped {
            return None;
        }
        open.sockets.insert(number, socket.clone());
        drop(open);
        Some(RegisteredConnection {
            number,
            socket,
            connections: Arc::clone(self),
        })
    }

    /// Shuts all sockets, and waits a moment until their threads have noticed.
    pub fn close_all(&self) {
        let mut open = self.open();
        open.stopped = true;
        for socket in open.sockets.values() {
            let _ = socket.0.shutdown(Shutdown::Both);
        }
        let _ = self
            .emptied
            .wait_timeout_while(open, STOP_WAIT, |open| !open.sockets.is_empty());
    }
}

impl Drop for RegisteredConnection {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.sockets.remove(&self.number);
        if open.sockets.is_empty() {
            self.connections.emptied.notify_all();
        }
    }
}
