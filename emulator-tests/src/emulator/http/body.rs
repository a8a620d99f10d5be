//! A request's body. A call reads it, or the connection drops it.
//!
//! A client that sent `Expect: 100-continue` is told to continue when the first byte is read, so a
//! refused request costs it no upload. After a body that ends early every method fails, and the
//! connection is closed without an answer.

use std::io;

use super::structured_body::{self, StructuredBody};
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
    /// Bytes of the message around the data that were not read yet.
    framing_left: u64,
    structured: Option<StructuredBody>,
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
            framing_left: 0,
            structured: None,
            expects_continue,
            failure: None,
            flip: None,
        }
    }

    /// Takes the body as a message in the structured body format with this much data. From here on
    /// the body is the data, and reading it fails where the message is not in the format.
    ///
    /// Returns false, with nothing changed, where the body is shorter than its data.
    pub fn open_structured(&mut self, data_bytes: u64, verify: bool) -> bool {
        let Some(framing) = self.length.checked_sub(data_bytes) else {
            return false;
        };
        self.structured = Some(StructuredBody::new(self.length, data_bytes, verify));
        self.framing_left = framing;
        (self.length, self.left) = (data_bytes, data_bytes);
        true
    }

    /// The body's length in bytes, whatever was read.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes of the request that were not read yet.
    pub fn unread(&self) -> u64 {
        self.left + self.framing_left
    }

    /// Bytes of the body that were not read yet.
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
            let run = self.next_run()?;
            let mut piece = Vec::with_capacity((run as usize).min(VERIFY_BYTES));
            while piece.len() < piece.capacity() {
                let room = piece.capacity() - piece.len();
                let read = self.wire.read_spare(&mut piece, room);
                self.settle(read.map(|count| count as u64))?;
            }
            self.flip_bit(&mut piece);
            self.pass(&piece)?;
            take(&piece)?;
        }
        Ok(())
    }

    fn read_each(&mut self, bytes: &mut Vec<u8>, mut look: impl FnMut(&[u8])) -> ServiceResult<()> {
        self.send_continue()?;
        while self.left > 0 {
            let before = bytes.len();
            let room = self.next_run()? as usize;
            let read = self.wire.read_spare(bytes, room);
            self.settle(read.map(|count| count as u64))?;
            self.flip_bit(&mut bytes[before..]);
            self.pass(&bytes[before..])?;
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
        if self
            .structured
            .as_ref()
            .is_some_and(StructuredBody::verifies)
        {
            return self.each_piece(|_| Ok(()));
        }
        self.send_continue()?;
        while self.left > 0 {
            let run = self.next_run()?;
            let before = self.left;
            let skipped = self.wire.skip(run);
            self.settle(skipped)?;
            if let Some(structured) = &mut self.structured {
                structured.pass_unread(before - self.left);
            }
            self.end_segment()?;
        }
        Ok(())
    }

    /// The bytes of the body that lie together on the wire, after the heads before them are read.
    fn next_run(&mut self) -> ServiceResult<u64> {
        let Some(mut structured) = self.structured.take() else {
            return Ok(self.left);
        };
        if structured.is_unread() {
            structured.begin(self.read_frame()?)?;
        }
        while structured.segment_left() == 0 {
            structured.begin_segment(self.read_frame()?)?;
            if structured.segment_left() == 0 {
                structured.end_segment(self.read_frame()?)?;
            }
        }
        let run = structured.segment_left();
        self.structured = Some(structured);
        Ok(run)
    }

    /// Takes note of data that was read.
    fn pass(&mut self, data: &[u8]) -> ServiceResult<()> {
        if let Some(structured) = &mut self.structured {
            structured.pass(data);
        }
        self.end_segment()
    }

    /// Reads what follows the last byte of a segment.
    fn end_segment(&mut self) -> ServiceResult<()> {
        let is_at_end = |structured: &mut StructuredBody| structured.segment_left() == 0;
        let Some(mut structured) = self.structured.take_if(is_at_end) else {
            return Ok(());
        };
        structured.end_segment(self.read_frame()?)?;
        if self.left == 0 {
            while structured.has_segments_left() {
                structured.begin_segment(self.read_frame()?)?;
                structured.end_segment(self.read_frame()?)?;
            }
            structured.end(self.read_frame()?, self.framing_left)?;
        }
        self.structured = Some(structured);
        Ok(())
    }

    /// Reads a part of the message around the data.
    fn read_frame<const BYTES: usize>(&mut self) -> ServiceResult<[u8; BYTES]> {
        let mut frame = Vec::with_capacity(BYTES);
        if self.framing_left < BYTES as u64 {
            return Err(structured_body::malformed());
        }
        while frame.len() < BYTES {
            let room = BYTES - frame.len();
            match self.wire.read_spare(&mut frame, room) {
                Ok(0) => return Err(self.fail(io::ErrorKind::UnexpectedEof.into())),
                Ok(count) => self.framing_left -= count as u64,
                Err(error) => return Err(self.fail(error)),
            }
        }
        Ok(frame.try_into().unwrap_or([0; BYTES]))
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
