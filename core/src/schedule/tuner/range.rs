//! Where the controller begins, and its limits.

/// Where the controller begins, and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first number of requests: what this endpoint was left with an hour ago at most, or a guess.
    pub start: u32,
    /// Never fewer than this: whoever carries has one.
    pub least: u32,
    /// Never more than this.
    pub most: u32,
    /// The number does not move: `/NC`.
    pub is_fixed: bool,
    /// The size of blocks that is wanted where the link allows it, in bytes.
    pub block_bytes: u64,
    /// That size does not change, whatever the link.
    pub keeps_block_bytes: bool,
}
