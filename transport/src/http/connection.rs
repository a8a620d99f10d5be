//! One connection: an exchange, the body of its answer, and the next exchange.
//!
//! hyper splits a connection into a sender and a driver that must be polled. Here the exchange
//! itself polls the driver, so nothing runs in the background. Dropping an exchange drops the
//! connection, its buffers and its body at once. An idle connection is not polled; whether it is
//! still open is checked when it is used again.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use hyper_util::rt::TokioIo;

use super::Endpoint;
use super::body::{Body, ReadPending};
use super::header_case::{CasedNames, HeaderCase};
use super::metered_stream::{HEAD_BYTES_MAX, MeteredStream};
use super::progress_timer::{LEAST_BYTES, ProgressLimits, ProgressTimer, Stall};
use crate::buffer::Lease;
use crate::net::{Stream, Timeouts};
use crate::traffic::{Meter, Traffic};
use crate::{Error, Kind, Result};

/// The most headers of an answer that has more than hyper's own limit of a hundred: a blob with
/// many short metadata. [`HEAD_BYTES_MAX`] limits their sum anyway. hyper keeps a hundred headers
/// on its stack. For more it allocates 64 KiB for each answer, a tenth of what a small object takes
/// in this program.
const HEADERS_MAX: usize = 1024;

/// The most that hyper buffers of an answer: a quarter of its own limit. That one holds 400 KiB per
/// connection and moves downloads no faster (both 0.2 CPU s per GiB on loopback).
const BUFFER_BYTES_MAX: usize = 128 * 1024;

/// An answer whose head has arrived. Its body comes from the connection.
#[derive(Debug)]
pub(crate) struct IncomingResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The time until it began, from the last byte before it.
    pub(crate) silence: Duration,
    body: Incoming,
}

impl IncomingResponse {
    /// The length of the body, where the head says it.
    pub(crate) fn bytes(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }
}

/// Whether an answer came with more headers than usual. Later connections accept many. Clones share
/// it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManyHeaders(Rc<Cell<bool>>);

/// A connection to one endpoint. It makes one exchange at a time.
pub(crate) struct Connection {
    endpoint: Endpoint,
    sender: http1::SendRequest<Body>,
    driver: http1::Connection<TokioIo<MeteredStream>, Body>,
    driver_has_ended: bool,
    many_headers: ManyHeaders,
    takes_many_headers: bool,
    meter: Rc<Meter>,
    header_case: Rc<RefCell<HeaderCase>>,
    progress: ProgressTimer,
    timeouts: Timeouts,
    service: EchoSupport,
    last_request_id: Option<HeaderValue>,
}

/// What the answers so far have shown about the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EchoSupport {
    /// No answer has come.
    Unknown,
    /// Answers have come, without the id of their request.
    Answers,
    /// Answers repeat the id of their request.
    Echoes,
}

