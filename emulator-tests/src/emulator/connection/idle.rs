//! Where idle connections wait without a thread: one epoll set for all of them.
//!
//! A connection's thread adds it here after the client has been silent for a while. The connection
//! gets a thread again with its next byte. Ten thousand silent clients cost their sockets and one
//! map entry each.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, eventfd};

use super::connection_register::RegisteredConnection;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::wire::Wire;

/// The token of the descriptor that ends the waiting. Connections are numbered from 1.
const STOP: u64 = 0;
const EVENTS_MAX: usize = 256;

/// A connection with nothing to do.
pub struct IdleConnection {
    /// Its bytes.
    pub wire: Wire,
    /// Who is at the other end.
    pub peer: Peer,
    /// Its entry in the register; dropping it removes the connection.
    pub guard: RegisteredConnection,
}

/// The set of idle connections.
pub struct IdleConnections {
    set: OwnedFd,
    waker: OwnedFd,
    connections: Mutex<HashMap<u64, IdleConnection>>,
}

impl IdleConnections {
    /// An empty set.
    pub fn new() -> io::Result<Self> {
        let set = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = eventfd(0, EventfdFlags::CLOEXEC)?;
        epoll::add(&set, &waker, EventData::new_u64(STOP), EventFlags::IN)?;
        Ok(Self {
            set,
            waker,
            connections: Mutex::default(),
        })
    }

    /// Adds a connection. A connection that epoll refuses is closed.
    pub fn add(&self, connection: IdleConnection) {
        let number = connection.guard.number;
        let socket = connection.guard.socket.clone();
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, connection);
        let flags = EventFlags::IN | EventFlags::RDHUP | EventFlags::ONESHOT;
        if epoll::add(&self.set, &*socket.0, EventData::new_u64(number), flags).is_err() {
            self.take(number);
        }
    }

    /// Passes each connection on when it has input, until [`IdleConnections::stop`].
    pub fn wait(&self, mut on_input: impl FnMut(IdleConnection)) {
        let mut events: Vec<Event> = Vec::with_capacity(EVENTS_MAX);
        loop {
            events.clear();
            match epoll::wait(&self.set, spare_capacity(&mut events), None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
            for event in &events {
                match event.data.u64() {
                    STOP => return,
                    number => {
                        if let Some(connection) = self.take(number) {
                            on_input(connection);
                        }
                    }
                }
            }
        }
    }

    /// Ends [`IdleConnections::wait`], and closes the idle connections.
    pub fn stop(&self) {
        let _ = rustix::io::write(&self.waker, &1_u64.to_ne_bytes());
        let connection = std::mem::take(
            &mut *self
                .connections
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        drop(connection);
    }

    fn take(&self, number: u64) -> Option<IdleConnection> {
        let connection = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&number)?;
        let _ = epoll::delete(&self.set, &*connection.guard.socket.0);
        Some(connection)
    }
}
