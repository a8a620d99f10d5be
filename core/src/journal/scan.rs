//! Reads the frames of a journal through a buffer of fixed size, and decides whether the end of the
//! sound ones is damage.

use std::io;

use super::encoding::BARRIER_MARK;
use super::frame::{BARRIER_BYTES, FRAME_BYTES, HEADER_BYTES, MARK_AT, RECORD_BYTES_MAX, Seal};
use super::storage::{File, read_full};

/// The length of the buffer.
const WINDOW_BYTES: usize = 256 << 10;

/// The frames of a file, from the first record on.
pub(super) struct Frames<'f> {
    file: &'f dyn File,
    seal: Seal,
    file_bytes: u64,
    /// Where the next frame begins.
    offset: u64,
    /// Bytes of the file from `window_at` on.
    window: Vec<u8>,
    window_at: u64,
}

/// What follows the last sound record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JournalEnd {
    /// Nothing, or what a crash left: the journal ends there.
    Tail,
    /// Damage: the broken bytes were durable once.
    Damage,
}

impl<'f> Frames<'f> {
    /// The frames of `file`, whose checksums `seal` checks.
    pub(super) fn new(file: &'f dyn File, seal: Seal) -> io::Result<Self> {
        Ok(Self {
            file,
            seal,
            file_bytes: file.length()?,
            offset: HEADER_BYTES as u64,
            window: Vec::new(),
            window_at: 0,
        })
    }

    /// Where the next frame begins, or where the last one ended.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record and the offset of its frame; `None` if no sound one follows.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        let offset = self.offset;
        let Some(body) = self.see(FRAME_BYTES)?.and_then(Seal::length) else {
            return Ok(None);
        };
        if self.see(FRAME_BYTES + body)?.is_none() {
            return Ok(None);
        }
        let begin = (offset - self.window_at) as usize;
        let frame = &self.window[begin..begin + FRAME_BYTES + body];
        let Some(record) = self.seal.open(frame, offset) else {
            return Ok(None);
        };
        self.offset += frame.len() as u64;
        Ok(Some((offset, record)))
    }

    /// The next `count` bytes, if the file has that many.
    fn see(&mut self, count: usize) -> io::Result<Option<&[u8]>> {
        if self.offset + count as u64 > self.file_bytes {
            return Ok(None);
        }
        let end = self.window_at + self.window.len() as u64;
        if self.offset < self.window_at || self.offset + count as u64 > end {
            self.window_at = self.offset;
            let left = self.file_bytes - self.offset;
            let wanted = left.min(count.max(WINDOW_BYTES) as u64) as usize;
            self.window.resize(wanted, 0);
            let filled = read_full(self.file, &mut self.window, self.offset)?;
            self.window.truncate(filled);
            if filled < count {
                return Ok(None);
            }
        }
        let begin = (self.offset - self.window_at) as usize;
        Ok(Some(&self.window[begin..begin + count]))
    }

    /// Decides whether the journal ends here or is damaged: looks for a barrier which says that the
    /// unreadable bytes were durable.
    pub(super) fn end(&self) -> io::Result<JournalEnd> {
        let mut at = self.offset;
        let left = self.file_bytes.saturating_sub(at);
        let mut window = vec![0; left.min(WINDOW_BYTES as u64) as usize];
        while at + (BARRIER_BYTES as u64) <= self.file_bytes {
            let filled = read_full(self.file, &mut window, at)?;
            let bytes = &window[..filled];
            for mark in memchr::memmem::find_iter(bytes, &BARRIER_MARK) {
                // A mark so close to the beginning belongs to bytes that were read already.
                let Some(begin) = mark.checked_sub(MARK_AT) else {
                    continue;
                };
                let offset = at + begin as u64;
                let synced = self.seal.barrier(&bytes[begin..], offset);
                if synced.is_some_and(|synced| synced > self.offset) {
                    return Ok(JournalEnd::Damage);
                }
            }
            if filled < BARRIER_BYTES {
                break;
            }
            // Buffers overlap by a little less than a barrier, so that each barrier is in one of
            // them.
            at += (filled - BARRIER_BYTES + 1) as u64;
        }
        Ok(JournalEnd::Tail)
    }
}

/// The record whose frame begins at `offset`, which was read before.
pub(super) fn record_at<'b>(
    file: &dyn File,
    seal: &Seal,
    offset: u64,
    buffer: &'b mut Vec<u8>,
) -> io::Result<Option<&'b [u8]>> {
    const GUESS_BYTES: usize = 512;

    buffer.resize(GUESS_BYTES, 0);
    let filled = read_full(file, buffer, offset)?;
    buffer.truncate(filled);
    let Some(body) = Seal::length(buffer).filter(|&body| body <= RECORD_BYTES_MAX) else {
        return Ok(None);
    };
    let whole = FRAME_BYTES + body;
    if whole > filled {
        buffer.resize(whole, 0);
        if read_full(file, &mut buffer[filled..], offset + filled as u64)? < whole - filled {
            return Ok(None);
        }
    }
    buffer.truncate(whole);
    Ok(seal.open(buffer, offset))
}
