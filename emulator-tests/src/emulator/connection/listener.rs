//! A listening socket with its threads: one thread per connection that has something to do.
//!
//! [`Listener::start`] serves until the value is dropped.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::connection_register::{ConnectionRegister, RegisteredConnection};
use super::idle::{IdleConnection, IdleConnections};
use super::request_loop::{Next, serve_connection};
use crate::emulator::clock::pause;
use crate::emulator::http::handler::Handler;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::wire::{Stream, Wire};
use crate::emulator::start_error::StartError;
use crate::emulator::watch::ServerWatch;

/// The stack of a connection's thread. It costs address space only, until it is used.
const STACK_BYTES: usize = 256 * 1024;
/// With more threads than this, a new connection waits for its first byte without a thread.
const THREADS_MAX: usize = 256;
/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;

/// One listening socket with its threads.
pub struct Listener {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The open connections.
    pub connections: Arc<ConnectionRegister>,
    idle: Arc<IdleConnections>,
    socket: TcpListener,
    threads: Vec<JoinHandle<()>>,
}

impl Listener {
    /// Listens, and starts the threads.
    pub fn start(
        host: &str,
        port: u16,
        handler: Arc<dyn Handler>,
        watch: Arc<ServerWatch>,
        tls: Option<Arc<ServerConfig>>,
        patience: Duration,
    ) -> Result<Self, StartError> {
        let refused = |error| StartError::Listen {
            address: format!("{host}:{port}"),
            error,
        };
        let listener = TcpListener::bind((host, port)).map_err(refused)?;
        // The standard library's queue is too short for ten thousand clients at once.
        rustix::net::listen(&listener, BACKLOG).map_err(|error| refused(error.into()))?;
        let address = listener.local_addr().map_err(refused)?;
        let connections = Arc::new(ConnectionRegister::default());
        let idle = Arc::new(IdleConnections::new().map_err(refused)?);
        let context = ListenerContext {
            handler,
            watch,
            tls,
            idle: Arc::clone(&idle),
            busy: Arc::default(),
            patience,
        };
        let mut threads = Vec::new();
        let thread = |name: &str| thread::Builder::new().name(name.to_owned());
        {
            let (context, idle) = (context.clone(), Arc::clone(&idle));
            let waiting =
                thread("idle").spawn(move || idle.wait(|connection| context.resume(connection)));
            threads.push(waiting.map_err(refused)?);
        }
        let (accepting, register) = (
            listener.try_clone().map_err(refused)?,
            Arc::clone(&connections),
        );
        threads.push(
            thread("accept")
                .spawn(move || accept(&accepting, &register, &context))
                .map_err(refused)?,
        );
        Ok(Self {
            address,
            connections,
            idle,
            socket: listener,
            threads,
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Shutting a listening socket makes accept(2) return at once on Linux.
        let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Both);
        self.idle.stop();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        self.connections.close_all();
    }
}

/// What a listener's connections share.
#[derive(Clone)]
struct ListenerContext {
    handler: Arc<dyn Handler>,
    watch: Arc<ServerWatch>,
    tls: Option<Arc<ServerConfig>>,
    idle: Arc<IdleConnections>,
    /// Connections that have a thread.
    busy: Arc<AtomicUsize>,
    patience: Duration,
}

fn accept(
    listener: &TcpListener,
    connections: &Arc<ConnectionRegister>,
    context: &ListenerContext,
) {
    loop {
        let (socket, address) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) if is_passing(&error) => {
                // No descriptor is free until another connection ends.
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
            secure: context.tls.is_some(),
        };
        let Some(wire) = context.wire(&guard) else {
            continue;
        };
        let connection = IdleConnection { wire, peer, guard };
        // With many threads, a client gets one when it sends something.
        if context.busy.load(Ordering::Relaxed) > THREADS_MAX {
            context.idle.add(connection);
        } else {
            context.resume(connection);
        }
    }
}

impl ListenerContext {
    fn wire(&self, guard: &RegisteredConnection) -> Option<Wire> {
        let socket = guard.socket.clone();
        socket.0.set_nodelay(true).ok()?;
        let stream = match &self.tls {
            None => Stream::Plain(socket),
            Some(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).ok()?;
                Stream::Tls(Box::new(StreamOwned::new(connection, socket)))
            }
        };
        Wire::new(stream, self.patience).ok()
    }

    /// Gives a connection a thread. If no thread can be started, the connection is closed.
    fn resume(&self, connection: IdleConnection) {
        let context = self.clone();
        let _ = thread::Builder::new()
            .name(format!("connection-{}", connection.guard.number))
            .stack_size(STACK_BYTES)
            .spawn(move || context.serve(connection));
    }

    fn serve(&self, mut connection: IdleConnection) {
        self.busy.fetch_add(1, Ordering::Relaxed);
        let end = serve_connection(
            &mut connection.wire,
            &*self.handler,
            &connection.peer,
            &self.watch,
        );
        self.busy.fetch_sub(1, Ordering::Relaxed);
        if end == Next::Wait {
            self.idle.add(connection);
        }
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
