//! The listeners and their threads: one thread per connection that has something to do, stopped together.
//!
//! [`Server::start`] serves until the value is dropped. Connections are kept in a register so that stopping can shut
//! their sockets; no thread waits for a timeout then.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::behaviour::{Behaviour, SharedBehaviour};
use super::clock::pause;
use super::control::Control;
use super::http::connection::{Handler, Next, Peer, converse};
use super::http::wire::{Socket, Stream, Wire};
use super::options::Options;
use super::park::{Parked, Parker};
use super::service::Resources;
use super::services;
use super::start_error::StartError;
use super::tls::Tls;
use super::watch::Watch;

/// Stack of a connection's thread. Address space only, until it is used.
const STACK_BYTES: usize = 256 * 1024;
/// With more threads than this, new connections wait for their first byte without one.
const CROWD: usize = 256;
/// Connections that may wait to be accepted.
const BACKLOG: i32 = 4096;
/// How long stopping waits for threads to see that their sockets are shut.
const STOP_WAIT: Duration = Duration::from_millis(500);

/// A running emulator. Dropping it stops it.
pub struct Server {
    scheme: &'static str,
    authority_pem: Option<String>,
    watch: Arc<Watch>,
    behaviour: SharedBehaviour,
    /// One for each service: its label and its socket.
    listening: Vec<(&'static str, Listening)>,
    control: Listening,
    /// Closed when no connection is served any more: fields are dropped in their order.
    _resources: OpenResources,
}

/// The shared resources, which are closed when this is dropped, whoever still holds them.
struct OpenResources(Arc<Resources>);

impl Drop for OpenResources {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Server {
    /// Starts to serve. When this returns, requests are answered.
    pub fn start(options: &Options) -> Result<Self, StartError> {
        let tls = Tls::prepare(&options.tls)?;
        let behaviour = Arc::new(RwLock::new(Arc::new(options.behaviour.clone())));
        let watch = Arc::new(Watch::default());
        watch.faults.set(options.faults.clone());
        watch.log.keep(options.log_lines);
        if let Some(path) = &options.log_file {
            let refused =
                |error| StartError::Options(format!("cannot log to `{}`: {error}", path.display()));
            watch.log.to_file(path).map_err(refused)?;
        }
        let services = Arc::new(services::open(options, Arc::clone(&behaviour))?);
        let config = tls.as_ref().map(|tls| Arc::clone(&tls.config));
        let mut listening = Vec::new();
        for (port, service) in &services.all {
            let handler = Arc::clone(service) as Arc<dyn Handler>;
            let (watch, config) = (Arc::clone(&watch), config.clone());
            let one = Listening::start(
                &options.host,
                *port,
                handler,
                watch,
                config,
                options.patience,
            )?;
            listening.push((service.label(), one));
        }
        let resources = Arc::clone(&services.resources);
        let control = Control::new(Arc::clone(&watch), Arc::clone(&behaviour), services);
        let control = Listening::start(
            &options.control_host,
            options.control_port,
            Arc::new(control),
            Arc::new(Watch::default()),
            None,
            options.patience,
        )?;
        Ok(Self {
            scheme: if tls.is_some() { "https" } else { "http" },
            authority_pem: tls.and_then(|tls| tls.authority_pem),
            watch,
            behaviour,
            listening,
            control,
            _resources: OpenResources(resources),
        })
    }

    /// Label and URL of each service, without an account: `blob`, `http://127.0.0.1:PORT`.
    pub fn urls(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.listening
            .iter()
            .map(|(label, one)| (*label, format!("{}://{}", self.scheme, one.address)))
    }

    /// `http://127.0.0.1:PORT` of the Blob service, without an account.
    pub fn blob_url(&self) -> String {
        format!("{}://{}", self.scheme, self.address())
    }

    /// `http://127.0.0.1:PORT` of the control endpoint.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control.address)
    }

    /// The address that the Blob service listens on.
    pub fn address(&self) -> SocketAddr {
        self.blob().address
    }

    /// The certificate authority to trust, when the emulator made its own certificate.
    pub fn authority_pem(&self) -> Option<&str> {
        self.authority_pem.as_deref()
    }

