//! The two checksums of the service: MD5 and CRC-64/NVME, computed while bodies arrive.
//!
//! A store feeds a [`Digester`] while it receives a body. Calls compare the [`Digests`] with those
//! of the client.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use crc_fast::CrcAlgorithm;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha2::Sha256;

/// Which checksums of a body are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChecksumSet {
    /// MD5.
    pub md5: bool,
    /// CRC-64/NVME.
    pub crc64: bool,
}

impl ChecksumSet {
    /// Whether none is computed: the body may be dropped unread.
    pub fn is_empty(self) -> bool {
        !self.md5 && !self.crc64
    }
}

/// The checksums of a body, in base64 as in headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// `Content-MD5`.
    pub md5: Option<String>,
    /// `x-ms-content-crc64`: the eight bytes little-endian.
    pub crc64: Option<String>,
}

/// Computes checksums piece by piece.
pub struct Digester {
    md5: Option<Md5>,
    crc64: Option<crc_fast::Digest>,
}

impl Digester {
    /// Begins. A checksum that is not in the set costs nothing.
    pub fn new(wanted: ChecksumSet) -> Self {
        Self {
            md5: wanted.md5.then(Md5::new),
            crc64: wanted
                .crc64
                .then(|| crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme)),
        }
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(crc64) = &mut self.crc64 {
            crc64.update(bytes);
        }
    }

    /// The checksums of all bytes.
    pub fn finish(self) -> Digests {
        Digests {
            md5: self.md5.map(|md5| STANDARD.encode(md5.finalize())),
            crc64: self
                .crc64
                .map(|crc64| STANDARD.encode(crc64.finalize().to_le_bytes())),
        }
    }
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// HMAC-SHA256 in base64, the form of all signatures of the service.
pub fn hmac_sha256(key: &[u8], text: &[u8]) -> String {
    STANDARD.encode(hmac_sha256_bytes(key, text))
}

/// HMAC-SHA256, raw.
pub fn hmac_sha256_bytes(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// Compares two signatures in constant time.
pub fn same(left: &str, right: &str) -> bool {
    left.len() == right.len()
        && left
            .bytes()
            .zip(right.bytes())
            .fold(0, |sum, (a, b)| sum | (a ^ b))
            == 0
}

/// Base64, standard alphabet.
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Base64, standard alphabet with padding; `None` for anything else. Like the service, it ignores
/// surplus bits at the end.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc64_of_the_check_string_is_the_published_value() {
        let mut digester = Digester::new(ChecksumSet {
            md5: true,
            crc64: true,
        });
        digester.update(b"1234");
        digester.update(b"56789");
        let digests = digester.finish();
        assert_eq!(
            digests.crc64.unwrap(),
            STANDARD.encode(0xAE8B_1486_0A79_9888_u64.to_le_bytes())
        );
        assert_eq!(digests.md5.unwrap(), "JfnnlDI7RTiF9RgfG2JNCw==");
    }
}
