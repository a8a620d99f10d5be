//! A connection's bytes, plain or under TLS, with a buffer for input.
//!
//! The fast paths are here: the kernel drops a body that nobody reads (`MSG_TRUNC`, tcp(7)), a body
//! that is kept is received into fresh memory without zeroing it, and pattern data is sent by
//! `sendfile`.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags};
use rustix::net::{RecvFlags, SendFlags};
use rustls::{ServerConnection, StreamOwned};

use super::bucket::Bucket;
use super::wire_faults::WireFaults;

/// Bytes read ahead at once: a small PUT arrives in one call.
const AHEAD_BYTES: usize = 16 * 1024;
/// A connection without input for so long is idle; a waiting read wakes that often.
const TICK: Duration = Duration::from_secs(1);
/// The most that one `recv` reads or drops.
const STRIDE_BYTES: usize = 1024 * 1024;

/// A socket that the server can also shut down from outside.
#[derive(Debug, Clone)]
pub struct Socket(pub Arc<TcpStream>);

/// The stream of a connection.
pub enum Stream {
    /// Plain TCP.
    Plain(Socket),
    /// TLS over TCP.
    Tls(Box<StreamOwned<ServerConnection, Socket>>),
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection's two directions.
pub struct Wire {
    stream: Stream,
    /// Ticks without input after which a read fails.
    ticks: u32,
    /// Bytes read and not yet consumed are `input[start..]`.
    input: Vec<u8>,
    start: usize,
    /// Address space for `MSG_TRUNC`; the kernel never writes to it, so it costs no memory.
    sink: Vec<u8>,
    /// The faults of both directions.
    input_faults: Option<Box<WireFaults>>,
    output_faults: Option<Box<WireFaults>>,
    bucket: OnceCell<(u64, Arc<Bucket>)>,
    /// An additional answer, which is sent after the next request.
    extra_answer: Vec<u8>,
}

impl Wire {
    /// Wraps a connection. A read or write that makes no progress for `patience` ends it.
    pub fn new(stream: Stream, patience: Duration) -> io::Result<Self> {
        let tick = TICK.min(patience);
        stream.socket().set_read_timeout(Some(tick))?;
        stream.socket().set_write_timeout(Some(patience))?;
        let ticks = (patience.as_millis() / tick.as_millis().max(1)) as u32;
        Ok(Self {
            ticks,
            stream,
            input: Vec::new(),
            start: 0,
            sink: Vec::new(),
            input_faults: None,
            output_faults: None,
            bucket: OnceCell::new(),
            extra_answer: Vec::new(),
        })
    }

    /// Buffered input that was not consumed.
    pub fn buffered(&self) -> &[u8] {
        &self.input[self.start..]
    }

    /// Consumes `count` buffered bytes.
    pub fn consume(&mut self, count: usize) {
        self.start += count;
        if self.start == self.input.len() {
            self.input.clear();
            self.start = 0;
        }
    }

