//! The services that a parameter applies to.

/// A service of a storage account, as AzCopy's documentation counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// The Blob service.
    Blobs,
    /// Azure Files.
    Files,
    /// The Table service.
    Tables,
}

use Service::{Blobs, Files, Tables};

pub(super) const BLOBS: &[Service] = &[Blobs];
pub(super) const FILES: &[Service] = &[Files];
pub(super) const BLOBS_FILES: &[Service] = &[Blobs, Files];
pub(super) const TABLES: &[Service] = &[Tables];
pub(super) const ALL: &[Service] = &[Blobs, Files, Tables];

impl Service {
    /// Its name in help.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Blobs => "Blobs",
            Files => "Files",
            Tables => "Tables",
        }
    }
}
