//! Writes a file of a share.
//!
//! A file is made at its length, and its ranges are written in any order; zeros are never sent. A file
//! of one chunk is made when its bytes are known, so that its MD5 is stored when it is made
//! (`single_chunk`). A longer file is a [`PositionedWriter`]'s object (`positioned`). A file of unknown
//! length grows while it is written (`stream`). `draft` has the requests that all of them send.
//!
//! The service refuses conditions, so that nothing protects a file that somebody else makes under the
//! name between its inspection and its creation. A longer file is compared with its creation before
//! it is completed.
//!
//! [`PositionedWriter`]: crate::store::rest::positioned_writer::PositionedWriter

mod draft;

mod single_chunk;

mod positioned;

mod stream;

pub(super) use draft::{FileDraft, length};
pub(super) use positioned::PositionedFile;
pub(super) use single_chunk::SingleChunkFile;
