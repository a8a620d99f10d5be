//! Sends a request, checks its answer, and sends it again where that may help.
//!
//! A [`Client`] belongs to one worker thread and has that thread's connections; [`Settings`] belong
//! to the whole run. The caller gives a [`Request`], which may be sent several times, and gets the
//! one answer that counts. The client follows no redirect and does not know what a request is
//! about.

mod batch;

mod hedge;

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::auth::Authorization;
use crate::buffer::Lease;
use crate::clock::{Clock, SystemClock};
use crate::descriptor::retry_open;
use crate::http::{
    Account, CommonHeaders, Connection, Endpoint, HedgePolicy, IdleConnections, IncomingResponse,
    ManyHeaders, Reply, Request, RequestSecrets, Scheme, adapted, check_changeset, check_echo,
    check_request_id, compose, failure, learn, version_refused,
};
use crate::net::{Proxies, Proxy, Resolver, Timeouts, connect};
use crate::retry::{Backoff, NextAttempt, RetryPolicy};
use crate::tls::Trust;
use crate::traffic::{Attempt, FailureScope, GiveUp, LatencyClass, Meter, Traffic};
use crate::{Error, Kind, Result};
use hedge::AttemptMode;

/// The largest body of an answer that [`Client::send`] takes, in bytes.
const SMALL_BODY_BYTES_MAX: usize = 64 * 1024;

/// How much of a refusal's body is read, in bytes.
const ERROR_BODY_BYTES_MAX: usize = 64 * 1024;

/// How often a request is sent with a new token because the service refused the one before. Tokens that
/// last seconds may end on their way again; where every token is refused, their source gives no other.
const RENEWALS_MAX: u32 = 3;

/// How often the client asks its sockets how much has arrived: twice in a window of the controller.
/// It costs half a microsecond for each connection that sends.
const COUNT_EVERY: Duration = Duration::from_millis(125);

/// What all clients of a run share.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long to wait for a peer.
    pub timeouts: Timeouts,
    /// How often and how slowly a request is sent again.
    pub retry: RetryPolicy,
    /// How long to wait for a service that cannot be reached.
    pub give_up: GiveUp,
    /// Whose certificates are trusted.
    pub trust: Trust,
    /// Addresses of hosts and ports that replace the answer of the system's resolver.
    pub resolve: Arc<[(String, u16, IpAddr)]>,
    /// The proxies.
    pub proxies: Arc<Proxies>,
    /// The name of the program (`User-Agent`).
    pub user_agent: String,
    /// Counts the attempts that were made again after a wait.
    pub retries: Arc<AtomicU64>,
    /// Counts what all clients move, and sets their pace.
    pub traffic: Arc<Traffic>,
    /// The time, for signatures and for waits between attempts.
    pub clock: Arc<dyn Clock>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            give_up: GiveUp::default(),
            trust: Trust::platform(),
            resolve: Arc::default(),
            proxies: Arc::default(),
            user_agent: concat!("azring/", env!("CARGO_PKG_VERSION")).into(),
            retries: Arc::default(),
            traffic: Arc::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// Sends requests, on one thread. Clones share the connections.
#[derive(Clone)]
pub struct Client {
    shared: Rc<ClientShared>,
    /// Counts further attempts, beside the run's counter.
    again: Option<Arc<AtomicU32>>,
}

struct ClientShared {
    settings: Arc<Settings>,
    common_headers: CommonHeaders,
    resolver: Resolver,
    idle: IdleConnections,
    /// One permit for each exchange that may be under way. Connections in use and idle ones
    /// together are never more.
    exchanges: Semaphore,
    many_headers: ManyHeaders,
    /// The meters of its connections.
    meters: RefCell<Vec<Weak<Meter>>>,
}

/// A request with what one attempt of it needs.
#[derive(Clone, Copy)]
struct AuthorizedRequest<'a> {
    request: &'a Request,
    authorization: &'a Authorization<'a>,
    /// Its id, the same in every attempt.
    id: &'a HeaderValue,
}

