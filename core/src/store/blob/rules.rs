//! What Blob storage allows, as values. The stations of the pipeline apply them; the requests themselves check nothing
//! and leave the last word to the service.

use crate::options::Selection;
use crate::plan::chunks::ChunkRule;
use crate::plan::target::NameRule;
use crate::select::PatternRule;

const MIB: u64 = 1 << 20;

/// Most blocks of one block blob.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block-list#remarks>
pub const BLOCKS_MAX: u64 = 50_000;

/// Largest block, in bytes, from version 2019-12-12 on.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#remarks>
pub const BLOCK_BYTES_MAX: u64 = 4000 * MIB;

/// Largest blob that one Put Blob makes, in bytes, from version 2019-12-12 on.
/// <https://learn.microsoft.com/rest/api/storageservices/put-blob#remarks>
pub const PUT_BLOB_BYTES_MAX: u64 = 5000 * MIB;

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
};

/// How a pattern is read when blobs are the source: no wildcards; a prefix with the sub-folders, else one whole name.
pub fn pattern_rule(selection: &Selection) -> PatternRule {
    if selection.recursive {
        PatternRule::Prefix
    } else {
        PatternRule::Exact
    }
}

/// How a blob is named in this virtual directory.
pub fn name_rule(directory: &str) -> NameRule {
    NameRule::Blob {
        directory: directory.to_owned(),
        chars_max: NAME_CHARS_MAX,
    }
}

/// Whether an object goes up in one Put Blob: it fits one block of the wanted size.
pub fn fits_one_request(object_bytes: u64, block_bytes: u64) -> bool {
    object_bytes <= block_bytes.min(PUT_BLOB_BYTES_MAX)
}
