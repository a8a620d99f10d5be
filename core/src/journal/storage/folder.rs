//! The folder and the file that a journal needs.

use std::io;
use std::sync::Arc;

/// A folder with journals. Created, renamed or removed names survive a crash for certain only after
/// [`Folder::sync`].
pub trait Folder: Send + Sync {
    /// The path as it is displayed.
    fn shown(&self) -> String;

    /// Opens an existing file.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>>;

    /// Creates an empty file, or empties the existing one.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;

    /// Renames a file, and replaces an existing one.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a name; a missing one is no error.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names durable.
    fn sync(&self) -> io::Result<()>;
}

/// An open file. Written bytes survive a crash for certain only after [`File::sync`]; before, any
/// part of them may.
pub trait File: Send + Sync {
    /// Its length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Reads from `offset` on, as much as exists and fits; nothing at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of it.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts the file to this length.
    fn truncate(&self, bytes: u64) -> io::Result<()>;

    /// Makes its bytes and its length durable.
    ///
    /// A failure is final: bytes may be lost although a second call succeeds.
    fn sync(&self) -> io::Result<()>;
}

/// Reads until the buffer is full or the file ends; returns the number of bytes.
pub(in crate::journal) fn read_full(
    file: &dyn File,
    buffer: &mut [u8],
    offset: u64,
) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
