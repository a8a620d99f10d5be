//! A file of the store, as an answer sends it.

use std::fs::File;

/// A stored file, which is removed with its last reference. It is opened for each use, so that a
/// million of them need no descriptors.
pub trait StoredFile: Send + Sync + std::fmt::Debug {
    /// Its number in the store.
    fn id(&self) -> u64;
    /// Bytes.
    fn length(&self) -> u64;
    /// Opens it for reading.
    fn open(&self) -> std::io::Result<File>;
}
