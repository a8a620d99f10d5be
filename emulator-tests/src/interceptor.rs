//! A proxy before a server that runs an action when it sees a certain request.
//!
//! A test gives azring the interceptor's address instead of the server's. So it can change a file
//! while another one is being sent, without sleeping and without chance. The interceptor copies
//! bytes and looks at them only to find the request.
//!
//! It can also replace a part of requests, to ask a server for something that azring does not ask
//! for, and keep the heads of all requests.

mod heads;

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use self::heads::HeadReader;
use crate::account::Account;
use crate::rest::{BlobService, FileService};

type Action = Box<dyn FnOnce() + Send>;

/// A running interceptor. Dropping it stops it; open connections end when either end closes them.
#[derive(Debug)]
pub struct Interceptor {
    origin: String,
    stopped: Arc<AtomicBool>,
    watch: Arc<Interception>,
}

/// What the connections share.
struct Interception {
    server: String,
    request: Vec<u8>,
    /// How many such requests pass first, and the action after them.
    pending: Mutex<(usize, Option<Action>)>,
    /// The replacement for the bytes of the request.
    instead: Option<Vec<u8>>,
    /// The heads of the requests so far.
    heads: Mutex<Vec<String>>,
}

impl Interceptor {
    /// Starts an interceptor before the server at `origin`. It runs `action` when a request's head
    /// begins with `request`, for instance `PUT /account/container/blob`, before the server sees
    /// the request.
    ///
    /// # Panics
    /// When no port is free.
    pub fn before(origin: &str, request: &str, action: impl FnOnce() + Send + 'static) -> Self {
        Self::start(origin, request, (0, Some(Box::new(action))), None)
    }

    /// The same for the second such request.
    ///
    /// # Panics
    /// When no port is free.
    pub fn before_second(
        origin: &str,
        request: &str,
        action: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self::start(origin, request, (1, Some(Box::new(action))), None)
    }

    /// Starts an interceptor before the server at `origin`. It replaces `words` by `instead` in the
    /// head of each request.
    ///
    /// # Panics
    /// When no port is free.
    pub fn saying(origin: &str, words: &str, instead: &str) -> Self {
        Self::start(origin, words, (0, None), Some(instead.into()))
    }

    /// Starts an interceptor before the server at `origin` that only keeps the heads of requests.
    ///
    /// # Panics
    /// When no port is free.
    pub fn recording(origin: &str) -> Self {
        // No head begins so.
        Self::start(origin, "\0", (0, None), None)
    }

    /// The heads of the requests so far, in the order in which they passed: the request line and the headers.
    ///
    /// # Panics
    /// When an action has panicked.
    pub fn heads(&self) -> Vec<String> {
        self.watch.heads.lock().expect("no action panics").clone()
    }

    fn start(
        origin: &str,
        request: &str,
        pending: (usize, Option<Action>),
        instead: Option<Vec<u8>>,
    ) -> Self {
        let (_, server) = origin
            .split_once("://")
            .expect("an origin begins with its scheme");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let watch = Arc::new(Interception {
            server: server.to_owned(),
            request: request.as_bytes().to_owned(),
            pending: Mutex::new(pending),
            instead,
            heads: Mutex::default(),
        });
        let connections = Arc::clone(&watch);
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Acquire) {
                    break;
                }
                let watch = Arc::clone(&connections);
                thread::spawn(move || watch.carry(&client));
            }
        });
        Self {
            origin: format!("http://{address}"),
            stopped,
            watch,
        }
    }

    /// The blob service of `account`, reached through the interceptor.
    pub fn blob_service(&self, account: &Account) -> BlobService {
        BlobService::path_style(&self.origin, account, None)
    }

    /// The file service of `account`, reached through an interceptor before its origin.
    pub fn file_service(&self, account: &Account) -> FileService {
        FileService::path_style(&self.origin, account, None)
    }
}

impl fmt::Debug for Interception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interception")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Drop for Interceptor {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the thread that waits for a client. After a failure it is awake already.
        let address = self.origin.trim_start_matches("http://");
        drop(TcpStream::connect(address));
    }
}

impl Interception {
    /// Copies the bytes of one connection until either end closes it.
    fn carry(&self, client: &TcpStream) {
        let Ok(server) = TcpStream::connect(&self.server) else {
            return;
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = io::copy(&mut &server, &mut &*client);
                let _ = client.shutdown(Shutdown::Both);
            });
            let _ = self.forward(client, &server);
            let _ = server.shutdown(Shutdown::Write);
        });
    }

    fn forward(&self, mut client: &TcpStream, mut server: &TcpStream) -> io::Result<()> {
        let mut piece = vec![0; 64 << 10];
        // Bytes that may be the beginning of the request.
        let mut passed = Vec::new();
        let mut reader = HeadReader::default();
        loop {
            let length = client.read(&mut piece)?;
            if length == 0 {
                return Ok(());
            }
            passed.extend_from_slice(&piece[..length]);
            let heads = reader.take(&piece[..length]);
            self.heads.lock().expect("no action panics").extend(heads);
            while let Some(at) = position(&passed, &self.request) {
                self.seen();
                passed.drain(..at + self.request.len());
            }
            let kept = passed.len().saturating_sub(self.request.len() - 1);
            passed.drain(..kept);
            match &self.instead {
                None => server.write_all(&piece[..length])?,
                Some(instead) => server.write_all(&self.saying(instead, &piece[..length]))?,
            }
        }
    }

    /// The piece with the replacement. A head without a body arrives in one piece.
    fn saying(&self, instead: &[u8], mut piece: &[u8]) -> Vec<u8> {
        let mut said = Vec::new();
        while let Some(at) = position(piece, &self.request) {
            said.extend_from_slice(&piece[..at]);
            said.extend_from_slice(instead);
            piece = &piece[at + self.request.len()..];
        }
        said.extend_from_slice(piece);
        said
    }

    fn seen(&self) {
        let action = {
            let mut pending = self.pending.lock().expect("no action panics");
            let (before, action) = &mut *pending;
            if *before > 0 {
                *before -= 1;
                None
            } else {
                action.take()
            }
        };
        // Requests of the action may come this way too.
        if let Some(action) = action {
            action();
        }
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
