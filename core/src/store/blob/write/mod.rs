//! Writes blobs: a writer for each type, one per file, and what they have in common.

mod block;

mod committed_blocks;

mod expected;

mod read_back;

mod resume_visible;

mod page;

mod append;

mod stream;

mod draft;

mod target;

pub(super) use block::BlockWriter;
pub(super) use draft::{Draft, etag};
pub use target::BlobTarget;
pub(super) use target::blob_type_of;
