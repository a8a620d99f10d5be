//! A request body that carries the CRC-64 of its own bytes: the structured body format, version 1,
//! with one segment. Azure Files has no header for a CRC-64.
//!
//! ```text
//! message:  version 1 (u8), bytes of the whole message (u64), flags (u16, 1: CRC-64), segments (u16)
//! segment:  number from 1 (u16), bytes of data (u64), data, CRC-64 of the data (u64)
//! trailer:  CRC-64 of the data of all segments (u64)
//! ```
//!
//! All numbers are little-endian.
//! <https://learn.microsoft.com/rest/api/storageservices/structured-body-format>

use bytes::Bytes;

use super::{Payload, Request};

/// Names the format of the body.
pub(super) const STRUCTURED_BODY: &str = "x-ms-structured-body";
/// The bytes of data in the body.
pub(super) const STRUCTURED_LENGTH: &str = "x-ms-structured-content-length";

const WITH_CRC64: &str = "XSM/1.0; properties=crc64";
/// Before the data: the head of the message and the head of its segment.
const HEAD_BYTES: usize = 13 + 10;
/// After the data: the CRC-64 of the segment and that of the message.
const TAIL_BYTES: usize = 8 + 8;

impl Request {
    /// Puts the CRC-64 of the body, which is in memory, into the body. The service refuses a body with
    /// another CRC-64.
    pub fn structured_body(mut self, crc64: u64) -> Self {
        let data_bytes = self.payload.bytes();
        self.payload = framed(&self.payload, crc64);
        self.header(STRUCTURED_BODY, WITH_CRC64)
            .header(STRUCTURED_LENGTH, data_bytes.to_string())
    }
}

/// The message around the data of a payload.
fn framed(data: &Payload, crc64: u64) -> Payload {
    let message_bytes = data.bytes() + (HEAD_BYTES + TAIL_BYTES) as u64;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.push(1);
    head.extend(message_bytes.to_le_bytes());
    head.extend(1_u16.to_le_bytes());
    head.extend(1_u16.to_le_bytes());
    head.extend(1_u16.to_le_bytes());
    head.extend(data.bytes().to_le_bytes());
    let tail = [crc64, crc64].map(u64::to_le_bytes).concat();
    let pieces = data.pieces().iter().cloned();
    [Bytes::from(head)]
        .into_iter()
        .chain(pieces)
        .chain([Bytes::from(tail)])
        .collect()
}

/// The data in the message of [`framed`].
pub(super) fn data(message: &Payload) -> Payload {
    match message.pieces() {
        [_head, data @ .., _tail] => data.iter().cloned().collect(),
        [] | [_] => Payload::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_its_data_between_lengths_and_checksums() {
        let payload: Payload = ["123", "456789"].map(Bytes::from).into_iter().collect();
        let message = framed(&payload, 0xAE8B_1486_0A79_9888);
        let bytes = message.pieces().concat();
        let crc64 = b"\x88\x98\x79\x0A\x86\x14\x8B\xAE";
        let parts: [&[u8]; 8] = [
            b"\x01",
            b"\x30\0\0\0\0\0\0\0",
            b"\x01\0\x01\0",
            b"\x01\0",
            b"\x09\0\0\0\0\0\0\0",
            b"123456789",
            crc64,
            crc64,
        ];
        assert_eq!(bytes, parts.concat());
        assert_eq!(message.bytes(), 48);
        assert_eq!(data(&message).pieces(), payload.pieces());
        assert_eq!(data(&Payload::empty()).bytes(), 0);
    }
}
