//! CRC-64/NVME, the checksum that a request can carry (`x-ms-content-crc64`).
//!
//! Polynomial 0x9A6C9329AC4BC9B5 reflected, check value AE8B14860A799888.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block>

use crc_fast::{CrcAlgorithm, Digest};

/// The checksum of a buffer, which lies in these runs of memory.
pub fn of<'a>(runs: impl Iterator<Item = &'a [u8]>) -> u64 {
    let mut digest = Digest::new(CrcAlgorithm::Crc64Nvme);
    for run in runs {
        digest.update(run);
    }
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_is_the_published_one() {
        let mut digest = Digest::new(CrcAlgorithm::Crc64Nvme);
        digest.update(b"123456789");
        assert_eq!(digest.finalize(), 0xAE8B_1486_0A79_9888);
    }
}
