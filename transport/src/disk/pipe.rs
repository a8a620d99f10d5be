//! A descriptor without positions, read or written from front to end: standard input, standard
//! output.
//!
//! Its own thread makes one call after the other, because a call may take any time. A caller may
//! stop waiting at any time; the thread then lives to the end of the process.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::mpsc::{Sender, channel};

use rustix::fs::{FileType, OFlags, Stat, major, minor};
use rustix::io::Errno;
use tokio::sync::oneshot;

use crate::buffer::{Frozen, Lease};

/// The size that a pipe is set to, in bytes: the limit of an ordinary user. A pipe larger than the
/// usual 64 KiB needs fewer switches between its two ends.
/// <https://man7.org/linux/man-pages/man7/pipe.7.html>
const PIPE_BYTES: usize = 1 << 20;

/// One end of a pipe, or a file, socket or terminal that is used like one.
pub struct Pipe {
    calls: Sender<Call>,
}

type Call = Box<dyn FnOnce(&OwnedFd) + Send>;

impl Pipe {
    /// Standard input. Fails with [`io::ErrorKind::InvalidInput`] if the process was started
    /// without it.
    pub fn input() -> io::Result<Self> {
        Self::new(given(rustix::stdio::stdin())?)
    }

    /// Standard output. Fails with [`io::ErrorKind::InvalidInput`] if the process was started
    /// without it.
    pub fn output() -> io::Result<Self> {
        Self::new(given(rustix::stdio::stdout())?)
    }

    /// Any descriptor.
    pub fn new(descriptor: OwnedFd) -> io::Result<Self> {
        // What is not a pipe, or may not be larger, is used as it is.
        let _as_it_is = rustix::pipe::fcntl_setpipe_size(descriptor.as_fd(), PIPE_BYTES);
        let (calls, called) = channel::<Call>();
        std::thread::Builder::new()
            .name("pipe".to_owned())
            .spawn(move || called.into_iter().for_each(|call| call(&descriptor)))?;
        Ok(Self { calls })
    }

    /// Fills the lease with `bytes` bytes, or with what comes before the end.
    pub async fn fill(&self, lease: Lease, bytes: usize) -> io::Result<Lease> {
        self.call(move |descriptor| fill(descriptor, lease, bytes))
            .await
    }

    /// Writes everything.
    pub async fn write(&self, data: Frozen) -> io::Result<()> {
        self.call(move |descriptor| data.runs().try_for_each(|run| write(descriptor, run)))
            .await
    }

    async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&OwnedFd) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (answer, answered) = oneshot::channel();
        let call = move |descriptor: &OwnedFd| {
            // The caller may have stopped waiting.
            let _unheard = answer.send(call(descriptor));
        };
        let broken = || io::Error::other("its thread has ended");
        self.calls.send(Box::new(call)).map_err(|_| broken())?;
        answered.await.unwrap_or_else(|_| Err(broken()))
    }
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").finish_non_exhaustive()
    }
}

/// A standard descriptor of this process.
///
/// Where a standard descriptor is closed, Rust's runtime opens `/dev/null` in its place before
/// `main`, for reading and writing. Reads would give nothing, and writes would be lost without an
/// error. A shell opens `/dev/null` for only one of the two, so a redirection to it is used as it
/// is.
fn given(standard: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let access = rustix::fs::fcntl_getfl(standard)? & OFlags::RWMODE;
    if access == OFlags::RDWR && is_null_device(&rustix::fs::fstat(standard)?) {
        let message = "it is closed, or `/dev/null` opened for reading and writing";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    standard.try_clone_to_owned()
}

/// Character device 1:3. <https://www.kernel.org/doc/Documentation/admin-guide/devices.txt>
fn is_null_device(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice
        && (major(stat.st_rdev), minor(stat.st_rdev)) == (1, 3)
}

fn fill(descriptor: &OwnedFd, mut lease: Lease, bytes: usize) -> io::Result<Lease> {
    let mut got = 0;
    while got < bytes {
        match rustix::io::read(descriptor, lease.room(got, bytes - got)) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    lease.set_filled(got);
    Ok(lease)
}

fn write(descriptor: &OwnedFd, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        match rustix::io::write(descriptor, rest) {
            Ok(count) => rest = &rest[count..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};

    use super::*;
    use crate::buffer::Pool;

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(test)
    }

    #[test]
    fn a_block_is_filled_however_small_the_pieces_and_the_end_ends_it() {
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        let input = Pipe::new(reader).unwrap();
        let mut writer = File::from(writer);
        let writing = std::thread::spawn(move || {
            for piece in [&b"ab"[..], b"c", &vec![b'x'; 200_000]] {
                writer.write_all(piece).unwrap();
            }
        });
        let pool = Pool::new(0, 2).unwrap();
        let lengths = run(async {
            let mut lengths = Vec::new();
            for bytes in [2, 100_001, 200_000, 7] {
                let lease = pool.lease(bytes).await.unwrap();
                lengths.push(input.fill(lease, bytes).await.unwrap().filled());
            }
            lengths
        });
        assert_eq!(lengths, [2, 100_001, 100_000, 0]);
        writing.join().unwrap();
    }

    #[test]
    fn what_is_written_arrives_and_a_reader_that_is_gone_is_an_error() {
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        let output = Pipe::new(writer).unwrap();
        let pool = Pool::new(0, 2).unwrap();
        let block = |byte: u8| {
            let pool = &pool;
            async move {
                let mut lease = pool.lease(300_000).await.unwrap();
                lease.append(&vec![byte; 300_000]);
                lease.freeze()
            }
        };
        let reading = std::thread::spawn(move || {
            let mut all = vec![0; 300_000];
            File::from(reader).read_exact(&mut all).unwrap();
            all
        });
        run(async {
            output.write(block(7).await).await.unwrap();
            assert!(reading.join().unwrap().iter().all(|byte| *byte == 7));
            let error = output.write(block(8).await).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        });
        assert!(pool.is_whole());
    }
}
