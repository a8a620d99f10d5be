//! A server that follows a script and records the requests.
//!
//! It lives in the test's own runtime and ends with it. A script is one list of [`Move`]s per
//! connection, in the order in which connections are accepted. A connection beyond the script is
//! accepted and closed.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use azring_transport::auth::{Credential, Secret};
use azring_transport::buffer::{Lease, Pool};
use azring_transport::clock::{Clock, SleepFuture};
use azring_transport::http::{Account, Endpoint, Request, Scheme};
use azring_transport::service::Service;
use azring_transport::{Client, Settings};
use hyper::Method;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One thing the server does.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    /// Reads one request, head and body, and records it.
    Read,
    /// Reads the head of a request and records it; its body is never read.
    ReadHead,
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends this filler until the peer closes.
    SendForEver(&'static str),
    /// Waits this long.
    Wait(Duration),
    /// Closes the connection in the ordinary way.
    Close,
    /// Closes it with a reset.
    Reset,
    /// Does nothing until the test is over.
    Hang,
}

/// Reads a request and answers it.
pub(crate) fn answer(text: &str) -> Vec<Move> {
    vec![Move::Read, send(text)]
}

/// Does the same several times over.
pub(crate) fn times(count: usize, moves: &[Move]) -> Vec<Move> {
    vec![moves; count].into_iter().flatten().cloned().collect()
}

/// Sends a text whose `\n` stand for `\r\n` in the head.
pub(crate) fn send(text: &str) -> Move {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    Move::Send(format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).into_bytes())
}

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Which connection, counted from zero.
    pub(crate) connection: usize,
    /// The head, lines separated by `\n`.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }
}

/// The running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Rc<RefCell<Vec<Seen>>>,
    closed: Rc<RefCell<Vec<usize>>>,
}

impl Server {
    /// Listens on a port of the system's choice and follows the script.
    pub(crate) async fn start(script: Vec<Vec<Move>>) -> Self {
        Self::start_with(script, async |stream| Some(stream)).await
    }

    /// The same, every connection first put through `wrap` (a TLS handshake), which may fail.
    pub(crate) async fn start_with<S, W>(script: Vec<Vec<Move>>, wrap: W) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
        W: AsyncFn(TcpStream) -> Option<S> + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::listen(listener, script, wrap)
    }

    /// The same, on a socket that the test has made.
    pub(crate) fn on(listener: TcpListener, script: Vec<Vec<Move>>) -> Self {
        Self::listen(listener, script, async |stream| Some(stream))
    }

    fn listen<S, W>(listener: TcpListener, script: Vec<Vec<Move>>, wrap: W) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
        W: AsyncFn(TcpStream) -> Option<S> + 'static,
    {
        let address = listener.local_addr().unwrap();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let notes = Rc::clone(&seen);
        let closed = Rc::new(RefCell::new(Vec::new()));
        let ends = Rc::clone(&closed);
        let wrap = Rc::new(wrap);
        tokio::task::spawn_local(async move {
            let mut script = VecDeque::from(script);
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let moves = script.pop_front().unwrap_or_default();
                let notes = Rc::clone(&notes);
                let ends = Rc::clone(&ends);
                let wrap = Rc::clone(&wrap);
                tokio::task::spawn_local(async move {
                    if moves.iter().any(|step| matches!(step, Move::Reset)) {
                        stream.set_zero_linger().unwrap();
                    }
                    if let Some(stream) = wrap(stream).await {
                        follow(moves, stream, connection, &notes).await;
                    }
                    ends.borrow_mut().push(connection);
                });
            }
        });
        Self {
            address,
            seen,
            closed,
        }
    }

    /// What came in so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    /// Waits until the server has closed a connection.
    pub(crate) async fn closed(&self, connection: usize) {
        while !self.closed.borrow().contains(&connection) {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn account(&self, credential: Credential) -> Arc<Account> {
        self.account_at(Scheme::Http, "127.0.0.1", credential)
    }

    pub(crate) fn account_at(
        &self,
        scheme: Scheme,
        host: &str,
        credential: Credential,
    ) -> Arc<Account> {
        let endpoint = Endpoint {
            scheme,
            host: host.into(),
            port: self.address.port(),
        };
        Arc::new(Account::new(Service::Blob, endpoint, credential))
    }

    pub(crate) fn get(&self, path: &str) -> Request {
        Request::new(Method::GET, &self.account(Credential::Anonymous), path)
    }
}

async fn follow<S: AsyncRead + AsyncWrite + Unpin>(
    moves: Vec<Move>,
    mut stream: S,
    connection: usize,
    notes: &RefCell<Vec<Seen>>,
) {
    for step in moves {
        match step {
            Move::Read | Move::ReadHead => {
                let with_body = matches!(step, Move::Read);
                let Some((head, body)) = read_request(&mut stream, with_body).await else {
                    return;
                };
                notes.borrow_mut().push(Seen {
                    connection,
                    head,
                    body,
                });
            }
            Move::Send(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.flush().await;
            }
            Move::SendForEver(filler) => while stream.write_all(filler.as_bytes()).await.is_ok() {},
            Move::Wait(wait) => tokio::time::sleep(wait).await,
            Move::Close | Move::Reset => return,
            Move::Hang => std::future::pending().await,
        }
    }
    // A client that is done closes. Until then the connection stays open.
    let _ = stream.read(&mut [0]).await;
}

async fn read_request<S: AsyncRead + Unpin>(
    stream: &mut S,
    with_body: bool,
) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().replace("\r\n", "\n");
    let bytes = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |value| value.parse().unwrap());
    let mut body = vec![0; if with_body { bytes } else { 0 }];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// A clock that is set by hand. It records the waits and moves forward by them without waiting.