impl Connection {
    /// Speaks HTTP/1.1 over a stream.
    pub(crate) async fn over(
        stream: Stream,
        endpoint: &Endpoint,
        timeouts: &Timeouts,
        traffic: &Arc<Traffic>,
        many_headers: &ManyHeaders,
    ) -> Result<Self> {
        let meter = Rc::new(Meter::new(Arc::clone(traffic)));
        let header_case = Rc::default();
        let stream = MeteredStream::new(stream, Rc::clone(&meter), Rc::clone(&header_case));
        let takes_many_headers = many_headers.0.get();
        let mut builder = http1::Builder::new();
        builder
            .max_buf_size(BUFFER_BYTES_MAX)
            .max_header_size(HEAD_BYTES_MAX);
        if takes_many_headers {
            builder.max_headers(HEADERS_MAX);
        }
        let (sender, driver) = builder
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Error::new(Kind::Connect, error.to_string()))?;
        Ok(Self {
            endpoint: endpoint.clone(),
            sender,
            driver,
            driver_has_ended: false,
            many_headers: many_headers.clone(),
            takes_many_headers,
            meter,
            header_case,
            progress: ProgressTimer::new(),
            timeouts: *timeouts,
            service: EchoSupport::Unknown,
            last_request_id: None,
        })
    }

    /// The endpoint that it leads to.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether an answer has come over it.
    pub(crate) fn has_served(&self) -> bool {
        self.service != EchoSupport::Unknown
    }

    /// The meter of its bytes.
    pub(crate) fn meter(&self) -> Rc<Meter> {
        Rc::clone(&self.meter)
    }

    /// Whether an answer over it has repeated the id of its request.
    pub(crate) fn echoes(&self) -> bool {
        self.service == EchoSupport::Echoes
    }

    /// Notes that an answer has repeated the id of its request.
    pub(crate) fn has_echoed(&mut self) {
        self.service = EchoSupport::Echoes;
    }

    /// The service's id of the last answer over it.
    pub(crate) fn last_request_id(&self) -> Option<&HeaderValue> {
        self.last_request_id.as_ref()
    }

    /// Notes the service's id of an answer.
    pub(crate) fn note_request_id(&mut self, id: Option<&HeaderValue>) {
        self.last_request_id = id.cloned();
    }

    /// Whether another exchange can begin. It cannot when the peer has closed the connection, when
    /// the last exchange is not over (a service may answer before it has read the whole request),
    /// or when bytes have come that were not asked for: they would be taken for the answer to the
    /// next request.
    pub(crate) async fn is_ready(&mut self) -> bool {
        if self.meter.has_input() {
            return false;
        }
        std::future::poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(!self.driver_has_ended && self.sender.is_ready())
        })
        .await
    }

    /// Sends a request and waits for the head of its answer, `first_byte` at most.
    pub(crate) async fn exchange(
        &mut self,
        mut request: hyper::Request<Body>,
        first_byte: Duration,
    ) -> Result<IncomingResponse> {
        let body_bytes = request.body().size_hint().lower();
        let waiting = request.body().waiting();
        let spelled = request.extensions_mut().remove::<CasedNames>();
        self.header_case.replace(HeaderCase::new(spelled));
        self.meter.begin();
        self.progress.begin(self.timeouts.attempt);
        let mut answer = std::pin::pin!(self.sender.send_request(request));
        let least_progress = self.timeouts.least_progress;
        let received = std::future::poll_fn(|cx| {
            if let Poll::Ready(received) = answer.as_mut().poll(cx) {
                return Poll::Ready(Ok(received));
            }
            self.drive(cx);
            if let Poll::Ready(received) = answer.as_mut().poll(cx) {
                return Poll::Ready(Ok(received));
            }
            if waiting.as_ref().is_some_and(ReadPending::is_on) {
                self.progress.restart();
            }
            // Between the last byte of the request and the first byte of the answer no progress is
            // expected.
            let is_moving = self.meter.sent() < body_bytes || self.meter.is_answered();
            let limits = ProgressLimits {
                silence: first_byte,
                least_progress: is_moving.then_some(least_progress),
            };
            let stuck = ready!(self.progress.poll(cx, self.meter.moved(), limits));
            Poll::Ready(Err(stuck))
        })
        .await;
        let silence = self.progress.silence();
        let received = received.map_err(|stuck| self.is_stuck(stuck))?;
        let (head, body) = received.map_err(|error| self.broke(&error))?.into_parts();
        self.meter.head_is_here();
        if self.service == EchoSupport::Unknown {
            self.service = EchoSupport::Answers;
        }
        self.progress.restart();
        if head.status.is_success() && self.meter.sent() < body_bytes {
            let message = format!(
                "`{}` reported success before it had received the whole request",
                self.endpoint
            );
            return Err(Error::new(Kind::Protocol, message));
        }
        Ok(IncomingResponse {
            status: head.status,
            headers: head.headers,
            silence,
            body,
        })
    }

    /// Takes the body into memory. A longer body gives its first `bytes_max` bytes and `false`.
    pub(crate) async fn collect(
        &mut self,
        answer: &mut IncomingResponse,
        bytes_max: usize,
    ) -> Result<(Bytes, bool)> {
        self.collect_admitted(answer, bytes_max, async |_| Duration::ZERO)
            .await
    }

    /// The same. After each part it waits for `admitted`, which gets the length of the part and returns how long
    /// it waited.
    pub(crate) async fn collect_admitted(
        &mut self,
        answer: &mut IncomingResponse,
        bytes_max: usize,
        mut admitted: impl AsyncFnMut(u64) -> Duration,
    ) -> Result<(Bytes, bool)> {
        let told = answer.bytes().unwrap_or_default().min(bytes_max as u64);
        let mut all = BytesMut::new();
        while let Some(mut part) = self.next_part(answer).await? {
            let waited = admitted(part.len() as u64).await;
            if !waited.is_zero() {
                self.progress.held_back(waited);
            }
            if all.len() + part.len() > bytes_max {
                all.extend_from_slice(&part[..bytes_max - all.len()]);
                return Ok((all.freeze(), false));
            }
            if all.is_empty() && answer.body.is_end_stream() {
                return Ok((std::mem::take(&mut part), true));
            }
            if all.is_empty() {
                // Growing step by step takes up to twice the memory.
                all.reserve(told as usize);
            }
            all.extend_from_slice(&part);
        }
        Ok((all.freeze(), true))
    }

    /// Takes the body into an empty lease. The body must have exactly the length that the lease
    /// wants.
    pub(crate) async fn fill(
        &mut self,
        answer: &mut IncomingResponse,
        lease: &mut Lease,
    ) -> Result<()> {
        let wanted = lease.wanted();
        let wrong_length = |bytes: &dyn std::fmt::Display| {
            let message = format!("the service sent {bytes} bytes where {wanted} were asked for");
            Error::new(Kind::Protocol, message)
        };
        if let Some(bytes) = answer.bytes()
            && bytes != wanted as u64
        {
            return Err(wrong_length(&bytes));
        }
        while let Some(part) = self.next_part(answer).await? {
            if lease.filled() + part.len() > wanted {
                return Err(wrong_length(&"more"));
            }
            lease.append(&part);
        }
        if lease.filled() < wanted {
            return Err(wrong_length(&lease.filled()));
        }
        Ok(())
    }

    /// The next bytes of the body; `None` at its end.
    async fn next_part(&mut self, answer: &mut IncomingResponse) -> Result<Option<Bytes>> {
        let limits = ProgressLimits {
            silence: self.timeouts.no_progress,
            least_progress: Some(self.timeouts.least_progress),
        };
        while !answer.body.is_end_stream() {
            let frame = std::future::poll_fn(|cx| {
                let body = &mut answer.body;
                if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
                    return Poll::Ready(Ok(frame));
                }
                self.drive(cx);
                if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
                    return Poll::Ready(Ok(frame));
                }
                let stuck = ready!(self.progress.poll(cx, self.meter.moved(), limits));
                Poll::Ready(Err(stuck))
            })
            .await
            .map_err(|stuck| self.is_stuck(stuck))?;
            match frame.transpose().map_err(|error| self.broke(&error))? {
                None => break,
                // Trailers are not used.
                Some(frame) => {
                    if let Ok(bytes) = Frame::into_data(frame) {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Polls hyper's driver, without waiting.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if !self.driver_has_ended {
            self.driver_has_ended = Pin::new(&mut self.driver).poll(cx).is_ready();
        }
    }

    /// The error of an exchange that makes no progress.
    fn is_stuck(&self, stuck: Stall) -> Error {
        let endpoint = &self.endpoint;
        let message = match stuck {
            Stall::Silent(silent) => {
                format!("`{endpoint}` sent nothing for {} s", silent.as_secs())
            }
            Stall::Slow => {
                let seconds = self.timeouts.least_progress.as_secs();
                format!("`{endpoint}` moved fewer than {LEAST_BYTES} bytes in {seconds} s")
            }
            Stall::Overdue => {
                let whole = self.timeouts.attempt.as_secs();
                format!("`{endpoint}` did not finish its answer in {whole} s")
            }
        };
        Error::new(Kind::Timeout, message)
    }

    /// Translates hyper's errors.
    fn broke(&self, error: &hyper::Error) -> Error {
        let ours = std::error::Error::source(error).and_then(|source| source.downcast_ref());
        if let Some(ours) = ours.filter(|_| error.is_user()) {
            return Error::clone(ours);
        }
        let endpoint = &self.endpoint;
        if self.meter.head_exceeds(HEAD_BYTES_MAX) {
            let message = format!("the answer of `{endpoint}` has a head of more than 64 KiB");
            return Error::new(Kind::Protocol, message);
        }
        if error.is_parse_too_large() && !self.takes_many_headers {
            self.many_headers.0.set(true);
            let message = format!("the answer of `{endpoint}` has too many headers");
            // The request is repeated at once, over a new connection, which accepts many headers.
            return Error::new(Kind::Reset { reused: true }, message);
        }
        if error.is_parse() {
            let message = format!("the answer of `{endpoint}` is not HTTP: {error}");
            return Error::new(Kind::Protocol, message);
        }
        let reused = self.service != EchoSupport::Unknown && !self.meter.is_answered();
        let message =
            format!("the connection to `{endpoint}` ended before the answer was complete");
        Error::new(Kind::Reset { reused }, message)
    }
}
