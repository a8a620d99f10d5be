//! A response's body: a document, or pieces of stored objects, which are not copied together.

use std::io;
use std::sync::Arc;

use bytes::Bytes;

use super::stored_file::StoredFile;
use super::wire::Wire;
use crate::emulator::pattern;

/// Zeros for the holes of page blobs.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// A run of a stored object's bytes.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Bytes in memory.
    Memory(Bytes),
    /// The null store's pattern, from this offset of the object on.
    Pattern {
        /// Offset in the object, which decides the bytes.
        offset: u64,
        /// Bytes.
        length: u64,
    },
    /// A hole.
    Zeros(u64),
    /// Bytes of a file of the folder store.
    File {
        /// The file. It exists as long as this reference.
        file: Arc<dyn StoredFile>,
        /// Offset in the file.
        offset: u64,
        /// Bytes.
        length: u64,
    },
}

/// What follows a response's head.
#[derive(Debug)]
pub enum Payload {
    /// Nothing; `Content-Length: 0`.
    Empty,
    /// Nothing, with the length that a GET would have: an answer to HEAD.
    Length(u64),
    /// A document.
    Document(Vec<u8>),
    /// Stored bytes.
    Pieces(Vec<Piece>, u64),
}

impl Piece {
    /// Bytes of this run.
    pub fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Pattern { length, .. } | Self::Zeros(length) | Self::File { length, .. } => {
                *length
            }
        }
    }

    /// Splits after `count` bytes.
    pub fn split(self, count: u64) -> (Self, Self) {
        match self {
            Self::Memory(bytes) => (
                Self::Memory(bytes.slice(..count as usize)),
                Self::Memory(bytes.slice(count as usize..)),
            ),
            Self::Zeros(length) => (Self::Zeros(count), Self::Zeros(length - count)),
            Self::Pattern { offset, length } => (
                Self::Pattern {
                    offset,
                    length: count,
                },
                Self::Pattern {
                    offset: offset + count,
                    length: length - count,
                },
            ),
            Self::File {
                file,
                offset,
                length,
            } => (
                Self::File {
                    file: Arc::clone(&file),
                    offset,
                    length: count,
                },
                Self::File {
                    file,
                    offset: offset + count,
                    length: length - count,
                },
            ),
        }
    }

    /// Calls `take` with the bytes, in slices of a convenient size.
    pub fn read(&self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        match self {
            Self::Memory(bytes) => take(bytes),
            Self::Pattern { offset, length } => pattern::each_slice(*offset, *length, |slice| {
                take(slice);
                Ok(())
            })?,
            Self::Zeros(length) => {
                each_zeros(*length, |slice| {
                    take(slice);
                    Ok(())
                })?;
            }
            Self::File {
                file,
                offset,
                length,
            } => {
                let file = file.open()?;
                let mut buffer = vec![0; (*length as usize).min(256 * 1024)];
                let mut done = 0;
                while done < *length {
                    let want = ((*length - done) as usize).min(buffer.len());
                    std::os::unix::fs::FileExt::read_exact_at(
                        &file,
                        &mut buffer[..want],
                        offset + done,
                    )?;
                    take(&buffer[..want]);
                    done += want as u64;
                }
            }
        }
        Ok(())
    }

    /// Sends the bytes.
    pub fn send(&self, wire: &mut Wire) -> io::Result<()> {
        match self {
            Self::Memory(bytes) => wire.send(bytes, false),
            Self::Pattern { offset, length } => send_pattern(wire, *offset, *length),
            Self::Zeros(length) => each_zeros(*length, |slice| wire.send(slice, false)),
            Self::File {
                file,
                offset,
                length,
            } => wire.send_file(&file.open()?, *offset, *length),
        }
    }
}

/// Sends a range of the pattern: by `sendfile`, or from the buffer if there is no file.
fn send_pattern(wire: &mut Wire, mut offset: u64, mut length: u64) -> io::Result<()> {
    let Some(file) = pattern::file() else {
        return pattern::each_slice(offset, length, |slice| wire.send(slice, false));
    };
    while length > 0 {
        let start = offset % pattern::PERIOD_BYTES;
        let count = length.min(pattern::PERIOD_BYTES - start);
        wire.send_file(file, start, count)?;
        offset += count;
        length -= count;
    }
    Ok(())
}

fn each_zeros(mut length: u64, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    while length > 0 {
        let count = (length as usize).min(ZEROS.len());
        take(&ZEROS[..count])?;
        length -= count as u64;
    }
    Ok(())
}

/// All bytes of some pieces in one buffer, for the small ranges that are hashed and for copies.
pub fn gather(pieces: &[Piece]) -> io::Result<Vec<u8>> {
    let mut all = Vec::with_capacity(pieces.iter().map(Piece::length).sum::<u64>() as usize);
    for piece in pieces {
        piece.read(|bytes| all.extend_from_slice(bytes))?;
    }
    Ok(all)
}

impl Payload {
    /// What `Content-Length` says.
    pub fn length(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Length(length) | Self::Pieces(_, length) => *length,
            Self::Document(bytes) => bytes.len() as u64,
        }
    }

    /// Bytes that are sent.
    pub fn sent_bytes(&self) -> u64 {
        if matches!(self, Self::Length(_)) {
            0
        } else {
            self.length()
        }
    }
}
