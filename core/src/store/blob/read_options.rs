//! What is read of blobs beside their bytes.

/// What a source of blobs lists, and how it reads.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct BlobReadOptions {
    /// The service sends a checksum with every range.
    pub crc64: bool,
    /// Entries have what is stored beside the bytes.
    pub carries: bool,
    /// Snapshots are listed too.
    pub snapshots: bool,
    /// Entries have what a listing can show and no copy stores.
    pub facts: bool,
    /// All versions are listed too.
    pub versions: bool,
    /// Entries have index tags too.
    pub tags: bool,
}
