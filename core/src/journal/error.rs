//! Why a journal cannot be read or written.

use std::io;

use super::frame::VERSION;
use super::owner::Holder;

/// The result of an operation on a journal.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a journal cannot be read or written. Each error names the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Another run uses the journal.
    #[error("the journal `{place}` is in use by {holder}")]
    Held {
        /// The journal.
        place: String,
        /// The other run.
        holder: Holder,
    },
    /// The journal has another version of the format.
    #[error(
        "the journal `{place}` has version {found} of the format, and this program reads version {VERSION}: resuming an \
         operation from a journal file created by another version is not supported"
    )]
    OtherVersion {
        /// The journal.
        place: String,
        /// Its version.
        found: u32,
    },
    /// The file is no journal.
    #[error("`{place}` is not a journal of azring")]
    Foreign {
        /// The file.
        place: String,
    },
    /// The journal is damaged where a crash cannot have damaged it.
    #[error("the journal stream is corrupted: `{place}`, byte {offset}")]
    Damaged {
        /// The journal.
        place: String,
        /// Where the damage begins.
        offset: u64,
    },
    /// The disk failed, is full, or does not permit it.
    #[error("cannot {doing} the journal `{place}`: {why}")]
    Disk {
        /// What failed.
        doing: &'static str,
        /// The journal.
        place: String,
        /// The reason.
        why: String,
        /// The kernel's error number, if it has one.
        errno: Option<i32>,
    },
}

impl Error {
    /// The disk's error while `doing` something with the journal at `place`.
    pub(super) fn disk(doing: &'static str, place: &str, error: &io::Error) -> Self {
        // Removes the number that the standard library appends.
        let text = error.to_string();
        let why = match error.raw_os_error() {
            Some(number) => text
                .trim_end_matches(&format!(" (os error {number})"))
                .to_lowercase(),
            None => text,
        };
        Self::Disk {
            doing,
            place: place.into(),
            why,
            errno: error.raw_os_error(),
        }
    }
}
