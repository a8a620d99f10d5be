//! The Blob service's part of the journal: the records of its changes.
//!
//! ```text
//! a container's state changes under its lock -> BlobRecord -> service/journal.rs
//! next start: records -> storage/restore.rs -> containers with their blobs
//! ```

pub mod record;
pub mod stored_blob;
pub mod stored_history;
pub mod stored_slot;
pub mod stored_slot_change;

pub use record::{BlobPath, BlobRecord, VersionStamp};
pub use stored_slot::StoredSlot;
pub use stored_slot_change::StoredSlotChange;
