//! What the Blob service remembers: accounts own containers, containers own blobs, blobs own extents of the store.
//!
//! One lock per container. Bodies are never received under it: an operation takes its bytes first and changes the state
//! after, so a slow client holds nobody up.

pub mod account;
pub mod blob;
pub mod blocks;
pub mod container;
pub mod etag;

pub use account::Account;
pub use blob::{Blob, Content, Properties, Slot};
pub use blocks::{Block, BlockList, Staged};
pub use container::{Container, PublicAccess};
pub use etag::ETag;
