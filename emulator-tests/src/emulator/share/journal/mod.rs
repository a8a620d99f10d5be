//! The File service's part of the journal: the records of its changes.
//!
//! ```text
//! a share's state changes under its lock -> ShareRecord -> service/journal.rs
//! next start: records -> storage/restore.rs -> shares with their trees
//! ```

pub mod record;
pub mod stored_node;

pub use record::{FileStamp, SharePath, ShareRecord};
pub use stored_node::StoredNode;
