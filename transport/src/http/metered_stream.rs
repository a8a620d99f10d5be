//! The stream below hyper. It counts bytes, limits the head of an answer, and delays the error of a
//! failed write.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::header_case::HeaderCase;
use crate::net::Stream;
use crate::traffic::Meter;

/// The largest head of an answer, in bytes, with the 1xx answers before it. A real one takes 1 KiB,
/// and all metadata of a blob 8 KiB more.
pub(super) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A stream that counts its bytes.
#[derive(Debug)]
pub(super) struct MeteredStream {
    stream: Stream,
    meter: Rc<Meter>,
    /// How the names of the request under way are written.
    header_case: Rc<RefCell<HeaderCase>>,
    /// The head of the request under way, where its names have capital letters.
    head: Vec<u8>,
    write_failed: bool,
}

impl MeteredStream {
    pub(super) fn new(
        stream: Stream,
        meter: Rc<Meter>,
        header_case: Rc<RefCell<HeaderCase>>,
    ) -> Self {
        meter.opens(&stream);
        Self {
            stream,
            meter,
            header_case,
            head: Vec::new(),
            write_failed: false,
        }
    }

    /// The bytes to write instead of these, which continue the last ones: the rest of the head with
    /// the case of its names. `None`: these bytes are right.
    fn respelled(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        let sent = self.meter.sent() as usize;
        if sent == 0 {
            let header_case = self.header_case.borrow();
            self.head = if header_case.is_plain() {
                Vec::new()
            } else {
                header_case.head(bytes).unwrap_or_default()
            };
        }
        self.head.get(sent..).filter(|rest| !rest.is_empty())
    }

    /// Counts what was written, and hides a failure.
    ///
    /// A service that refuses an upload answers at once, closes, and resets the connection when
    /// more of the body comes. The answer is in our receive buffer while the write fails. If hyper
    /// saw the failure, it would never read the answer. So writing stops, and the reading side
    /// reports the end: the answer, or else the same failure.
    fn hide_failure(&mut self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
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
        self.meter.closes();
    }
}

impl AsyncRead for MeteredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.meter.head_exceeds(HEAD_BYTES_MAX) {
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
        self.hide_failure(result)
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
        self.hide_failure(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.write_failed {
            return Poll::Pending;
        }
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        match self.hide_failure(result.map_ok(|()| 0)) {
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
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::traffic::Traffic;

    #[tokio::test]
    async fn arrived_bytes_are_counted_during_a_request_and_the_rest_at_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut theirs, _) = listener.accept().await.unwrap();
        let traffic = Arc::new(Traffic::default());
        let meter = Rc::new(Meter::new(Arc::clone(&traffic)));
        let stream = Stream::Plain(ours.unwrap());
        let mut wire = MeteredStream::new(stream, Rc::clone(&meter), Rc::default());
        let arrived = || traffic.tally().arrived_bytes;
        meter.begin();
        let fills = std::future::poll_fn(|cx| {
            while let Poll::Ready(written) = Pin::new(&mut wire).poll_write(cx, &[7; 16384]) {
                written.unwrap();
            }
            Poll::Ready(())
        });
        fills.await;
        assert_eq!(arrived(), 0);
        // More was written than the peer has room for, so some of it cannot have arrived.
        meter.count_arrived();
        let at_first = arrived();
        assert!(at_first < meter.sent(), "{at_first} of {}", meter.sent());
        let mut some = vec![0; meter.sent() as usize - 16 * 1024];
        theirs.read_exact(&mut some).await.unwrap();
        while arrived() == at_first {
            tokio::task::yield_now().await;
            meter.count_arrived();
        }
        assert!(arrived() <= meter.sent());
        meter.is_over();
        assert_eq!(arrived(), meter.sent());
        meter.count_arrived();
        assert_eq!(arrived(), meter.sent());
    }

    #[tokio::test]
    async fn an_answer_is_still_read_after_writing_has_failed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut theirs, _) = listener.accept().await.unwrap();
        let mut wire =
            MeteredStream::new(Stream::Plain(ours.unwrap()), Rc::default(), Rc::default());
        wire.write_all(b"the beginning of an upload").await.unwrap();
        theirs.readable().await.unwrap();
        theirs.write_all(b"no").await.unwrap();
        // The unread bytes turn the close into a reset.
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
