//! The stream below hyper, watched: how much has moved, how long a head may be, and what a failed write means.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::header_case::HeaderCase;
use super::socket::Socket;
use crate::net::Stream;
use crate::traffic::Traffic;

/// The most that an answer's head may take, everything before it (1xx answers) included. A real one takes 1 KiB, and
/// all the metadata a blob can have takes 8 KiB more.
pub(super) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Of a request of which no more is outstanding, in bytes, it is not asked how much has arrived: it soon is over.
const LITTLE_BYTES: u64 = 16 * 1024;

/// What has gone over a connection. Shared by the wire, which counts, and the connection, which asks.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    traffic: Arc<Traffic>,
    moved: Cell<u64>,
    sent: Cell<u64>,
    /// Of these, the bytes that the run's counters know to have arrived.
    arrived: Cell<u64>,
    socket: Socket,
    answered: Cell<usize>,
    head_is_here: Cell<bool>,
    spelling: RefCell<HeaderCase>,
}

impl Meter {
    /// A meter that also adds to the run's counters.
    pub(super) fn new(traffic: Arc<Traffic>) -> Self {
        Self {
            traffic,
            ..Self::default()
        }
    }

    /// A request begins, whose names are spelled like this: nothing of its answer is here.
    pub(super) fn begin(&self, spelling: HeaderCase) {
        self.spelling.replace(spelling);
        self.sent.set(0);
        self.arrived.set(0);
        self.answered.set(0);
        self.head_is_here.set(false);
    }

    /// The answer's head is complete.
    pub(super) fn head_is_here(&self) {
        self.head_is_here.set(true);
    }

    /// How many bytes went either way since the connection was made.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.get()
    }

    /// How many bytes of this request, its head included, the stream has taken.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Tells the run's counters what the other end has acknowledged of this request, unless all of it is known to have arrived.
    pub(crate) fn look(&self) {
        let sent = self.sent.get();
        if sent - self.arrived.get() > LITTLE_BYTES
            && let Some(bytes) = self.socket.unacknowledged()
        {
            self.arrived(sent.saturating_sub(bytes));
        }
    }

    /// The request is over: whether it has arrived will not be known any better.
    pub(crate) fn is_over(&self) {
        self.arrived(self.sent.get());
    }

    /// Whether there is something to read, or the other end has closed.
    pub(super) fn has_input(&self) -> bool {
        self.socket.has_input()
    }

    fn arrived(&self, bytes: u64) {
        let before = self.arrived.get();
        if bytes > before {
            self.traffic.arrived(bytes - before);
            self.arrived.set(bytes);
        }
    }

    /// Whether any byte of the answer has come.
    pub(super) fn is_answered(&self) -> bool {
        self.answered.get() > 0
    }

    /// Whether the answer's head grew beyond all measure.
    pub(super) fn head_is_too_long(&self) -> bool {
        !self.head_is_here.get() && self.answered.get() >= HEAD_BYTES_MAX
    }

    fn read(&self, bytes: usize) {
        self.traffic.received(bytes as u64);
        self.moved.set(self.moved.get() + bytes as u64);
        self.answered.set(self.answered.get().saturating_add(bytes));
    }

    fn wrote(&self, bytes: usize) {
        self.sent.set(self.sent.get() + bytes as u64);
        self.moved.set(self.moved.get() + bytes as u64);
    }
}

/// A stream that is counted.
#[derive(Debug)]
pub(super) struct MeteredStream {
    stream: Stream,
    meter: Rc<Meter>,
    /// The head of the request under way, where it is spelled otherwise than hyper writes it.
    head: Vec<u8>,
    write_failed: bool,
}

impl MeteredStream {
    pub(super) fn new(stream: Stream, meter: Rc<Meter>) -> Self {
        meter.socket.is(&stream);
        Self {
            stream,
            meter,
            head: Vec::new(),
            write_failed: false,
        }
    }

    /// What is to be written instead of these bytes, which go on where the last ones ended: the rest of the head as it is
    /// meant. `None`: they are as they should be.
    fn respelled(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        let sent = self.meter.sent() as usize;
        if sent == 0 {
            let spelling = self.meter.spelling.borrow();
            self.head = if spelling.is_plain() {
                Vec::new()
            } else {
                spelling.head(bytes).unwrap_or_default()
            };
        }
        self.head.get(sent..).filter(|rest| !rest.is_empty())
    }

