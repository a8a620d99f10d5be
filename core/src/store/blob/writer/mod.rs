//! Writes blobs: a writer for each type of blob in a file of its own, and the parts that they share.
//!
//! `block`, `page` and `append` write objects of known length; `stream` writes one of unknown length.
//! A [`Draft`] is the blob's name and what is stored with it, `expected` is what the commit may
//! replace. `committed_blocks`, `begun_blob` and `read_back` ask what an earlier run or a lost answer
//! has left at the service.

mod draft;

mod expected;

mod read_back;

mod begun_blob;

mod committed_blocks;

mod block;

mod page;

mod append;

mod stream;

pub(super) use append::AppendWriter;
pub(super) use block::BlockWriter;
pub(super) use draft::Draft;
pub(super) use expected::Expected;
pub(super) use page::PageBlob;
