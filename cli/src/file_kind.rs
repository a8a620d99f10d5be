//! The kind of file at a path, as far as it decides how the path is copied.

use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// The kinds of files that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A file, a folder, or nothing at all.
    Ordinary,
    /// A named pipe, or one that a shell made (`<(command)`).
    Pipe,
    /// A socket.
    Socket,
    /// A device that is read byte by byte: a terminal, `/dev/zero`.
    CharacterDevice,
    /// A disk or a partition.
    BlockDevice,
}

impl FileKind {
    /// The kind of what is at this path. Links are followed.
    pub(crate) fn of(path: &Path) -> Self {
        let Ok(found) = std::fs::metadata(path) else {
            return Self::Ordinary;
        };
        let kind = found.file_type();
        if kind.is_fifo() {
            Self::Pipe
        } else if kind.is_socket() {
            Self::Socket
        } else if kind.is_char_device() {
            Self::CharacterDevice
        } else if kind.is_block_device() {
            Self::BlockDevice
        } else {
            Self::Ordinary
        }
    }
}
