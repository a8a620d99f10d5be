//! The limits of local file systems, and how their patterns are read, as values that the stations apply.

use crate::options::Selection;
use crate::plan::chunks::ChunkRule;
use crate::select::PatternRule;

/// Longest part of a path, in bytes, on every file system in use (`NAME_MAX` of `limits.h`).
pub const PART_BYTES_MAX: usize = 255;

/// The chunks of a file. They have any size and are written in any order; the limits are the memory for one
/// and an index of 32 bits.
pub const RANGES: ChunkRule = ChunkRule {
    what: "local file",
    chunk_bytes_max: 1 << 30,
    chunks_max: u32::MAX as u64,
    step_bytes: 4 << 20,
    object_step_bytes: 1,
};

/// How a pattern for local files is read: with wildcards.
pub fn pattern_rule(selection: &Selection) -> PatternRule {
    PatternRule::Wildcard {
        ignore_case: selection.ignore_case,
        recursive: selection.recursive,
    }
}
