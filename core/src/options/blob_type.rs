//! The types of a blob, and what the chosen type demands of an upload.

use super::UploadOptions;
use crate::location::{Location, SasAccess};

/// How a blob stores its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobType {
    /// Blocks, committed as a list.
    Block,
    /// Pages of 512 bytes, written in any order.
    Page,
    /// Blocks, appended one after the other.
    Append,
}

impl BlobType {
    /// The type by the service's name for it.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "BlockBlob" => Some(Self::Block),
            "PageBlob" => Some(Self::Page),
            "AppendBlob" => Some(Self::Append),
            _ => None,
        }
    }
}

impl UploadOptions {
    /// Whether an object is written in blocks of [`UploadOptions::block_bytes`].
    pub(crate) fn is_in_blocks(&self) -> bool {
        match self.blob_type {
            Some(BlobType::Block) | None => true,
            Some(BlobType::Page | BlobType::Append) => false,
        }
    }

    /// What a signature must allow for writing to this target. Without a chosen type it is that of a
    /// block blob.
    pub(crate) fn write_access(&self, target: &Location) -> SasAccess {
        match target {
            Location::Share(_) => SasAccess::WriteFile,
            Location::Table(_) => SasAccess::WriteEntities,
            Location::Blob(_)
            | Location::Local(_)
            | Location::Pipe
            | Location::Synthetic(_)
            | Location::Discard(_) => match self.blob_type {
                Some(BlobType::Page) => SasAccess::WritePage,
                Some(BlobType::Append) => SasAccess::WriteAppend,
                Some(BlobType::Block) | None => SasAccess::WriteBlock,
            },
        }
    }
}
