//! What is read of blobs beside their bytes.

/// What a source of blobs lists, and how it reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlobReadOptions {
    /// The service sends a checksum with every range.
    pub crc64: bool,
    /// Entries have what is stored beside the bytes.
    pub carries: bool,
    /// Snapshots are listed too.
    pub snapshots: bool,
}
