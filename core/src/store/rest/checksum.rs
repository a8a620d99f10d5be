//! The checksum of one request's own body, so that no byte travels unchecked. It is not the checksum that is
//! stored with an object.

use azring_transport::buffer::Lease;
use azring_transport::http::{Reply, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::digest::crc64;

/// The checksum that a service checks a request's body against. A request with two is refused.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#request-headers>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// None.
    #[default]
    None,
    /// `Content-MD5`.
    Md5([u8; 16]),
    /// `x-ms-content-crc64`: CRC-64/NVME, its eight bytes from the lowest to the highest, in base64.
    Crc64(u64),
}

impl Check {
    /// Adds the checksum to the request to a service that takes a CRC-64 inside of the body only, as
    /// Azure Files does since version 2025-01-05.
    /// <https://learn.microsoft.com/rest/api/storageservices/structured-body-format>
    pub fn on_structured(self, request: Request) -> Request {
        match self {
            Self::Crc64(crc) => request.structured_body(crc),
            Self::None | Self::Md5(_) => self.on(request),
        }
    }

    /// Adds the header to the request.
    ///
    /// A service may answer with the checksum of what it has stored. That must be the same.
    pub fn on(self, request: Request) -> Request {
        let (name, value) = match self {
            Self::None => return request,
            Self::Md5(md5) => ("content-md5", STANDARD.encode(md5)),
            Self::Crc64(crc) => ("x-ms-content-crc64", encode_crc64(crc)),
        };
        let mut request = request.header(name, value);
        request.expected.checksum = Some(name);
        request
    }
}

/// Writes a CRC-64 as a header's value.
pub fn encode_crc64(crc: u64) -> String {
    STANDARD.encode(crc.to_le_bytes())
}

/// Reads a CRC-64 of a header; `None` where it is malformed.
pub fn decode_crc64(text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// Whether the bytes have the CRC-64 in the answer; true where the answer has none.
pub(crate) fn has_crc64(reply: &Reply, filled: &Lease) -> bool {
    let expected = reply.header("x-ms-content-crc64").and_then(decode_crc64);
    expected.is_none_or(|expected| expected == crc64::of(filled.runs()))
}

/// Whether the bytes have the MD5 in the answer; true where the answer has none.
pub(crate) fn has_md5(reply: &Reply, filled: &Lease) -> bool {
    let expected = reply.header("content-md5").and_then(decode_md5);
    expected.is_none_or(|expected| {
        let mut digest = Md5::new();
        filled.runs().for_each(|run| digest.update(run));
        digest.finalize()[..] == expected
    })
}

/// Reads an MD5 of a header or a listing; `None` where it is malformed.
pub fn decode_md5(text: &str) -> Option<[u8; 16]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crc_travels_lowest_byte_first() {
        // The check value of CRC-64/NVME over `123456789`.
        let crc = 0xAE8B_1486_0A79_9888;
        assert_eq!(encode_crc64(crc), "iJh5CoYUi64=");
        assert_eq!(decode_crc64("iJh5CoYUi64="), Some(crc));
    }

    #[test]
    fn a_checksum_of_another_length_is_none() {
        assert_eq!(decode_md5("iJh5CoYUi64="), None);
        assert_eq!(decode_crc64("1B2M2Y8AsgTpgAmY7PhCfg=="), None);
        assert_eq!(decode_md5("no base64"), None);
        assert!(decode_md5("1B2M2Y8AsgTpgAmY7PhCfg==").is_some());
    }
}
