//! How uploaded objects are stored.

use super::{BlobType, ContentType};

/// How an uploaded object is stored.
#[derive(Debug, Clone)]
pub struct UploadOptions {
    /// The type of blob; `None`: a block blob, because the user chose none.
    pub blob_type: Option<BlobType>,
    /// Files whose names end in `.vhd` or `.vhdx` become page blobs, if `blob_type` is `None`.
    pub disks_as_pages: bool,
    /// The content type to store.
    pub content_type: ContentType,
    /// The size of a block in bytes; larger where an object would need more than 50,000.
    pub block_bytes: u64,
    /// The user chose the size: blocks do not become smaller on a slow link.
    pub keeps_block_bytes: bool,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self {
            blob_type: None,
            disks_as_pages: false,
            content_type: ContentType::Unset,
            block_bytes: 4 << 20,
            keeps_block_bytes: false,
        }
    }
}
