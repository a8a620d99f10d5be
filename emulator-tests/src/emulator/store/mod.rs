//! The body store. Calls pass a body to a [`Store`] and get an [`Extent`]: an immutable run of
//! bytes, which is freed with its last owner.
//!
//! The store does not know what objects consist of (blocks, pages, properties).

pub mod pattern;

pub mod folder;
pub mod folder_lock;
pub mod memory;
pub mod null;

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;

use crate::emulator::digest::{ChecksumSet, Digests};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Piece;

pub use folder::FolderStore;
pub use folder_lock::FolderLock;
pub use memory::MemoryStore;
pub use null::NullStore;

/// Stores bodies.
pub trait Store: Send + Sync {
    /// Stores the rest of a body, and computes checksums of it meanwhile.
    fn take(&self, body: &mut Body<'_>, wanted: ChecksumSet) -> ServiceResult<(Extent, Digests)>;

    /// Stores bytes that the service read itself: those of a copy's source.
    fn put(&self, pieces: &[Piece]) -> ServiceResult<Extent>;

    /// Prepares for the end of the emulator: files of a folder store stay from now on.
    fn close(&self) {}

    /// Whether bytes are stored. If not, the service cannot name checksums of them.
    fn keeps_bytes(&self) -> bool;
}

/// An immutable run of stored bytes. Clones share it.
#[derive(Debug, Clone)]
pub enum Extent {
    /// In memory.
    Memory(Bytes),
    /// Only the length is stored; reads depend on the offset in the object.
    Pattern(u64),
    /// In a file of its own.
    File(Arc<dyn ExtentFile>),
}

/// A stored file, which is removed with its last reference. It is opened for each use, so that a
/// million of them need no descriptors.
pub trait ExtentFile: Send + Sync + std::fmt::Debug {
    /// Its number in the store.
    fn id(&self) -> u64;
    /// Bytes.
    fn length(&self) -> u64;
    /// Opens it for reading.
    fn open(&self) -> std::io::Result<File>;
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
