//! The values that the Blob service stores: blobs with their content, and containers' properties.
//!
//! Nothing here is locked or recorded: `storage` does both.

pub mod blob;
pub mod container_properties;
pub mod encryption;
pub mod history;
pub mod retention;
pub mod slot;
pub mod tracked_map;

pub mod blocks;

pub mod tier;

pub use blob::{Blob, Content};
pub use blocks::{Block, BlockList, UncommittedBlocks};
pub use container_properties::ContainerProperties;
pub use encryption::Encryption;
pub use history::{DeletedBlob, History};
pub use retention::{Deletion, Retention};
pub use slot::Slot;
pub use tier::{RehydratePriority, Tier, TierState};
pub use tracked_map::{MapChanges, TrackedMap};
