//! How a table is exported or imported.

use std::path::PathBuf;

use super::SplitKeys;
use crate::dump::name::PayloadFormat;

/// The smallest size at which an exported file is split, in MB (`/SplitSize`).
pub const SPLIT_MB_MIN: u64 = 32;

/// The size of the largest block blob of AzCopy 7.3's time, in MB: 50,000 blocks of 4 MiB. A file that
/// is exported to a blob is split there in any case, and every manifest without another size has it.
pub const SPLIT_MB_MAX: u64 = 200_000;

/// How a table is exported or imported. Of a copy without a table nothing here counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// The name of the file that describes the export. An export without it chooses a name; an import
    /// needs it.
    pub manifest: Option<String>,
    /// Where the partition keys are split into ranges that are exported at the same time.
    pub split_keys: SplitKeys,
    /// The size at which an exported file is split, in MB (2^20 bytes); `None`: only where a blob ends.
    pub split_mb: Option<u64>,
    /// The format of exported files.
    pub format: PayloadFormat,
    /// The folder for files that are exported to blobs, until they are uploaded.
    pub spool_in: Option<PathBuf>,
    /// What an import does with an entity that is there.
    pub entity_operation: EntityOperation,
}

/// What an import does with an entity that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EntityOperation {
    /// Leaves it as it is.
    #[default]
    InsertOrSkip,
    /// Keeps its properties that the file does not have, and replaces the others.
    InsertOrMerge,
    /// Replaces it as a whole.
    InsertOrReplace,
}
