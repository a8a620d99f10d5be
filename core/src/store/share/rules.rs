//! The limits of Azure Files, as values.
//!
//! The planner and the stores apply them. The requests check nothing; the service decides.

use crate::plan::chunks::{CHUNK_BYTES_MIN, ChunkRule};
use crate::select::PatternRule;
use crate::store::ChunkPlan;

const MIB: u64 = 1 << 20;

/// Most bytes that one Put Range writes.
/// <https://learn.microsoft.com/rest/api/storageservices/put-range#remarks>
pub const PUT_RANGE_BYTES_MAX: u64 = 4 * MIB;

/// Longest file, in bytes.
/// <https://learn.microsoft.com/azure/storage/files/storage-files-scale-targets#file-scale-targets>
pub const FILE_BYTES_MAX: u64 = 4 << 40;

/// Most entries on one page of a listing.
/// <https://learn.microsoft.com/rest/api/storageservices/list-directories-and-files#uri-parameters>
pub const PAGE_ENTRIES_MAX: usize = 5000;

/// Largest range whose MD5 Get File returns, in bytes.
/// <https://learn.microsoft.com/rest/api/storageservices/get-file#request-headers>
pub const RANGE_CHECKSUM_BYTES_MAX: u64 = 4 * MIB;

/// Longest part of a file whose ranges are requested at once, in bytes. The list of a fragmented part
/// then has at most 9 MB.
pub const RANGES_SPAN_BYTES: u64 = 148 * MIB;

/// The ranges of a file, each as much as one request takes.
pub const RANGES: ChunkRule = ChunkRule {
    what: "file in a share",
    chunk_bytes_max: PUT_RANGE_BYTES_MAX,
    chunks_max: FILE_BYTES_MAX / PUT_RANGE_BYTES_MAX,
    step_bytes: 512,
    object_step_bytes: 1,
};

/// The chunks of an object that becomes a file. What is never written is zeros.
pub fn pieces() -> ChunkPlan {
    ChunkPlan {
        rule: RANGES,
        chunk_bytes: PUT_RANGE_BYTES_MAX,
        chunk_bytes_min: CHUNK_BYTES_MIN,
        with_holes: true,
    }
}

/// The meaning of a pattern for files in a share: one whole name. There are no wildcards.
pub const PATTERN_RULE: PatternRule = PatternRule::Exact;