#[derive(Debug)]
pub(crate) struct HandClock {
    now: Mutex<SystemTime>,
    begun: tokio::time::Instant,
    naps: Mutex<Vec<Duration>>,
}

impl HandClock {
    pub(crate) fn naps(&self) -> Vec<Duration> {
        self.naps.lock().unwrap().clone()
    }
}

impl Clock for HandClock {
    fn now(&self) -> SystemTime {
        *self.now.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        let slept: Duration = self.naps.lock().unwrap().iter().sum();
        slept + self.begun.elapsed()
    }

    fn sleep(&self, wait: Duration) -> SleepFuture<'_> {
        *self.now.lock().unwrap() += wait;
        self.naps.lock().unwrap().push(wait);
        Box::pin(std::future::ready(()))
    }
}

/// A client over a clock that is set by hand, at Sunday 2026-11-22 12:00:00 UTC.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) pool: Pool,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Arc::new(HandClock {
            now: Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_hours(498_708)),
            begun: tokio::time::Instant::now(),
            naps: Mutex::default(),
        });
        let mut settings = Settings {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            ..Settings::default()
        };
        change(&mut settings);
        let settings = Arc::new(settings);
        Self {
            client: Client::new(Arc::clone(&settings)).unwrap(),
            clock,
            settings,
            pool: Pool::new(0, 8).unwrap(),
        }
    }

    pub(crate) async fn lease(&self, bytes: usize) -> Lease {
        self.pool.lease(bytes).await.unwrap()
    }
}

/// The public key of the emulators' account.
pub(crate) fn shared_key() -> Credential {
    Credential::SharedKey {
        account: "devstoreaccount1".into(),
        key: Secret::new(b"a key of no importance".to_vec()),
    }
}

/// Runs a test on one thread, as a worker does.
pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test)
}

/// The same, with timers that end at once when nothing else is left to do. For tests of silence
/// only: a pause of the kernel would be silence too.
pub(crate) fn run_without_waiting<T>(test: impl Future<Output = T>) -> T {
    run(async {
        tokio::time::pause();
        test.await
    })
}

/// The bytes of a lease.
pub(crate) fn content(lease: Lease) -> Vec<u8> {
    lease.freeze().runs().collect::<Vec<_>>().concat()
}

/// Bytes that show when they are in the wrong place.
pub(crate) fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes)
        .map(|index| (index * 31 % 251) as u8 ^ (index >> 13) as u8)
        .collect()
}
