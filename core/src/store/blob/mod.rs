//! Blob storage as a store.
//!
//! `source`, `reader`, `target`, `writer`, `copier` and `remover` are its columns in the table of stores, and
//! `open` opens them. `rules` has the limits of the service, `request` its REST calls, one per file and without
//! IO, and `list` its listing; `account` is for several containers at once. `folder_names` refuses names that an account
//! would change. `whole_blobs` are the files of a plan of shards.

pub mod rules;

pub mod properties;

pub mod block_id;

pub mod request;

mod name;

mod container;

mod folder_names;

mod single;

mod open;

mod list;

mod account;

mod nothing;

mod snapshot;

mod version;

mod page_ranges;

mod origin;

mod read_options;

mod source;

mod reader;

mod target;

mod writer;

mod batches;

mod emptied_folders;

mod remover;

mod property_setter;

mod copier;

mod whole_blobs;

pub use copier::BlobServerCopy;
pub(crate) use open::{BlobOpener, split_url};
pub use properties::BlobType;
pub use read_options::BlobReadOptions;
pub use remover::BlobRemover;
pub use source::BlobSource;
pub use target::BlobTarget;
pub(crate) use whole_blobs::WholeBlobs;
