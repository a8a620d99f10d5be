//! Where the bytes of objects are kept. Operations hand a body to a [`Store`] and get an [`Extent`] back: an immutable run
//! of bytes, freed when its last owner lets it go.
//!
//! What an object is made of (blocks, pages, properties) is not known here.

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

/// A place for bodies.
pub trait Store: Send + Sync {
    /// Takes the rest of a body and computes what is wanted over it on the way.
    fn take(&self, body: &mut Body<'_>, wanted: ChecksumSet) -> ServiceResult<(Extent, Digests)>;

    /// Takes bytes that the service read itself: a copy's source, or what an external server sent.
    fn put(&self, pieces: &[Piece]) -> ServiceResult<Extent>;

    /// The emulator is ending: whatever outlives it must be left as it is.
    fn close(&self) {}

    /// Are the bytes themselves kept? If not, the service must not claim checksums of them.
    fn keeps_bytes(&self) -> bool;
}

/// An immutable run of stored bytes. Clones share it.
#[derive(Debug, Clone)]
pub enum Extent {
    /// In memory.
    Memory(Bytes),
    /// Only the length was kept; what is read depends on where in the object it faults.
    Pattern(u64),
    /// In a file of its own.
    File(Arc<dyn ExtentFile>),
}

/// A stored file, removed when it is dropped. It is opened for each use, so that a million of them need no descriptors.
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

    /// `length` bytes from `offset` of this extent, which lies at `at` of its object.
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
