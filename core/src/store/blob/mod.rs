//! Blob storage as a store, to copy from and to copy to. `rules` tells what it allows, `request` holds its REST calls, one
//! per file and without IO, `properties` reads what an answer says about a blob; the rest sends them.

pub mod rules;

pub mod properties;

pub mod block_id;

pub mod request;

mod name;

mod container;

mod single;

mod open;

mod list;

mod nothing;

mod snapshot;

mod page_ranges;

mod origin;

mod read_options;

mod read;

mod write;

mod remover;

mod copy_state;

mod copy;

pub use copy::BlobServerCopy;
pub(crate) use open::BlobOpener;
pub use properties::BlobType;
pub use read::BlobSource;
pub use read_options::BlobReadOptions;
pub use remover::{BlobRemover, remove_directory};
pub use single::{look, not_found};
pub use write::BlobTarget;
