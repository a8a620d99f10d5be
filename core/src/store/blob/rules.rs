//! What Blob storage allows, as values. The stations of the pipeline apply them; the requests themselves check nothing
//! and leave the last word to the service.

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

/// A block that must grow, because an object would need more than [`BLOCKS_MAX`] of them, grows by whole steps of the
/// default size.
pub const BLOCK_STEP_BYTES: u64 = 4 * MIB;

/// Longest name of a blob, in characters.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#blob-names>
pub const NAME_CHARS_MAX: usize = 1024;

/// Longest block id, in bytes before base64; all ids of one blob have one length.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#uri-parameters>
pub const BLOCK_ID_BYTES_MAX: usize = 64;

/// Most objects on one page of a listing; a larger wish is refused by the service.
/// <https://learn.microsoft.com/rest/api/storageservices/list-blobs#uri-parameters>
pub const PAGE_ENTRIES_MAX: usize = 5000;

/// Largest range whose checksum a Get Blob returns beside it, in bytes.
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

/// A page of a page blob, in bytes: what it is long in multiples of, and what is written at once at least.
/// <https://learn.microsoft.com/rest/api/storageservices/understanding-block-blobs--append-blobs--and-page-blobs#about-page-blobs>
pub const PAGE_BYTES: u64 = 512;

/// Most bytes that one Put Page writes.
/// <https://learn.microsoft.com/rest/api/storageservices/put-page#remarks>
pub const PUT_PAGE_BYTES_MAX: u64 = 4 * MIB;

/// Longest page blob, in bytes.
const PAGE_BLOB_BYTES_MAX: u64 = 8 << 40;

/// The pages of a page blob, as many at a time as one request takes.
pub const PAGES: ChunkRule = ChunkRule {
    what: "page blob",
    chunk_bytes_max: PUT_PAGE_BYTES_MAX,
    chunks_max: PAGE_BLOB_BYTES_MAX / PUT_PAGE_BYTES_MAX,
    step_bytes: PAGE_BYTES,
    object_step_bytes: PAGE_BYTES,
};

/// The blocks of an append blob, up to the version that requests are made by.
/// <https://learn.microsoft.com/rest/api/storageservices/append-block#remarks>
pub const APPENDS: ChunkRule = ChunkRule {
    what: "append blob",
    chunk_bytes_max: 4 * MIB,
    chunks_max: BLOCKS_MAX,
    step_bytes: BLOCK_STEP_BYTES,
    object_step_bytes: 1,
};

/// A blob that the service copies by itself, in one piece: any that there can be at the source.
const WHOLE: ChunkRule = ChunkRule {
    what: "blob",
    chunk_bytes_max: u64::MAX,
    chunks_max: 1,
    step_bytes: 1,
    object_step_bytes: 1,
};

/// The longest address that a service fetches a blob from, in bytes.
/// <https://learn.microsoft.com/rest/api/storageservices/copy-blob#request-headers>
pub const ORIGIN_BYTES_MAX: usize = 2048;

/// How a blob is cut that is asked for in one request: not at all.
pub fn whole() -> ChunkPlan {
    ChunkPlan {
        rule: WHOLE,
        chunk_bytes: u64::MAX,
        chunk_bytes_min: u64::MAX,
        with_holes: false,
    }
}

/// How long a part of a page blob may be whose ranges in use are asked for at once, in bytes: a fragmented one takes the
/// service long to list.
pub const PAGE_RANGES_SPAN_BYTES: u64 = 64 << 30;

/// How an object that becomes a blob of this type is cut; blocks are `block_bytes` long where they may be.
///
/// What is appended is not cut smaller for a slow link: its pieces go one after the other anyway, and 50,000 are soon used
/// up.
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

/// How a pattern is read when blobs are the source: no wildcards; a prefix with the sub-folders, else one whole name.
pub fn pattern_rule(selection: &Selection) -> PatternRule {
    if selection.recursive {
        PatternRule::Prefix
    } else {
        PatternRule::Exact
    }
}
