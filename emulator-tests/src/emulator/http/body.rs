//! A request's body. A call reads it, or the connection drops it.
//!
//! A client that sent `Expect: 100-continue` is told to continue when the first byte is read, so a
//! refused request costs it no upload. After a body that ends early every method fails, and the
//! connection is closed without an answer.

use std::io;

use super::wire::Wire;
use crate::emulator::digest::{ChecksumSet, Digester, Digests};
use crate::emulator::error::{Refusal, ServiceResult};

/// Bytes read at once when only checksums are computed.
const VERIFY_BYTES: usize = 256 * 1024;

/// Reads one body of known length from the wire.
pub struct Body<'c> {
    wire: &'c mut Wire,
    length: u64,
    left: u64,
    expects_continue: bool,
    failure: Option<io::Error>,
    /// The fault plan flips the lowest bit of the byte at this offset (modulo the length).
    pub flip: Option<u64>,
}

impl<'c> Body<'c> {
    /// The body that follows the head on this wire.
    pub fn new(wire: &'c mut Wire, length: u64, expects_continue: bool) -> Self {
        Self {
            wire,
            length,
            left: length,
            expects_continue,
            failure: None,
            flip: None,
        }
    }

    /// The body's length in bytes, whatever was read.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes that were not read yet.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Whether the client sends the body: it was told to, or did not ask.
    pub fn is_being_sent(&self) -> bool {
        !self.expects_continue
    }

    /// The connection's error while the body was read, if there was one. Nobody reads an answer
    /// then.
    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The whole body in one allocation of exactly its size. Bodies over `max` bytes are 413.
    pub fn read_memory(
        &mut self,
        max: u64,
        wanted: ChecksumSet,
    ) -> ServiceResult<(Vec<u8>, Digests)> {
        if self.left > max {
            return Err(Refusal::body_too_large(max));
        }
        let mut bytes = Vec::with_capacity(self.left as usize);
        let mut digester = Digester::new(wanted);
        self.read_each(&mut bytes, |piece| digester.update(piece))?;
        Ok((bytes, digester.finish()))
    }

    /// The whole body as one text document.
    pub fn read_document(&mut self, max: u64) -> ServiceResult<Vec<u8>> {
        self.read_memory(max, ChecksumSet::default())
            .map(|(bytes, _)| bytes)
    }

    /// Drops the body, and computes only the checksums of the set.
    pub fn drain(&mut self, wanted: ChecksumSet) -> ServiceResult<Digests> {
        let mut digester = Digester::new(wanted);
        if wanted.is_empty() {
            self.skip_all()?;
        } else {
            self.each_piece(|piece| {
                digester.update(piece);
                Ok(())
            })?;
        }
        Ok(digester.finish())
    }

    /// Passes the body on in pieces of up to 256 KiB.
    pub fn each_piece(
        &mut self,
        mut take: impl FnMut(&[u8]) -> ServiceResult<()>,
    ) -> ServiceResult<()> {
        self.send_continue()?;
        while self.left > 0 {
            let mut piece = Vec::with_capacity((self.left as usize).min(VERIFY_BYTES));
            while piece.len() < piece.capacity() {
                let room = piece.capacity() - piece.len();
                let read = self.wire.read_spare(&mut piece, room);
                self.settle(read.map(|count| count as u64))?;
            }
            self.flip_bit(&mut piece);
            take(&piece)?;
        }
        Ok(())
    }

    fn read_each(&mut self, bytes: &mut Vec<u8>, mut look: impl FnMut(&[u8])) -> ServiceResult<()> {
        self.send_continue()?;
        while self.left > 0 {
            let before = bytes.len();
            let room = self.left as usize;
            let read = self.wire.read_spare(bytes, room);
            self.settle(read.map(|count| count as u64))?;
            self.flip_bit(&mut bytes[before..]);
            look(&bytes[before..]);
        }
        Ok(())
    }

    /// Flips the bit of the fault plan if it is among the last bytes.
    fn flip_bit(&self, piece: &mut [u8]) {
        let Some(offset) = self.flip else { return };
        let begins = self.length - self.left - piece.len() as u64;
        if let Some(at) = (offset % self.length).checked_sub(begins)
            && let Some(byte) = piece.get_mut(at as usize)
        {
            *byte ^= 1;
        }
    }

    fn skip_all(&mut self) -> ServiceResult<()> {
        self.send_continue()?;
        while self.left > 0 {
            let skipped = self.wire.skip(self.left);
            self.settle(skipped)?;
        }
        Ok(())
    }

    fn send_continue(&mut self) -> ServiceResult<()> {
        if std::mem::take(&mut self.expects_continue)
            && self.left > 0
            && self.wire.buffered().is_empty()
        {
            let sent = self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n", false);
            sent.map_err(|error| self.fail(error))?;
        }
        Ok(())
    }

    fn settle(&mut self, read: io::Result<u64>) -> ServiceResult<()> {
        match read {
            Ok(0) => Err(self.fail(io::ErrorKind::UnexpectedEof.into())),
            Ok(count) => {
                self.left -= count;
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    fn fail(&mut self, error: io::Error) -> Refusal {
        self.failure = Some(error);
        Refusal::new(
            400,
            "IncompleteBody",
            "The connection ended before the whole body had come.",
        )
    }
}
