//! An immutable run of stored bytes.

use std::sync::Arc;

use bytes::Bytes;

use crate::emulator::http::payload::Piece;
use crate::emulator::http::stored_file::StoredFile;

/// An immutable run of stored bytes. Clones share it.
#[derive(Debug, Clone)]
pub enum Extent {
    /// In memory.
    Memory(Bytes),
    /// Only the length is stored; reads depend on the offset in the object.
    Pattern(u64),
    /// In a file of its own.
    File(Arc<dyn StoredFile>),
}

impl Extent {
    /// Bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Pattern(length) => *length,
            Self::File(file) => file.length(),
        }
    }

    /// `length` bytes from `offset` of this extent, which begins at `at` of its object.
    pub fn piece(&self, offset: u64, length: u64, at: u64) -> Piece {
        match self {
            Self::Memory(bytes) => {
                Piece::Memory(bytes.slice(offset as usize..(offset + length) as usize))
            }
            Self::Pattern(_) => Piece::Pattern {
                offset: at + offset,
                length,
            },
            Self::File(file) => Piece::File {
                file: Arc::clone(file),
                offset,
                length,
            },
        }
    }
}
