//! What a file system here allows and how its patterns are read, as values. The stations of the pipeline apply them.

use crate::options::Selection;
use crate::plan::chunks::ChunkRule;
use crate::select::PatternRule;

/// Longest part of a path, in bytes, on every file system in use (`NAME_MAX` of `limits.h`).
pub const PART_BYTES_MAX: usize = 255;

/// A file is written in chunks of any size, in any order: what bounds them is the memory for one, and that an index has
/// 32 bits.
pub const RANGES: ChunkRule = ChunkRule {
    what: "local file",
    chunk_bytes_max: 1 << 30,
    chunks_max: u32::MAX as u64,
    step_bytes: 4 << 20,
    object_step_bytes: 1,
};

/// How a pattern is read when files are the source: with wildcards.
pub fn pattern_rule(selection: &Selection) -> PatternRule {
    PatternRule::Wildcard {
        ignore_case: selection.ignore_case,
        recursive: selection.recursive,
    }
}
