//! What a move deletes at its source.

/// A move: a copy whose objects are deleted at the source, each after its copy was verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MoveOptions {
    /// Snapshots are deleted with their blobs. A blob with snapshots stays at the source otherwise, and is a
    /// failure.
    pub deletes_snapshots: bool,
}
