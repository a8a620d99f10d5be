//! Why a plan or a shard cannot be used.

use std::io;

use crate::journal;

/// The result of an operation on a plan.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a plan or a shard cannot be used. Each error names the file.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no plan in the folder.
    #[error("there is no plan in `{0}`")]
    NoPlan(String),
    /// The folder has another plan already.
    #[error("{0}")]
    Taken(String),
    /// The request does not fit the plan.
    #[error("{0}")]
    Usage(String),
    /// A file is damaged, or belongs to another plan or another shard.
    #[error("{0}")]
    Unreadable(String),
    /// A file of the plan's folder cannot be read or written.
    #[error("cannot {doing} `{place}`: {why}")]
    Disk {
        /// What failed.
        doing: &'static str,
        /// The file.
        place: String,
        /// The reason.
        why: String,
        /// The kernel's error number, if it has one.
        errno: Option<i32>,
    },
    /// A shard's journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The service of the plan's folder failed.
    #[error(transparent)]
    Store(Box<crate::Error>),
}

impl Error {
    /// The disk's error while `doing` something with the file at `place`.
    pub(crate) fn disk(doing: &'static str, place: &str, error: &io::Error) -> Self {
        let text = error.to_string();
        // Removes the number that the standard library appends.
        let why = match text.find(" (os error") {
            Some(at) => text[..at].to_lowercase(),
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

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        Self::Store(Box::new(error))
    }
}