/// Where the body of an answer goes.
enum BodyTarget<'a> {
    /// Into memory, at most this many bytes.
    Memory(usize),
    /// Into a lease, exactly as many bytes as the lease wants.
    Lease(&'a mut Lease),
}

impl BodyTarget<'_> {
    /// The length of the answer's body, where it is known.
    fn bytes(&self) -> u64 {
        match self {
            BodyTarget::Memory(_) => 0,
            BodyTarget::Lease(lease) => lease.wanted() as u64,
        }
    }
}

impl Client {
    /// A client without connections. Fails when the user agent cannot be a header.
    pub fn new(settings: Arc<Settings>) -> Result<Self> {
        Self::with_connections(settings, usize::MAX)
    }

    /// A client with at most `connections_max` connections (at least one). An exchange waits for
    /// one of them.
    pub fn with_connections(settings: Arc<Settings>, connections_max: usize) -> Result<Self> {
        let connections_max = connections_max.max(1);
        Ok(Self {
            shared: Rc::new(ClientShared {
                common_headers: CommonHeaders::new(&settings.user_agent)?,
                resolver: Resolver::new(Arc::clone(&settings.resolve)),
                idle: IdleConnections::default(),
                exchanges: Semaphore::new(connections_max.min(Semaphore::MAX_PERMITS)),
                many_headers: ManyHeaders::default(),
                meters: RefCell::default(),
                settings,
            }),
            again: None,
        })
    }

    /// The same client, which also counts in `again` what [`Settings::retries`] counts: for one
    /// object of a run.
    pub fn counting(&self, again: &Arc<AtomicU32>) -> Self {
        Self {
            again: Some(Arc::clone(again)),
            ..self.clone()
        }
    }