    /// Waits for more input, which is added to the buffer. 0 is the end of the stream.
    pub fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.input.drain(..self.start);
            self.start = 0;
        }
        self.input.reserve_exact(AHEAD_BYTES);
        let room = self.input.capacity() - self.input.len();
        self.stream.read_spare(&mut self.input, room)
    }

    /// Appends up to `max` bytes to `out`, which must have room for them; buffered bytes come
    /// first. 0 is the end.
    pub fn read_spare(&mut self, out: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        let Some(mut faults) = self.input_faults.take() else {
            return self.read_freely(out, max);
        };
        let allowed = faults.allow(max as u64);
        let read = allowed.and_then(|allowed| self.read_freely(out, allowed as usize));
        faults.moved(*read.as_ref().unwrap_or(&0) as u64);
        self.input_faults = Some(faults);
        read
    }

    /// How many ticks without input are waited for.
    pub fn patience_ticks(&self) -> u32 {
        self.ticks
    }

    fn read_freely(&mut self, out: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        let ahead = self.buffered().len().min(max);
        if ahead > 0 {
            out.extend_from_slice(&self.input[self.start..self.start + ahead]);
            self.consume(ahead);
            return Ok(ahead);
        }
        patiently(self.ticks, || self.stream.read_spare(out, max))
    }

    /// Drops up to `max` bytes. 0 is the end.
    pub fn skip(&mut self, max: u64) -> io::Result<u64> {
        let Some(mut faults) = self.input_faults.take() else {
            return self.skip_freely(max);
        };
        let skipped = faults
            .allow(max)
            .and_then(|allowed| self.skip_freely(allowed));
        faults.moved(*skipped.as_ref().unwrap_or(&0));
        self.input_faults = Some(faults);
        skipped
    }

    fn skip_freely(&mut self, max: u64) -> io::Result<u64> {
        let ahead = (self.buffered().len() as u64).min(max);
        if ahead > 0 {
            self.consume(ahead as usize);
            return Ok(ahead);
        }
        if self.sink.is_empty() {
            self.sink = vec![0; STRIDE_BYTES];
        }
        let want = max.min(STRIDE_BYTES as u64) as usize;
        let Self {
            stream,
            sink,
            ticks,
            ..
        } = self;
        patiently(*ticks, || match stream {
            Stream::Plain(socket) => again(|| {
                rustix::net::recv(
                    &*socket.0,
                    &mut sink[..want],
                    RecvFlags::TRUNC | RecvFlags::WAITALL,
                )
            })
            .map(|(_, count)| count as u64),
            Stream::Tls(stream) => stream
                .read(&mut sink[..want.min(AHEAD_BYTES)])
                .map(|count| count as u64),
        })
    }

    /// Drops further input, up to so many bytes, until none comes for a tick.
    pub fn drop_until_silence(&mut self, mut max: u64) {
        self.ticks = 0;
        while max > 0 {
            match self.skip(max) {
                Ok(count) if count > 0 => max -= count,
                _ => return,
            }
        }
    }

    /// Sends all bytes. `more` announces to the kernel that others follow at once.
    pub fn send(&mut self, mut bytes: &[u8], more: bool) -> io::Result<()> {
        let Some(mut faults) = self.output_faults.take() else {
            return self.send_freely(bytes, more);
        };
        let mut result = Ok(());
        while !bytes.is_empty() && result.is_ok() {
            result = faults.allow(bytes.len() as u64).and_then(|allowed| {
                let (now, rest) = bytes.split_at(allowed as usize);
                bytes = rest;
                self.send_freely(now, false)?;
                faults.moved(allowed);
                Ok(())
            });
        }
        self.output_faults = Some(faults);
        result
    }

    /// Keeps an answer until the next request.
    pub fn keep_extra_answer(&mut self, answer: Vec<u8>) {
        self.extra_answer = answer;
    }

    /// Sends the kept answer.
    pub fn send_extra_answer(&mut self) -> io::Result<()> {
        let answer = std::mem::take(&mut self.extra_answer);
        self.send_freely(&answer, false)
    }

    /// Sends bytes to which no faults apply: a head.
    pub fn send_without_faults(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.send_freely(bytes, false)
    }

    fn send_freely(&mut self, mut bytes: &[u8], more: bool) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(socket) => {
                let flags = if more {
                    SendFlags::MORE | SendFlags::NOSIGNAL
                } else {
                    SendFlags::NOSIGNAL
                };
                while !bytes.is_empty() {
                    let count = again(|| rustix::net::send(&*socket.0, bytes, flags))?;
                    bytes = &bytes[count..];
                }
                Ok(())
            }
            Stream::Tls(stream) => {
                stream.write_all(bytes)?;
                if more { Ok(()) } else { stream.flush() }
            }
        }
    }

    /// Sends several buffers, in one call where the kernel allows it.
    pub fn send_all(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let Stream::Plain(socket) = &mut self.stream else {
            return parts
                .iter()
                .enumerate()
                .try_for_each(|(at, part)| self.send(part, at + 1 < parts.len()));
        };
        let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut rest = &mut slices[..];
        IoSlice::advance_slices(&mut rest, 0);
        while !rest.is_empty() {
            let count = again(|| rustix::io::writev(&*socket.0, rest))?;
            IoSlice::advance_slices(&mut rest, count);
        }
        Ok(())
    }

    /// Sends `count` bytes of a file from `offset`, without copying them where the kernel can.
    pub fn send_file(&mut self, file: &File, mut offset: u64, mut count: u64) -> io::Result<()> {
        let Some(mut faults) = self.output_faults.take() else {
            return self.send_file_freely(file, offset, count);
        };
        let mut result = Ok(());
        while count > 0 && result.is_ok() {
            result = faults.allow(count).and_then(|allowed| {
                self.send_file_freely(file, offset, allowed)?;
                offset += allowed;
                count -= allowed;
                faults.moved(allowed);
                Ok(())
            });
        }
        self.output_faults = Some(faults);
        result
    }

    fn send_file_freely(&mut self, file: &File, mut offset: u64, mut count: u64) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(socket) => {
                while count > 0 {
                    let sent = again(|| {
                        rustix::fs::sendfile(&*socket.0, file, Some(&mut offset), count as usize)
                    })?;
                    if sent == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    count -= sent as u64;
                }
                Ok(())
            }
            Stream::Tls(stream) => {
                let mut buffer = vec![0; (count as usize).min(64 * 1024)];
                while count > 0 {
                    let want = (count as usize).min(buffer.len());
                    std::os::unix::fs::FileExt::read_exact_at(file, &mut buffer[..want], offset)?;
                    stream.write_all(&buffer[..want])?;
                    offset += want as u64;
                    count -= want as u64;
                }
                stream.flush()
            }
        }
    }

    /// Applies faults to the input from now on.
    pub fn set_input_faults(&mut self, faults: WireFaults) {
        self.input_faults = faults.any().then(|| Box::new(faults));
    }

    /// Applies faults to the output from now on.
    pub fn set_output_faults(&mut self, faults: WireFaults) {
        self.output_faults = faults.any().then(|| Box::new(faults));
    }

    /// Ends all faults.
    pub fn clear_faults(&mut self) {
        self.input_faults = None;
        self.output_faults = None;
    }

    /// Whether faults apply to the output.
    pub fn has_output_faults(&self) -> bool {
        self.output_faults.is_some()
    }

    /// Fails if the plan ends the connection here, where the answer is complete.
    pub fn end_output(&self) -> io::Result<()> {
        self.output_faults
            .as_ref()
            .map_or(Ok(()), |faults| faults.ends_here())
    }

    /// This connection's own bucket, created at its first use.
    pub fn bucket(&self, rate: u64) -> Arc<Bucket> {
        let (made_for, bucket) = self
            .bucket
            .get_or_init(|| (rate, Arc::new(Bucket::line(rate))));
        if *made_for == rate {
            Arc::clone(bucket)
        } else {
            Arc::new(Bucket::line(rate))
        }
    }

    /// Ends the connection by RST: unsent output is discarded when the socket is closed.
    pub fn reset(&self) {
        let _ = rustix::net::sockopt::set_socket_linger(self.stream.socket(), Some(Duration::ZERO));
    }

    /// Does nothing until the client hangs up or the server stops.
    pub fn wait_for_hangup(&self) {
        let mut polled = [PollFd::new(self.stream.socket(), PollFlags::RDHUP)];
        while let Err(rustix::io::Errno::INTR) = rustix::event::poll(&mut polled, None) {}
    }

    /// Closes the output: `close_notify` under TLS, then the end of the stream.
    pub fn finish(&mut self) {
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        let _ = self.stream.socket().shutdown(Shutdown::Write);
    }
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => &socket.0,
            Self::Tls(stream) => &stream.sock.0,
        }
    }

    /// Appends input to `out`, at most `max` bytes.
    fn read_spare(&mut self, out: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        let before = out.len();
        match self {
            // Receives into the reserved memory as it is, without zeroing it.
            Self::Plain(socket) if out.capacity() - before == max => {
                again(|| rustix::net::recv(&*socket.0, spare_capacity(out), RecvFlags::empty()))
                    .map(|(count, _)| count)
            }
            Self::Plain(socket) => {
                out.resize(before + max, 0);
                let read =
                    again(|| rustix::net::recv(&*socket.0, &mut out[before..], RecvFlags::empty()));
                out.truncate(before + read.as_ref().map_or(0, |(count, _)| *count));
                read.map(|(count, _)| count)
            }
            Self::Tls(stream) => {
                out.resize(before + max.min(AHEAD_BYTES), 0);
                let read = stream.read(&mut out[before..]);
                out.truncate(before + *read.as_ref().unwrap_or(&0));
                read
            }
        }
    }
}

/// Whether an error means that no input came for a tick.
pub fn is_idle_tick(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// Repeats a call while no input comes, for so many ticks.
fn patiently<T>(ticks: u32, mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 0..ticks {
        match call() {
            Err(error) if is_idle_tick(&error) => {}
            other => return other,
        }
    }
    call()
}

/// Repeats a call that a signal interrupted.
fn again<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => {}
            other => return other.map_err(io::Error::from),
        }
    }
}
