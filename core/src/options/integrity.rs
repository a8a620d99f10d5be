//! Which checksums are sent, stored and compared.

/// Which checksums are used. Lengths and entity tags are always compared.
#[derive(Debug, Clone, Copy)]
pub struct Integrity {
    /// Uploads store the MD5 of the whole object with it.
    pub store_md5: bool,
    /// Downloads compare the MD5 that is stored with the object; a missing one is a failure.
    pub check_md5: bool,
    /// Every request that carries data also carries its CRC-64.
    pub crc64: bool,
}

impl Default for Integrity {
    fn default() -> Self {
        Self {
            store_md5: true,
            check_md5: false,
            crc64: true,
        }
    }
}