    /// The clock of its dates and waits.
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.settings.clock
    }

    /// Sends a request whose answer has a small body or none (64 KiB at most). Sends it again where
    /// that may help.
    ///
    /// An answer other than 2xx is an error of [`Kind::Status`]. Dropping the future closes the
    /// connection that it used.
    pub async fn send(&self, request: &Request) -> Result<Reply> {
        self.send_with_cap(request, SMALL_BODY_BYTES_MAX).await
    }

    /// The same for an answer of up to `body_bytes_max` bytes; a longer one is an error of
    /// [`Kind::Protocol`].
    pub async fn send_with_cap(&self, request: &Request, body_bytes_max: usize) -> Result<Reply> {
        self.persist(request, BodyTarget::Memory(body_bytes_max))
            .await
    }

    /// Sends a request and puts the body of the answer into the lease. Every attempt fills the
    /// lease anew.
    ///
    /// The body must have exactly the length of [`Lease::wanted`]. The caller keeps the lease in
    /// every case: a lease that was given back and taken again would put the oldest chunk behind
    /// younger ones.
    pub async fn fetch(&self, request: &Request, into: &mut Lease) -> Result<Reply> {
        self.persist(request, BodyTarget::Lease(into)).await
    }

    /// Waits by the clock of the run, before a request that the retries do not cover.
    pub async fn pause(&self, wait: Duration) {
        self.shared.settings.clock.sleep(wait).await;
    }

    /// Counts again and again how much of the bytes under way has arrived, for the run's counters.
    /// To be polled beside the requests; without it, uploads are counted when they end.
    pub async fn count_arrivals(&self) -> Infallible {
        loop {
            tokio::time::sleep(COUNT_EVERY).await;
            self.count_arrivals_now();
        }
    }

    fn count_arrivals_now(&self) {
        self.shared.meters.borrow_mut().retain(|meter| {
            let meter = meter.upgrade();
            meter.inspect(|meter| meter.count_arrived()).is_some()
        });
    }

    async fn persist(&self, request: &Request, mut into: BodyTarget<'_>) -> Result<Reply> {
        let ClientShared {
            settings,
            common_headers,
            ..
        } = &*self.shared;
        let id = common_headers.request_id();
        let mut backoff = Backoff::new(&settings.retry);
        let mut how = AttemptMode {
            on_new_connection: false,
            silences: 0,
        };
        let (mut attempts, mut refusals) = (0, 0);
        let mut renewals = 0;
        let mut admitted = settings.traffic.succeeded_so_far();
        loop {
            let availability = settings.traffic.availability();
            let (endpoint, clock) = (&request.account.endpoint, &*settings.clock);
            let draw = || common_headers.draw();
            let permit = availability.permit(endpoint, settings.give_up, clock, draw);
            let permit = permit
                .await
                .map_err(|error| error.attempted(attempts.max(1)))?;
            attempts += 1;
            let sent_version = request.account.capabilities.version();
            let adapted = adapted(request);
            let authorization = adapted.authorization(clock.now()).await;
            let authorization = authorization.map_err(|error| error.attempted(attempts))?;
            let sent = AuthorizedRequest {
                request: &adapted,
                authorization: &authorization,
                id: &id,
            };
            let attempt = pin!(self.attempt_hedged(sent, how, &mut into));
            let error = match permit.attempt(clock, attempt).await {
                Ok(reply) => {
                    return Ok(Reply {
                        attempts,
                        refusals,
                        ..reply
                    });
                }
                Err(error) => error,
            };
            refusals += u32::from(error.is_pushback());
            // A connection that gave a wrong answer is not used again.
            how.on_new_connection = matches!(error.kind(), Kind::Mismatch | Kind::Changed);
            if permit.failed(&id, &error) == FailureScope::Outage {
                continue;
            }
            if error.status().is_some() {
                if learn(&adapted, sent_version, &error) {
                    continue;
                }
                let now = clock.now();
                let renewed = adapted.renew_refused(&authorization, &error, now);
                if renewals < RENEWALS_MAX && Box::pin(renewed).await? {
                    renewals += 1;
                    continue;
                }
            }
            // Azurite answers so to every batch with a signature. The parts can be sent one by one.
            if !request.parts.is_empty() && error.status() == Some(500) {
                return Err(error.attempted(attempts));
            }
            how.silences += u32::from(error.kind() == Kind::Timeout);
            let admitted_before =
                std::mem::replace(&mut admitted, settings.traffic.succeeded_so_far());
            let next = if admitted > admitted_before {
                backoff.next_among_admitted(&error, common_headers.draw())
            } else {
                backoff.next(&error, common_headers.draw())
            };
            match next {
                NextAttempt::GiveUp => return Err(error.attempted(attempts)),
                NextAttempt::AtOnce => how.on_new_connection = true,
                NextAttempt::Wait(wait) => {
                    settings.retries.fetch_add(1, Ordering::Relaxed);
                    if let Some(again) = &self.again {
                        again.fetch_add(1, Ordering::Relaxed);
                    }
                    settings.clock.sleep(wait).await;
                }
            }
        }
    }

    async fn attempt(
        &self,
        sent: AuthorizedRequest<'_>,
        how: AttemptMode,
        into: &mut BodyTarget<'_>,
    ) -> Result<Reply> {
        let settings = &self.shared.settings;
        let request = sent.request;
        let bytes = request.payload.bytes() + into.bytes();
        let mut attempt = settings.traffic.begin(bytes, &*settings.clock).await;
        if let Some(kind) = kind(request, into) {
            attempt.belongs_to(kind);
        }
        let begun = settings.clock.monotonic();
        let ended = self.attempt_now(sent, how, into, &mut attempt).await;
        match (&request.pushback_observer, &ended) {
            (Some(observer), Err(error)) if error.is_pushback() => {
                observer.refused(begun, settings.clock.monotonic());
                attempt.end_refused_at_own_pace();
            }
            _ => attempt.end(ended.as_ref().err()),
        }
        ended
    }

    /// One attempt, after its wait for the pace.
    async fn attempt_now(
        &self,
        sent: AuthorizedRequest<'_>,
        how: AttemptMode,
        into: &mut BodyTarget<'_>,
        attempt: &mut Attempt,
    ) -> Result<Reply> {
        let endpoint = &sent.request.account.endpoint;
        let proxy = self.shared.settings.proxies.of(endpoint)?;
        // Through a tunnel the service answers. A plain request is answered by the proxy.
        let asked_proxy = proxy.filter(|_| endpoint.scheme == Scheme::Http);
        let ended = self.exchange(sent, how, into, asked_proxy, attempt).await;
        ended.map_err(|error| match proxy {
            Some(proxy) => proxy.on_the_way(error),
            None => error,
        })
    }

    /// One exchange, with the service or with the proxy that answers in its place.
    async fn exchange(
        &self,
        sent: AuthorizedRequest<'_>,
        how: AttemptMode,
        into: &mut BodyTarget<'_>,
        asked_proxy: Option<&Proxy>,
        attempt: &mut Attempt,
    ) -> Result<Reply> {
        let AuthorizedRequest {
            request,
            authorization,
            id,
        } = sent;
        let now = self.shared.settings.clock.now();
        let mut composed = compose(request, authorization, &self.shared.common_headers, id, now)?;
        let endpoint = &request.account.endpoint;
        if let Some(proxy) = asked_proxy {
            proxy.address(&mut composed, endpoint)?;
        }
        let exchange = self.shared.exchanges.acquire().await;
        let _exchange = exchange.expect("exchanges are never closed");
        let mut connection = self.connection(endpoint, how.on_new_connection).await?;
        let is_first = !connection.has_served();
        attempt.uses(connection.meter());
        let traffic = &self.shared.settings.traffic;
        let kind = kind(request, into);
        let timeouts = &self.shared.settings.timeouts;
        let most = timeouts.first_byte_of_data.min(timeouts.first_byte);
        let first_byte = kind.map_or(timeouts.first_byte, |kind| {
            traffic.patience(kind, how.silences, most)
        });
        let exchanged = connection.exchange(composed, first_byte).await;
        match (&exchanged, kind) {
            (Ok(answer), Some(kind)) if answer.status.is_success() => {
                traffic.note_silence(kind, answer.silence);
            }
            (Err(error), Some(kind)) if error.kind() == Kind::Timeout => {
                traffic.note_silence(kind, first_byte);
            }
            _ => {}
        }
        let mut answer = exchanged?;
        // The echo is checked first: an answer to another request means nothing here. Its error
        // ends the connection.
        let dialect = request.account.service.dialect();
        // Azurite does not repeat the id in its answer to a batch.
        let is_batch = !request.parts.is_empty() || request.expected.operations.is_some();
        let must_echo = answer.status.is_success() && connection.echoes() && !is_batch;
        if check_echo(dialect, id, &answer.headers, must_echo)? {
            connection.has_echoed();
        } else {
            check_request_id(dialect, connection.last_request_id(), &answer.headers)?;
        }
        connection.note_request_id(answer.headers.get(&dialect.request_id_header));
        let availability = traffic.availability();
        let is_of_service =
            asked_proxy.is_none() || answer.headers.contains_key(&dialect.request_id_header);
        if is_of_service && (is_first || availability.has_trouble()) {
            availability.answered(endpoint);
        }
        if !answer.status.is_success() {
            let secrets = RequestSecrets::of(request, authorization);
            let refusal = self.refusal(&request.account, connection, answer, asked_proxy, secrets);
            return Err(Box::pin(refusal).await);
        }
        let (status, bytes) = (answer.status.as_u16(), answer.bytes());
        let expected = &request.expected;
        expected.check(request, status, &answer.headers, bytes)?;
        attempt.answered();
        let body = match into {
            BodyTarget::Memory(bytes_max) => {
                let clock = &*self.shared.settings.clock;
                let admitted = async |bytes| attempt.admit(bytes, clock).await;
                collect(&mut connection, &mut answer, *bytes_max, admitted).await?
            }
            BodyTarget::Lease(lease) => {
                lease.clear();
                connection.fill(&mut answer, lease).await?;
                Bytes::new()
            }
        };
        self.shared.idle.put(connection);
        if let Some(operations) = expected.operations {
            let content_type = answer.headers.get(CONTENT_TYPE);
            let secrets = RequestSecrets::of(request, authorization);
            check_changeset(operations, dialect, content_type, &body, &secrets, now)?;
        }
        Ok(Reply {
            status: answer.status,
            headers: answer.headers,
            body,
            attempts: 1,
            refusals: 0,
        })
    }

    async fn connection(&self, endpoint: &Endpoint, new: bool) -> Result<Box<Connection>> {
        let idle = &self.shared.idle;
        if !new && let Some(connection) = idle.take(endpoint).await {
            return Ok(connection);
        }
        let opened = Box::pin(self.connect(endpoint)).await;
        match opened {
            Err(error) if error.is_descriptor_shortage() => {
                Box::pin(self.connect_later(endpoint, new)).await
            }
            opened => opened,
        }
    }

    /// Connects when there was no descriptor: closes the idle connections, and takes one that
    /// becomes idle meanwhile.
    async fn connect_later(&self, endpoint: &Endpoint, new: bool) -> Result<Box<Connection>> {
        let idle = &self.shared.idle;
        retry_open(Error::is_descriptor_shortage, async || {
            if !new && let Some(connection) = idle.take(endpoint).await {
                return Ok(connection);
            }
            idle.keep_at_most(0);
            self.connect(endpoint).await
        })
        .await
    }

    async fn connect(&self, endpoint: &Endpoint) -> Result<Box<Connection>> {
        let ClientShared {
            settings, resolver, ..
        } = &*self.shared;
        self.shared
            .idle
            .keep_at_most(self.shared.exchanges.available_permits());
        let timeouts = &settings.timeouts;
        let (trust, proxies) = (&settings.trust, &settings.proxies);
        let begun = Instant::now();
        let stream = connect(endpoint, resolver, trust, proxies, timeouts.connect).await?;
        settings.traffic.connected(begun.elapsed());
        settings.traffic.availability().connected(endpoint);
        let (traffic, many_headers) = (&settings.traffic, &self.shared.many_headers);
        let connection =
            Connection::over(stream, endpoint, timeouts, traffic, many_headers).await?;
        let mut meters = self.shared.meters.borrow_mut();
        meters.retain(|meter| meter.strong_count() > 0);
        meters.push(Rc::downgrade(&connection.meter()));
        Ok(Box::new(connection))
    }

    /// The error of an answer other than 2xx. Its body improves the message; where the body cannot
    /// be read, the status is enough. The service's answers carry a request id and a proxy's own
    /// answers do not: a proxy's 404 must not mean that there is no blob.
    async fn refusal(
        &self,
        account: &Account,
        mut connection: Box<Connection>,
        mut answer: IncomingResponse,
        asked_proxy: Option<&Proxy>,
        secrets: RequestSecrets,
    ) -> Error {
        let status = answer.status.as_u16();
        let dialect = account.service.dialect();
        if let Some(proxy) = asked_proxy
            && !answer.headers.contains_key(&dialect.request_id_header)
        {
            return proxy.refused(status);
        }
        let read = connection.collect(&mut answer, ERROR_BODY_BYTES_MAX).await;
        let (body, is_whole) = read.unwrap_or_default();
        if is_whole {
            self.shared.idle.put(connection);
        }
        let now = self.shared.settings.clock.now();
        let error = failure(dialect, status, &answer.headers, &body, &secrets, now);
        if error.code() == Some("InvalidHeaderValue") {
            return version_refused(error, account, &answer.headers, &body);
        }
        error
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// The latency class of the request, where it has a hedge policy.
fn kind(request: &Request, into: &BodyTarget<'_>) -> Option<LatencyClass> {
    (request.hedge_policy != HedgePolicy::Never)
        .then(|| LatencyClass::of(request.payload.bytes(), into.bytes()))
}

async fn collect(
    connection: &mut Connection,
    answer: &mut IncomingResponse,
    bytes_max: usize,
    admitted: impl AsyncFnMut(u64) -> Duration,
) -> Result<Bytes> {
    let too_long = || {
        let message = format!("the service's answer is longer than {bytes_max} bytes");
        Error::new(Kind::Protocol, message)
    };
    if answer.bytes().is_some_and(|bytes| bytes > bytes_max as u64) {
        return Err(too_long());
    }
    let collecting = connection.collect_admitted(answer, bytes_max, admitted);
    match collecting.await? {
        (body, true) => Ok(body),
        (_, false) => Err(too_long()),
    }
}
