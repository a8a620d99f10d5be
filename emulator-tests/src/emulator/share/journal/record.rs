//! The records of the File service. A directory or file is recorded whole, except by the calls that
//! come thousands of times for one file: Put Range.

use serde::{Deserialize, Serialize};

use super::stored_node::StoredNode;
use crate::emulator::clock::Moment;
use crate::emulator::service::ETag;
use crate::emulator::service::recovery::StoredExtent;
use crate::emulator::share::state::ShareProperties;

/// Which share a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePath {
    /// Account.
    pub account: String,
    /// Share.
    pub share: String,
}

/// What a write gave to a file: its number, the file's version and times.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FileStamp {
    /// The number by which the bytes are compared with those of snapshots.
    pub number: u64,
    /// Entity tag.
    pub etag: ETag,
    /// When it was written.
    pub written: Moment,
    /// Its last-write time after the write.
    pub last_write: Moment,
    /// Its change time after the write.
    pub changed: Moment,
}

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ShareRecord {
    /// A share exists, with these properties.
    Share(SharePath, Box<ShareProperties>),
    /// The properties of the service for this account are those of a document.
    ServiceProperties(String, String),
    /// A share was deleted, with all snapshots.
    NoShare(SharePath),
    /// A security descriptor was added.
    Permission(SharePath, String),
    /// A directory or file is at the place that it names.
    Node(SharePath, Box<StoredNode>),
    /// A directory or file was removed.
    NoNode(SharePath, u64),
    /// Bytes were written to a file at an offset.
    Write(SharePath, u64, u64, StoredExtent, FileStamp),
    /// Bytes of a file were cleared: offset and length.
    Clear(SharePath, u64, u64, u64, FileStamp),
    /// The share's tree as it is now became the snapshot of this time, with these properties.
    Snapshot(SharePath, String, Box<ShareProperties>),
    /// A snapshot was deleted.
    NoSnapshot(SharePath, String),
    /// The share has no directories and files: the records after this one add those that it has.
    EmptyTree(SharePath),
}
