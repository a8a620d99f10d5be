//! What the Blob service stores: accounts have containers, containers have blobs, blobs have extents
//! of the store.
//!
//! Each container has one lock. Bodies are never received under it: a call receives its bytes first
//! and changes the state afterwards, so a slow client does not delay others. A change is recorded
//! before the lock is released; `restore` makes containers from the records of an earlier run.

pub mod account_containers;
pub mod container;
pub mod deleted_containers;
pub mod service_property_sections;

pub mod restore;

pub use account_containers::AccountContainers;
pub use container::{BlobContainer, ContainerState};
pub use deleted_containers::{DeletedContainer, DeletedContainers};
pub use restore::{RestoredState, restore};
