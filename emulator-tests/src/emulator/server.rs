//! The listener and its threads: one thread per connection, stopped together.
//!
//! [`Server::start`] serves until the value is dropped. Connections are kept in a register so that stopping can shut
//! their sockets; no thread waits for a timeout then.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::blob::BlobService;
use super::clock::pause;
use super::http::connection::{Handler, Peer, converse};
use super::http::wire::{Socket, Stream, Wire};
use super::options::Options;
use super::tls::Tls;

/// Stack of a connection's thread. Address space only, until it is used.
const STACK_BYTES: usize = 256 * 1024;
/// A read or write that stands still for so long ends the connection.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long stopping waits for threads to see that their sockets are shut.
const STOP_WAIT: Duration = Duration::from_millis(500);

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken or the address is not ours.
    #[error("cannot listen on `{address}`: {error}")]
    Listen {
        /// What was asked for.
        address: String,
        /// What the system said.
        error: io::Error,
    },
    /// The certificate or key is no good.
    #[error("{0}")]
    Certificate(String),
    /// Two options do not go together.
    #[error("{0}")]
    Options(String),
}

/// A running emulator. Dropping it stops it.
pub struct Server {
    address: SocketAddr,
    scheme: &'static str,
    authority_pem: Option<String>,
    connections: Arc<Connections>,
    listener: TcpListener,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to serve. When this returns, requests are answered.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let tls = Tls::prepare(&options.tls)?;
        let service: Arc<dyn Handler> = Arc::new(BlobService::new(options)?);
        let asked = (options.host.as_str(), options.blob_port);
        let refused = |error| StartError::Listen {
            address: format!("{}:{}", options.host, options.blob_port),
            error,
        };
        let listener = TcpListener::bind(asked).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let connections = Arc::new(Connections::default());
        let acceptor = {
            let listener = listener.try_clone().map_err(refused)?;
            let connections = Arc::clone(&connections);
            let config = tls.as_ref().map(|tls| Arc::clone(&tls.config));
            thread::Builder::new()
                .name("accept".to_owned())
                .spawn(move || accept(&listener, &connections, &service, config.as_ref()))
                .map_err(refused)?
        };
        Ok(Self {
            address,
            scheme: if tls.is_some() { "https" } else { "http" },
            authority_pem: tls.and_then(|tls| tls.authority_pem),
            connections,
            listener,
            acceptor: Some(acceptor),
        })
    }

    /// `http://127.0.0.1:PORT`, without an account.
    pub fn blob_url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority to trust, when the emulator made its own certificate.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// Open connections.
    pub fn connections(&self) -> usize {
        self.connections.open().len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Shutting a listening socket makes accept(2) return at once on Linux.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        self.connections.close_all();
    }
}

fn accept(
    listener: &TcpListener,
    connections: &Arc<Connections>,
    service: &Arc<dyn Handler>,
    tls: Option<&Arc<ServerConfig>>,
) {
    loop {
        let (socket, address) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) if is_passing(&error) => {
                // Out of descriptors: some connection has to end first.
                pause(Duration::from_millis(10));
                continue;
            }
            Err(_) => return,
        };
        let Some(guard) = connections.register(socket) else {
            return;
        };
        let peer = Peer {
            address,
            connection: guard.number,
            secure: tls.is_some(),
        };
        let (service, tls) = (Arc::clone(service), tls.cloned());
        // Without a thread to be had, the connection is dropped, which closes it.
        let _ = thread::Builder::new()
            .name(format!("connection-{}", guard.number))
            .stack_size(STACK_BYTES)
            .spawn(move || serve(&guard, &*service, tls, &peer));
    }
}

fn serve(guard: &Registered, service: &dyn Handler, tls: Option<Arc<ServerConfig>>, peer: &Peer) {
    let socket = guard.socket.clone();
    let _ = socket.0.set_nodelay(true);
    let stream = match tls {
        None => Stream::Plain(socket),
        Some(config) => match ServerConnection::new(config) {
            Ok(connection) => Stream::Tls(Box::new(StreamOwned::new(connection, socket))),
            Err(_) => return,
        },
    };
    let mut wire = Wire::new(stream);
    if wire.set_patience(Some(PATIENCE)).is_ok() {
        converse(&mut wire, service, peer);
    }
}

fn is_passing(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let passing = [
        Errno::MFILE,
        Errno::NFILE,
        Errno::NOBUFS,
        Errno::NOMEM,
        Errno::CONNABORTED,
        Errno::INTR,
    ];
    error
        .raw_os_error()
        .is_some_and(|code| passing.iter().any(|errno| errno.raw_os_error() == code))
}

/// The register of open connections.
#[derive(Default)]
struct Connections {
    open: Mutex<Open>,
    emptied: Condvar,
    next: AtomicU64,
}

#[derive(Default)]
struct Open {
    sockets: HashMap<u64, Socket>,
    stopped: bool,
}

impl Open {
    fn len(&self) -> usize {
        self.sockets.len()
    }
}

struct Registered {
    number: u64,
    socket: Socket,
    connections: Arc<Connections>,
}

impl Connections {
    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(self: &Arc<Self>, socket: TcpStream) -> Option<Registered> {
        let socket = Socket(Arc::new(socket));
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut open = self.open();
        if open.stopped {
            return None;
        }
        open.sockets.insert(number, socket.clone());
        drop(open);
        Some(Registered {
            number,
            socket,
            connections: Arc::clone(self),
        })
    }

    fn close_all(&self) {
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

impl Drop for Registered {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.sockets.remove(&self.number);
        if open.sockets.is_empty() {
            self.connections.emptied.notify_all();
        }
    }
}
