//! How files are read and written: what the user asks for, and what this machine allows.

use std::fmt;

/// The user's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IoChoice {
    /// The best that works.
    #[default]
    Auto,
    /// The ring or nothing.
    Ring,
    /// Threads, even where a ring would work.
    Threads,
}

/// How files are read and written. A trial shows whether there is a ring; the limits show whether
/// the arena can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IoMode {
    /// `io_uring`, with the arena registered before the first file that goes around the page cache.
    RingRegistered,
    /// `io_uring` with plain buffers: the kernel does not allow to pin the arena
    /// (`RLIMIT_MEMLOCK`).
    RingPlain,
    /// Positional reads and writes in threads, for this reason.
    Threads(String),
}

impl fmt::Display for IoMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RingRegistered => f.write_str("ring, registered buffers"),
            Self::RingPlain => {
                f.write_str("ring, plain buffers (RLIMIT_MEMLOCK is too small to register them)")
            }
            Self::Threads(reason) => write!(f, "threads ({reason})"),
        }
    }
}

/// Why a ring could not be made, for the user.
pub(super) fn why_no_ring(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(1) => "io_uring is refused by a seccomp profile or by kernel.io_uring_disabled".into(),
        Some(38) => "this kernel has no io_uring".into(),
        Some(12) => "io_uring is refused: RLIMIT_MEMLOCK is too small".into(),
        _ => format!("io_uring is refused: {error}"),
    }
}
