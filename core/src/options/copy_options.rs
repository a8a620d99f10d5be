//! One copy with all its options.

use std::sync::Arc;

use super::{
    Conflict, DownloadOptions, Engine, Integrity, MoveOptions, PosixOptions, PropertyOptions,
    Selection, SyncOptions, TableOptions, UploadOptions, VerifyOptions,
};
use crate::location::Location;

/// One copy: from where, to where, which objects, and how.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Options {
    /// Where the objects are.
    pub source: Location,
    /// Where they go.
    pub target: Location,
    /// Which objects of the source are copied.
    pub selection: Selection,
    /// What happens when the target has the object already.
    pub conflict: Conflict,
    /// How uploaded objects are stored.
    pub upload: UploadOptions,
    /// What is stored with objects beside their bytes.
    pub properties: Arc<PropertyOptions>,
    /// Which checksums are stored and compared.
    pub integrity: Integrity,
    /// How downloaded files are written.
    pub download: DownloadOptions,
    /// How a table is exported or imported.
    pub table: TableOptions,
    /// How much of the machine may be used.
    pub engine: Engine,
    /// Between two services the bytes pass through this machine (`/SyncCopy`).
    pub sync_copy: bool,
    /// How a service copies from another by itself, when the bytes do not pass through this machine.
    pub copy_way: CopyWay,
    /// Keep the attributes and times that file shares store with a file (`/PreserveSmb`).
    pub preserve_smb: bool,
    /// What is kept of files and folders of a POSIX file system.
    pub posix: PosixOptions,
    /// The target becomes like the source: what is compared and what is deleted; `None` for a copy.
    pub sync: Option<SyncOptions>,
    /// The objects are deleted at the source once their copies were verified; `None` for a copy.
    pub moves: Option<MoveOptions>,
    /// Both sides are compared and nothing is written; `None` for a copy.
    pub verify: Option<VerifyOptions>,
    /// The objects are those of a shard of a plan.
    pub shard: Option<ShardScope>,
    /// A source that is a folder becomes a folder of its name at the target, and the URL of a blob is
    /// the name of a single object unless it ends in a slash: the naming of AzCopy 10.
    pub as_subdir: bool,
    /// Only list and plan; copy nothing.
    pub preview: bool,
}

/// What a shard of a plan has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShardScope {
    /// The objects that its journal plans: each is copied only as the version that was planned.
    Objects,
    /// The objects of a range of names, which the run lists.
    Range(EntryRange),
}

/// A range of names of a source, relative to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryRange {
    /// The smallest name; `None`: it begins with the first object of the source.
    pub from: Option<Box<[u8]>>,
    /// The smallest name after it; `None`: it ends with the last object.
    pub until: Option<Box<[u8]>>,
}

impl Options {
    /// Whether the objects are those that the journal of a shard plans.
    pub fn has_planned_objects(&self) -> bool {
        self.shard == Some(ShardScope::Objects)
    }

    /// The range of names that is listed, of a shard that is one.
    pub fn range(&self) -> Option<&EntryRange> {
        match &self.shard {
            Some(ShardScope::Range(range)) => Some(range),
            Some(ShardScope::Objects) | None => None,
        }
    }
}

/// How a service copies an object by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CopyWay {
    /// `Async` within an account; `Blocks` for block blobs of another account.
    #[default]
    Auto,
    /// The service copies in its own time, and the copy is polled.
    Async,
    /// The service fetches block after block while the request waits.
    Blocks,
}
