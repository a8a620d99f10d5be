//! The way to a server, which can be shut and opened again: what a client sees of a server that is away for a while.
//!
//! It listens on one port and passes bytes on. Shut, it breaks what it carries, and its port refuses connections, or, as a
//! load balancer without servers does, accepts and closes them. The server behind keeps what it has.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::account::Account;
use crate::emulator::clock::pause;
use crate::rest::BlobService;

/// How a door that is shut looks from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Connections are refused.
    Refusing,
    /// Connections are accepted and closed.
    Closing,
}

/// The way to one server. Dropping it shuts it for good.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: String,
    inside: Mutex<Inside>,
    /// How many bytes may pass before it shuts itself.
    left: AtomicU64,
}

#[derive(Debug)]
struct Inside {
    /// `None` while it refuses.
    listener: Option<TcpListener>,
    is_open: bool,
    shuts: Shut,
    carried: Vec<TcpStream>,
    is_over: bool,
}

impl Door {
    /// An open door before the server at `origin`.
    ///
    /// # Panics
    /// When no port is free.
    pub fn before(origin: &str) -> Self {
        let (_, server) = origin
            .split_once("://")
            .expect("an origin begins with its scheme");
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(State {
            server: server.to_owned(),
            inside: Mutex::new(Inside {
                listener: Some(listener),
                is_open: true,
                shuts: Shut::Refusing,
                carried: Vec::new(),
                is_over: false,
            }),
            left: AtomicU64::new(u64::MAX),
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

    /// The blob service of `account` behind it.
    pub fn blob_service(&self, account: &Account) -> BlobService {
        BlobService::path_style(&self.origin(), account, None)
    }

    /// Shuts it now.
    pub fn shut(&self, how: Shut) {
        self.state.inside().shuts = how;
        self.state.shut();
    }

    /// Lets so many more bytes pass, both ways together, and shuts it then.
    pub fn shut_after(&self, bytes: u64, how: Shut) {
        self.state.inside().shuts = how;
        self.state.left.store(bytes, Ordering::SeqCst);
    }

    /// Opens it again.
    ///
    /// # Panics
    /// When somebody else has its port meanwhile.
    pub fn open(&self) {
        self.state.left.store(u64::MAX, Ordering::SeqCst);
        let mut inside = self.state.inside();
        if inside.listener.is_none() {
            inside.listener = Some(listen(self.address).expect("the port is free again"));
        }
        inside.is_open = true;
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.state.inside().is_over = true;
        self.state.shut();
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl State {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shut(&self) {
        let mut inside = self.inside();
        inside.is_open = false;
        if inside.shuts == Shut::Refusing || inside.is_over {
            inside.listener = None;
        }
        for stream in inside.carried.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Takes one connection, if one comes; false once the door is gone.
    fn accept(self: &Arc<Self>) -> bool {
        let mut inside = self.inside();
        if inside.is_over {
            return false;
        }
        let accepted = inside.listener.as_ref().map(TcpListener::accept);
        match accepted {
            Some(Ok((client, _))) if inside.is_open => {
                let _ = client.set_nonblocking(false);
                if let Ok(server) = TcpStream::connect(&self.server) {
                    let streams = [&client, &server].map(TcpStream::try_clone);
                    inside.carried.extend(streams.into_iter().flatten());
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
                drop(inside);
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
                .left
                .try_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    (left != u64::MAX).then(|| left.saturating_sub(bytes))
                });
            if taken.is_ok_and(|before| before <= bytes) {
                self.shut();
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
