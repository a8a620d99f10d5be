//! Where the controller begins, and its limits.

/// Where the controller begins, and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first number of requests: that of the last run to this endpoint, within an hour, or a
    /// guess.
    pub start: u32,
    /// The smallest number: each worker has one.
    pub least: u32,
    /// The largest number.
    pub most: u32,
    /// The number does not change: `/NC`.
    pub is_fixed: bool,
    /// The size of blocks that is wanted where the link allows it, in bytes.
    pub block_bytes: u64,
    /// That size does not change, whatever the link.
    pub keeps_block_bytes: bool,
}
