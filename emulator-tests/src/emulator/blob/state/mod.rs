//! The state of the Blob service: accounts have containers, containers have blobs, blobs have
//! extents of the store.
//!
//! Each container has one lock. Bodies are never received under it: a call receives its bytes first
//! and changes the state afterwards, so a slow client does not delay others.

pub mod account_containers;
pub mod blob;
pub mod container;

pub mod blocks;
pub mod pages;

pub mod tier;

pub use account_containers::AccountContainers;
pub use blob::{Blob, Content, Slot};
pub use blocks::{Block, BlockList, UncommittedBlocks};
pub use container::{BlobContainer, ContainerJournal, ContainerProperties, ContainerState};
pub use pages::{PageRange, Pages};
pub use tier::{Tier, TierState};
