//! The Blob service's part of the journal: the records of its changes, and the state from records.
//!
//! ```text
//! a container's state changes under its lock -> BlobRecord -> service/journal.rs
//! next start: records -> restore -> containers with their blobs
//! ```

pub mod record;
pub mod restore;
pub mod stored_slot;

pub use record::{BlobPath, BlobRecord, VersionStamp};
pub use restore::restore;
pub use stored_slot::StoredSlot;
