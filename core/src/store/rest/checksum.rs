//! The checksum that one request carries over its own body, so that no byte travels unchecked. Not the checksum that is
//! stored with an object.

use azring_transport::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What a service checks a request's body against. At most one: a request with both is refused.
/// <https://learn.microsoft.com/rest/api/storageservices/put-block#request-headers>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Nothing.
    #[default]
    None,
    /// `Content-MD5`.
    Md5([u8; 16]),
    /// `x-ms-content-crc64`: CRC-64/NVME, its eight bytes from the lowest to the highest, in base64.
    Crc64(u64),
}

impl Check {
    /// Adds the header to the request.
    ///
    /// A service tells the checksum of what it has stored: it must be the same then.
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

/// A CRC-64 as the service writes it.
pub fn encode_crc64(crc: u64) -> String {
    STANDARD.encode(crc.to_le_bytes())
}

/// A CRC-64 that the service wrote.
pub fn decode_crc64(text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// An MD5 that the service wrote.
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
