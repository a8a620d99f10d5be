//! A TCP relay before a server that can be closed and opened again, for tests of outages.
//!
//! The relay listens on one port and copies bytes both ways. A closed relay ends its connections.
//! Its port then refuses new connections, or accepts and closes them as a load balancer without
//! servers does. The server keeps its state.
//!
//! The port stays bound while it refuses, so that no other server of the machine takes it.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::account::Account;
use crate::emulator::clock::pause;
use crate::rest::BlobService;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 128;

/// What happens to a new connection while the relay is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhileClosed {
    /// Connections are refused.
    Refusing,
    /// Connections are accepted and closed.
    Closing,
}

/// A relay before one server. Dropping it closes it permanently.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    state: Arc<RelayState>,
}

#[derive(Debug)]
struct RelayState {
    server: String,
    listener: TcpListener,
    connections: Mutex<Connections>,
    /// After how many bytes it closes itself.
    bytes_left: AtomicU64,
}

#[derive(Debug)]
struct Connections {
    is_open: bool,
    is_listening: bool,
    while_closed: WhileClosed,
    carried: Vec<TcpStream>,
    is_over: bool,
}

impl Relay {
    /// An open relay before the server at `origin`.
    ///
    /// # Panics
    /// When no port is free.
    pub fn before(origin: &str) -> Self {
        let (_, server) = origin
            .split_once("://")
            .expect("an origin begins with its scheme");
        let listener = bind_free_port().expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(RelayState {
            server: server.to_owned(),
            listener,
            connections: Mutex::new(Connections {
                is_open: true,
                is_listening: true,
                while_closed: WhileClosed::Refusing,
                carried: Vec::new(),
                is_over: false,
            }),
            bytes_left: AtomicU64::new(u64::MAX),
        });
        let watched = Arc::clone(&state);
        thread::spawn(move || while watched.accept() {});
        Self { address, state }
    }

    /// Scheme, address and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The blob service of `account`, reached through the relay.
    pub fn blob_service(&self, account: &Account) -> BlobService {
        BlobService::path_style(&self.origin(), account, None)
    }

    /// Closes it now.
    pub fn close(&self, how: WhileClosed) {
        self.state.connections().while_closed = how;
        self.state.close();
    }

    /// Closes it after so many more bytes, counted in both directions.
    pub fn close_after(&self, bytes: u64, how: WhileClosed) {
        self.state.connections().while_closed = how;
        self.state.bytes_left.store(bytes, Ordering::SeqCst);
    }

    /// Opens it again.
    ///
    /// # Panics
    /// When the system does not let it listen again.
    pub fn open(&self) {
        let mut connections = self.state.connections();
        self.state.bytes_left.store(u64::MAX, Ordering::SeqCst);
        if !connections.is_listening {
            rustix::net::listen(&self.state.listener, BACKLOG).expect("the port is still bound");
        }
        connections.is_listening = true;
        connections.is_open = true;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.connections().is_over = true;
        self.state.close();
    }
}

/// Listens on a port of 127.0.0.1 that the system chose, bound by its number.
///
/// A port that was bound as 0 is released when its socket stops listening (`shutdown(2)`). A port
/// that was bound by its number stays bound until the socket is closed.
fn bind_free_port() -> io::Result<TcpListener> {
    loop {
        let chosen = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        match TcpListener::bind(chosen) {
            Ok(listener) => {
                listener.set_nonblocking(true)?;
                return Ok(listener);
            }
            // Another server took it between the two calls.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
}

impl RelayState {
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        Self::close_locked(&self.listener, &mut self.connections());
    }

    /// Closes it because its bytes are used up, unless it was opened again since then.
    fn close_when_used_up(&self) {
        let mut connections = self.connections();
        if self.bytes_left.load(Ordering::SeqCst) != u64::MAX {
            Self::close_locked(&self.listener, &mut connections);
        }
    }

    fn close_locked(listener: &TcpListener, connections: &mut Connections) {
        connections.is_open = false;
        let refuses = connections.while_closed == WhileClosed::Refusing || connections.is_over;
        // Shutting it a second time would end the connections that it accepts later.
        if refuses && connections.is_listening {
            // Closing the descriptor would not be enough: a child of this process has a copy of it
            // from its fork(2) until its execve(2), and the port listens as long as any is open.
            let _ = rustix::net::shutdown(listener, rustix::net::Shutdown::Both);
            connections.is_listening = false;
        }
        for stream in connections.carried.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Accepts one connection, if there is one; false after the relay was dropped.
    fn accept(self: &Arc<Self>) -> bool {
        let mut connections = self.connections();
        if connections.is_over {
            return false;
        }
        match self.listener.accept() {
            Ok((client, _)) if connections.is_open => {
                let _ = client.set_nonblocking(false);
                if let Ok(server) = TcpStream::connect(&self.server) {
                    let streams = [&client, &server].map(TcpStream::try_clone);
                    connections.carried.extend(streams.into_iter().flatten());
                    for (from, to) in [(&client, &server), (&server, &client)] {
                        if let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) {
                            let state = Arc::clone(self);
                            thread::spawn(move || state.pass(from, to));
                        }
                    }
                }
            }
            // It is closed at once.
            Ok(_) => {}
            // Nobody waits, or it does not listen.
            Err(_) => {
                drop(connections);
                pause(Duration::from_millis(1));
            }
        }
        true
    }

    fn pass(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut piece = vec![0; 64 << 10];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            let bytes = length as u64;
            let taken = self
                .bytes_left
                .try_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    (left != u64::MAX).then(|| left.saturating_sub(bytes))
                });
            if taken.is_ok_and(|before| before <= bytes) {
                self.close_when_used_up();
            }
            if to.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        for stream in [from, to] {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a byte through the relay and to the server behind it.
    fn send_through(relay: &Relay, server: &TcpListener) {
        let mut near = TcpStream::connect(relay.address()).expect("it is open");
        let (mut far, _) = server.accept().expect("the relay connects");
        near.write_all(b"x").expect("it is open");
        let mut byte = [0];
        far.read_exact(&mut byte).expect("it comes through");
        assert_eq!(&byte, b"x");
    }

    #[test]
    fn a_closed_relay_refuses_and_keeps_its_port() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = server.local_addr().expect("it is bound");
        let relay = Relay::before(&format!("http://{address}"));
        // As a child between fork and exec has it.
        let _copy = relay.state.listener.try_clone().expect("it is open");
        for _ in 0..2 {
            send_through(&relay, &server);
            // Each of its connections may close it.
            relay.close(WhileClosed::Refusing);
            relay.close(WhileClosed::Refusing);
            let refused = TcpStream::connect(relay.address()).expect_err("it is closed");
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
            let bound = relay.state.listener.local_addr().expect("it is bound");
            assert_eq!(bound, relay.address());
            relay.open();
        }
        send_through(&relay, &server);
    }
}
