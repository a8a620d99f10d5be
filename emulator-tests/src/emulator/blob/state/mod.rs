//! What the Blob service remembers: accounts own containers, containers own blobs, blobs own extents of the store.
//!
//! One lock per container. Bodies are never received under it: an operation takes its bytes first and changes the state
//! after, so a slow client holds nobody up.

pub mod account;
pub mod blob;
pub mod container;

pub mod blocks;
pub mod pages;

pub mod etag;
pub mod lease;
pub mod server_copy;
pub mod service_properties;
pub mod tier;

pub use account::Account;
pub use blob::{Blob, Content, Properties, Slot};
pub use blocks::{Block, BlockList, Staged};
pub use container::{Book, Container, ContainerFacts, ContainerState, PublicAccess};
pub use etag::ETag;
pub use lease::{Lease, LeaseState, Leased};
pub use pages::{PageRange, Pages};
pub use server_copy::{CopyRecord, CopyStatus, Life, PendingCopy};
pub use tier::{Tier, TierState};
