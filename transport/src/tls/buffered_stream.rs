//! A TCP stream below TLS, read in large pieces.
//!
//! rustls reads 4 KiB at a time, so that a record of 16 KiB takes five system calls. Here one
//! system call serves several reads.

use std::io::{self, IoSlice};
use std::os::fd::{AsRawFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How much is read at once, in bytes: eight records. Downloads take a tenth less processor time
/// than without a buffer (16 KiB: 5 %, 64 KiB: 8 %, 256 KiB: 11 %).
const READ_BYTES: usize = 128 * 1024;

/// The stream, and the bytes that were read from it and not returned yet.
#[derive(Debug)]
pub(crate) struct BufferedStream {
    tcp: TcpStream,
    read: Box<[u8]>,
    from: usize,
    to: usize,
}

impl BufferedStream {
    pub(crate) fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            read: vec![0; READ_BYTES].into(),
            from: 0,
            to: 0,
        }
    }
}

impl AsRawFd for BufferedStream {
    fn as_raw_fd(&self) -> RawFd {
        self.tcp.as_raw_fd()
    }
}

impl AsyncRead for BufferedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.from == this.to {
            if into.remaining() >= this.read.len() {
                return Pin::new(&mut this.tcp).poll_read(cx, into);
            }
            let mut all = ReadBuf::new(&mut this.read);
            ready!(Pin::new(&mut this.tcp).poll_read(cx, &mut all))?;
            (this.from, this.to) = (0, all.filled().len());
        }
        let bytes = into.remaining().min(this.to - this.from);
        into.put_slice(&this.read[this.from..this.from + bytes]);
        this.from += bytes;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for BufferedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        runs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, runs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn what_comes_is_handed_on_whole_and_in_order_however_it_is_asked_for() {
        let sent: Vec<u8> = (0..3 * READ_BYTES + 77)
            .map(|at| (at % 251) as u8)
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (mut theirs, _) = listener.accept().await.unwrap();
        let mut stream = BufferedStream::new(ours.unwrap());
        let writes = async {
            theirs.write_all(&sent).await.unwrap();
            drop(theirs);
        };
        let reads = async {
            let mut came = Vec::new();
            let mut room = vec![0; 2 * READ_BYTES];
            for bytes in [1, 4096, 5, 2 * READ_BYTES, 100].into_iter().cycle() {
                let count = stream.read(&mut room[..bytes]).await.unwrap();
                if count == 0 {
                    break;
                }
                came.extend_from_slice(&room[..count]);
            }
            came
        };
        let (came, ()) = tokio::join!(reads, writes);
        assert!(came == sent, "{} of {} bytes", came.len(), sent.len());
    }
}
