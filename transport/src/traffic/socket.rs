//! The socket of a connection, which is asked how much has not arrived and whether there is input.
//!
//! This machine keeps what a socket takes until the peer has acknowledged it: megabytes, and over a
//! slow line for many seconds. The stream of the connection is deep inside hyper, so its
//! descriptor's number is kept here. The stream's owner ([`crate::http`]) removes it before it
//! closes the socket.
#![expect(
    unsafe_code,
    reason = "a borrowed descriptor, and a request of ioctl(2) that rustix has no function for"
)]

use std::cell::Cell;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

use rustix::io::Errno;
use rustix::ioctl::{Getter, Opcode};
use rustix::net::RecvFlags;

/// `SIOCOUTQ`: how many bytes of a TCP socket are not sent or not acknowledged, tcp(7). It has the
/// number of `TIOCOUTQ`.
const SIOCOUTQ: Opcode = 0x5411;

/// A socket that somebody else owns, while it is open.
#[derive(Debug, Default)]
pub(super) struct Socket(Cell<Option<RawFd>>);

impl Socket {
    /// Sets the socket.
    pub(super) fn is(&self, stream: &impl AsRawFd) {
        self.0.set(Some(stream.as_raw_fd()));
    }

    /// The socket is about to be closed and is not asked any more.
    pub(super) fn closes(&self) {
        self.0.set(None);
    }

    /// How many bytes the socket has taken that the peer has not acknowledged, TLS included; `None`
    /// when it is closed or the kernel does not say.
    pub(super) fn unacknowledged(&self) -> Option<u64> {
        let number = self.0.get()?;
        let socket = Self::borrowed(&number);
        // SAFETY: the request writes one `int` (tcp(7)), for which the getter has room.
        let question = unsafe { Getter::<SIOCOUTQ, std::ffi::c_int>::new() };
        // SAFETY: a request of that kind changes nothing, whatever the descriptor is.
        let bytes = unsafe { rustix::ioctl::ioctl(socket, question) };
        bytes.ok().and_then(|bytes| u64::try_from(bytes).ok())
    }

    /// Whether a read would not have to wait: there are bytes, or the end, or an error. The kernel
    /// is asked, because the runtime notices input only when it has nothing else to do.
    pub(super) fn has_input(&self) -> bool {
        let Some(number) = self.0.get() else {
            return true;
        };
        let socket = Self::borrowed(&number);
        let peeked = rustix::net::recv(socket, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT);
        peeked.err() != Some(Errno::AGAIN)
    }

    /// The socket, for the duration of one call.
    fn borrowed(number: &RawFd) -> BorrowedFd<'_> {
        // SAFETY: the descriptor is open. Whoever closes it calls `closes` before, on this thread,
        // since a `Cell` is not shared with another; and the borrow ends with the call.
        unsafe { BorrowedFd::borrow_raw(*number) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn what_nobody_has_room_for_is_not_acknowledged_and_what_is_read_is() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut theirs, _) = listener.accept().unwrap();
        let socket = Socket::default();
        assert_eq!(socket.unacknowledged(), None);
        socket.is(&ours);
        ours.set_nonblocking(true).unwrap();
        let mut written = 0;
        while let Ok(bytes) = ours.write(&[7; 16384]) {
            written += bytes;
        }
        // The peer has taken what it has room for, and the rest is here.
        let lies = socket.unacknowledged().unwrap() as usize;
        assert!((1..=written).contains(&lies), "{lies} of {written}");
        theirs.read_exact(&mut vec![0; written]).unwrap();
        while socket.unacknowledged().unwrap() > 0 {
            std::thread::yield_now();
        }
        socket.closes();
        assert_eq!(socket.unacknowledged(), None);
    }
}
