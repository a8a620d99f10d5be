//! A TCP relay before a server that can be closed and opened again, for tests of outages.
//!
//! The relay listens on one port and copies bytes both ways. A closed relay ends its connections.
//! Its port then refuses new connections, or accepts and closes them as a load balancer without
//! servers does. The server keeps its state.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::account::Account;
use crate::emulator::clock::pause;
use crate::rest::BlobService;

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
    connections: Mutex<Connections>,
    /// After how many bytes it closes itself.
    bytes_left: AtomicU64,
}

#[derive(Debug)]
struct Connections {
    /// `None` while it refuses.
    listener: Option<TcpListener>,
    is_open: bool,
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
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(RelayState {
            server: server.to_owned(),
            connections: Mutex::new(Connections {
                listener: Some(listener),
                is_open: true,
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
    /// When somebody else has its port meanwhile.
    pub fn open(&self) {
        self.state.bytes_left.store(u64::MAX, Ordering::SeqCst);
        let mut connections = self.state.connections();
        if connections.listener.is_none() {
            connections.listener = Some(listen(self.address).expect("the port is free again"));
        }
        connections.is_open = true;
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.connections().is_over = true;
        self.state.close();
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl RelayState {
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut connections = self.connections();
        connections.is_open = false;
        if connections.while_closed == WhileClosed::Refusing || connections.is_over {
            connections.listener = None;
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
        let accepted = connections.listener.as_ref().map(TcpListener::accept);
        match accepted {
            Some(Ok((client, _))) if connections.is_open => {
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
            Some(Ok(_)) => {}
            Some(Err(_)) | None => {
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
                self.close();
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
