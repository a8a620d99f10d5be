//! The durability seam: what a journal asks of a disk, and nothing more.
//!
//! The real one is `files`. The simulated one keeps what was written apart from what would survive a power cut, and is cut
//! wherever a test likes. What a crash leaves is decided by the calls below this seam alone, so what holds there holds.

mod files;

use std::io;
use std::sync::Arc;

pub use files::Files;

/// A folder with journals. A name that was made, moved or taken away survives a crash for certain only after
/// [`Folder::sync`].
pub trait Folder: Send + Sync {
    /// How it is shown.
    fn shown(&self) -> String;

    /// Opens a file that is there.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>>;

    /// Makes an empty file, or empties the one of this name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;

    /// Gives a file another name; what had it before is gone.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Takes a name away; one that is not there is no error.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names durable.
    fn sync(&self) -> io::Result<()>;
}

/// An open file. What is written survives a crash for certain only after [`File::sync`]; before, any part of it may.
pub trait File: Send + Sync {
    /// Its length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Reads from `offset` on, as much as is there and fits; nothing at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of it.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts it to this length.
    fn truncate(&self, bytes: u64) -> io::Result<()>;

    /// Makes its bytes and its length durable. A failure is final: what was to become durable may be lost although a
    /// second call succeeds.
    fn sync(&self) -> io::Result<()>;
}

/// Reads until the buffer is full or the file ends; returns how much that is.
pub(super) fn read_full(file: &dyn File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
