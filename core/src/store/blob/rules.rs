//! The limits of Blob storage, as values.
//!
//! The planner and the stores apply them. The requests check nothing; the service decides.

use crate::options::Selection;
use crate::plan::chunks::{CHUNK_BYTES_MIN, ChunkRule};
use crate::select::PatternRule;
use crate::store::ChunkPlan;

use super::properties::BlobType;

const MIB: u64 = 1 << 20;

/// Most blocks of one block blob.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block-list#remarks>
pub const BLOCKS_MAX: u64 = 50_000;

/// Largest block, in bytes, from version 2019-12-12 on.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#remarks>
pub const BLOCK_BYTES_MAX: u64 = 4000 * MIB;

/// The step in which blocks grow, in bytes, where an object would have more than [`BLOCKS_MAX`] of them.
pub const BLOCK_STEP_BYTES: u64 = 4 * MIB;

/// Longest name of a blob, in characters.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#blob-names>
pub const NAME_CHARS_MAX: usize = 1024;

/// Longest block id, in bytes before base64. All ids of one blob have the same length.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#uri-parameters>
pub const BLOCK_ID_BYTES_MAX: usize = 64;

/// Most objects on one page of a listing. The service refuses a larger number.
/// <https://learn.microsoft.com/rest/api/storageservices/list-blobs#uri-parameters>
pub const PAGE_ENTRIES_MAX: usize = 5000;

/// Largest range whose checksum Get Blob returns, in bytes.
/// <https://learn.microsoft.com/rest/api/storageservices/get-blob#request-headers-all-blob-types>
pub const RANGE_CHECKSUM_BYTES_MAX: u64 = 4 * MIB;

/// The blocks of a block blob.
pub const BLOCKS: ChunkRule = ChunkRule {
    what: "block blob",
    chunk_bytes_max: BLOCK_BYTES_MAX,
    chunks_max: BLOCKS_MAX,
    step_bytes: BLOCK_STEP_BYTES,
    object_step_bytes: 1,
};

/// A page of a page blob, in bytes. The length of the blob and of every write is a multiple of it.
/// <https://learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs#about-page-blobs>
pub const PAGE_BYTES: u64 = 512;

/// Most bytes that one Put Page writes.
/// <https://learn.microsoft.com/rest/api/storageservices/put-page#remarks>
pub const PUT_PAGE_BYTES_MAX: u64 = 4 * MIB;

/// Longest page blob, in bytes.
const PAGE_BLOB_BYTES_MAX: u64 = 8 << 40;

/// The chunks of a page blob, each as many pages as one request takes.
pub const PAGES: ChunkRule = ChunkRule {
    what: "page blob",
    chunk_bytes_max: PUT_PAGE_BYTES_MAX,
    chunks_max: PAGE_BLOB_BYTES_MAX / PUT_PAGE_BYTES_MAX,
    step_bytes: PAGE_BYTES,
    object_step_bytes: PAGE_BYTES,
};

/// The blocks of an append blob, in the version that requests name.
/// <https://learn.microsoft.com/rest/api/storageservices/append-block#remarks>
pub const APPENDS: ChunkRule = ChunkRule {
    what: "append blob",
    chunk_bytes_max: 4 * MIB,
    chunks_max: BLOCKS_MAX,
    step_bytes: BLOCK_STEP_BYTES,
    object_step_bytes: 1,
};

/// Longest part of a page blob whose page ranges are requested at once, in bytes. The service takes long
/// to list the ranges of a fragmented blob.
pub const PAGE_RANGES_SPAN_BYTES: u64 = 64 << 30;

/// The chunks of an object that becomes a blob of this type. Blocks have `block_bytes` where the limits
/// permit it.
///
/// The blocks of an append blob do not become smaller for a slow link. They are sent one after the other
/// anyway, and smaller ones would reach the limit of 50,000 blocks sooner.
pub fn pieces(blob_type: BlobType, block_bytes: u64) -> ChunkPlan {
    match blob_type {
        BlobType::Block => ChunkPlan {
            rule: BLOCKS,
            chunk_bytes: block_bytes,
            chunk_bytes_min: block_bytes.min(CHUNK_BYTES_MIN),
            with_holes: false,
        },
        BlobType::Append => ChunkPlan {
            rule: APPENDS,
            chunk_bytes: APPENDS.chunk_bytes_max,
            chunk_bytes_min: APPENDS.chunk_bytes_max,
            with_holes: false,
        },
        BlobType::Page => ChunkPlan {
            rule: PAGES,
            chunk_bytes: PUT_PAGE_BYTES_MAX,
            chunk_bytes_min: CHUNK_BYTES_MIN,
            with_holes: true,
        },
    }
}

/// The meaning of a pattern for blobs: the prefix of names with the subfolders, otherwise one whole name.
/// There are no wildcards.
pub fn pattern_rule(selection: &Selection) -> PatternRule {
    if selection.recursive {
        PatternRule::Prefix
    } else {
        PatternRule::Exact
    }
}