    /// Faults, log and counters of all services.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Changes the behaviour of the services.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        *self
            .behaviour
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(behaviour);
    }

    /// Open connections to the Blob service.
    pub fn connections(&self) -> usize {
        self.blob().connections.open().len()
    }

    /// The Blob service is the first of all.
    fn blob(&self) -> &Listening {
        &self.listening[0].1
    }
}

/// One listening socket with its threads.
struct Listening {
    address: SocketAddr,
    connections: Arc<Connections>,
    parker: Arc<Parker>,
    listener: TcpListener,
    threads: Vec<JoinHandle<()>>,
}

impl Listening {
    fn start(
        host: &str,
        port: u16,
        handler: Arc<dyn Handler>,
        watch: Arc<Watch>,
        tls: Option<Arc<ServerConfig>>,
        patience: Duration,
    ) -> Result<Self, StartError> {
        let refused = |error| StartError::Listen {
            address: format!("{host}:{port}"),
            error,
        };
        let listener = TcpListener::bind((host, port)).map_err(refused)?;
        // The standard library's queue is short for ten thousand clients that come at once.
        rustix::net::listen(&listener, BACKLOG).map_err(|error| refused(error.into()))?;
        let address = listener.local_addr().map_err(refused)?;
        let connections = Arc::new(Connections::default());
        let parker = Arc::new(Parker::new().map_err(refused)?);
        let front = Front {
            handler,
            watch,
            tls,
            parker: Arc::clone(&parker),
            busy: Arc::default(),
            patience,
        };
        let mut threads = Vec::new();
        let thread = |name: &str| thread::Builder::new().name(name.to_owned());
        {
            let (front, parker) = (front.clone(), Arc::clone(&parker));
            let watching =
                thread("parked").spawn(move || parker.watch(|parked| front.resume(parked)));
            threads.push(watching.map_err(refused)?);
        }
        let (accepting, register) = (
            listener.try_clone().map_err(refused)?,
            Arc::clone(&connections),
        );
        threads.push(
            thread("accept")
                .spawn(move || accept(&accepting, &register, &front))
                .map_err(refused)?,
        );
        Ok(Self {
            address,
            connections,
            parker,
            listener,
            threads,
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // Shutting a listening socket makes accept(2) return at once on Linux.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
        self.parker.stop();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        self.connections.close_all();
    }
}

/// What every connection of a listener is served with.
#[derive(Clone)]
struct Front {
    handler: Arc<dyn Handler>,
    watch: Arc<Watch>,
    tls: Option<Arc<ServerConfig>>,
    parker: Arc<Parker>,
    /// Connections that have a thread.
    busy: Arc<AtomicUsize>,
    patience: Duration,
}

fn accept(listener: &TcpListener, connections: &Arc<Connections>, front: &Front) {
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
            secure: front.tls.is_some(),
        };
        let Some(wire) = front.wire(&guard) else {
            continue;
        };
        let parked = Parked { wire, peer, guard };
        // In a crowd, a client gets a thread when it has something to say.
        if front.busy.load(Ordering::Relaxed) > CROWD {
            front.parker.park(parked);
        } else {
            front.resume(parked);
        }
    }
}

impl Front {
    fn wire(&self, guard: &Registered) -> Option<Wire> {
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

    /// Gives a connection a thread. Without one to be had, the connection is dropped, which closes it.
    fn resume(&self, parked: Parked) {
        let front = self.clone();
        let _ = thread::Builder::new()
            .name(format!("connection-{}", parked.guard.number))
            .stack_size(STACK_BYTES)
            .spawn(move || front.serve(parked));
    }

    fn serve(&self, mut parked: Parked) {
        self.busy.fetch_add(1, Ordering::Relaxed);
        let end = converse(&mut parked.wire, &*self.handler, &parked.peer, &self.watch);
        self.busy.fetch_sub(1, Ordering::Relaxed);
        if end == Next::Wait {
            self.parker.park(parked);
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

/// A connection's place in the register.
pub struct Registered {
    /// Its number since the start.
    pub number: u64,
    /// Its socket.
    pub socket: Socket,
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