    /// Counts what was written, and keeps a failure to itself.
    ///
    /// A service that refuses an upload answers at once, closes, and resets the connection when more of the body comes.
    /// The answer lies in our receive buffer while the write fails; were the failure reported, hyper would never read
    /// it. So writing just stops, and the reading side tells the end: the answer, or else the same failure.
    fn settle(&mut self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match result {
            Poll::Ready(Ok(bytes)) => self.meter.wrote(bytes),
            Poll::Ready(Err(_)) => {
                self.write_failed = true;
                return Poll::Pending;
            }
            Poll::Pending => {}
        }
        result
    }
}

impl Drop for MeteredStream {
    fn drop(&mut self) {
        self.meter.socket.closes();
    }
}

impl AsyncRead for MeteredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.meter.head_is_too_long() {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        let before = into.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, into);
        self.meter.read(into.filled().len() - before);
        result
    }
}

impl AsyncWrite for MeteredStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.write_failed {
            return Poll::Pending;
        }
        let rest = self.respelled(bytes).map(<[u8]>::to_vec);
        let bytes = rest.as_deref().unwrap_or(bytes);
        let result = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.settle(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        runs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.write_failed {
            return Poll::Pending;
        }
        let first = runs.iter().find(|run| !run.is_empty());
        let rest = first
            .and_then(|first| self.respelled(first))
            .map(<[u8]>::to_vec);
        let result = match rest {
            Some(head) => Pin::new(&mut self.stream).poll_write(cx, &head),
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, runs),
        };
        self.settle(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.write_failed {
            return Poll::Pending;
        }
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        match self.settle(result.map_ok(|()| 0)) {
            Poll::Ready(done) => Poll::Ready(done.map(|_| ())),
            Poll::Pending => Poll::Pending,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn what_arrives_is_counted_before_its_request_is_over_and_the_rest_when_it_is() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut theirs, _) = listener.accept().await.unwrap();
        let traffic = Arc::new(Traffic::default());
        let meter = Rc::new(Meter::new(Arc::clone(&traffic)));
        let mut wire = MeteredStream::new(Stream::Plain(ours.unwrap()), Rc::clone(&meter));
        let arrived = || traffic.glance().arrived_bytes;
        meter.begin(HeaderCase::default());
        let fills = std::future::poll_fn(|cx| {
            while let Poll::Ready(written) = Pin::new(&mut wire).poll_write(cx, &[7; 16384]) {
                written.unwrap();
            }
            Poll::Ready(())
        });
        fills.await;
        assert_eq!(arrived(), 0);
        // More than the other end has room for is written; so some of it cannot have arrived.
        meter.look();
        let at_first = arrived();
        assert!(at_first < meter.sent(), "{at_first} of {}", meter.sent());
        let mut some = vec![0; meter.sent() as usize - LITTLE_BYTES as usize];
        theirs.read_exact(&mut some).await.unwrap();
        while arrived() == at_first {
            tokio::task::yield_now().await;
            meter.look();
        }
        assert!(arrived() <= meter.sent());
        meter.is_over();
        assert_eq!(arrived(), meter.sent());
        meter.look();
        assert_eq!(arrived(), meter.sent());
    }

    #[tokio::test]
    async fn an_answer_is_still_read_after_writing_has_failed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut theirs, _) = listener.accept().await.unwrap();
        let mut wire = MeteredStream::new(Stream::Plain(ours.unwrap()), Rc::default());
        wire.write_all(b"the beginning of an upload").await.unwrap();
        theirs.readable().await.unwrap();
        theirs.write_all(b"no").await.unwrap();
        // What lies there unread turns the close into a reset.
        drop(theirs);

        let more = std::future::poll_fn(|cx| {
            loop {
                if let Poll::Ready(result) = Pin::new(&mut wire).poll_write(cx, b"more") {
                    result.expect("a failed write is not reported");
                } else {
                    return Poll::Ready(());
                }
            }
        });
        more.await;
        assert!(wire.write_failed);
        let mut answer = Vec::new();
        let _ = wire.read_to_end(&mut answer).await;
        assert_eq!(answer, b"no");
    }
}
