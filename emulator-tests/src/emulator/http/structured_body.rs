//! The structured body format, version 1: a body that carries the CRC-64 of its own bytes.
//! <https://learn.microsoft.com/rest/api/storageservices/structured-body-format>

use crc_fast::{CrcAlgorithm, Digest};

use crate::emulator::digest::to_base64;
use crate::emulator::error::{Refusal, ServiceResult};

/// The bytes before the first segment.
pub const MESSAGE_HEAD_BYTES: usize = 13;
/// The bytes before the data of a segment.
pub const SEGMENT_HEAD_BYTES: usize = 10;
/// The bytes of a CRC-64, which follows each segment and the last one's.
pub const CRC64_BYTES: usize = 8;

/// Checks the parts of a message that are not data. The reader hands over each part in order.
pub struct StructuredBody {
    message_bytes: u64,
    data_left: u64,
    segments: u16,
    /// The number of the segment that is read, from 1; 0 before the first.
    segment: u16,
    segment_left: u64,
    /// The checksums so far: of the segment, and of all data. `None` where they are not compared.
    checksums: Option<[Digest; 2]>,
}

impl StructuredBody {
    /// A message of this length with data of that length. `verify` compares the checksums.
    pub fn new(message_bytes: u64, data_bytes: u64, verify: bool) -> Self {
        Self {
            message_bytes,
            data_left: data_bytes,
            segments: 0,
            segment: 0,
            segment_left: 0,
            checksums: verify.then(|| [(); 2].map(|()| Digest::new(CrcAlgorithm::Crc64Nvme))),
        }
    }

    /// Whether nothing of the message was read.
    pub fn is_unread(&self) -> bool {
        self.segments == 0
    }

    /// The bytes of data up to the end of the segment that is read.
    pub fn segment_left(&self) -> u64 {
        self.segment_left
    }

    /// Whether another segment follows.
    pub fn has_segments_left(&self) -> bool {
        self.segment < self.segments
    }

    /// Reads the head of the message.
    pub fn begin(&mut self, head: [u8; MESSAGE_HEAD_BYTES]) -> ServiceResult<()> {
        let [version, rest @ ..] = head;
        let (length, rest) = rest.split_at(8);
        let length = length.try_into().map(u64::from_le_bytes).ok();
        self.segments = u16::from_le_bytes([rest[2], rest[3]]);
        let has_crc64 = rest[..2] == [1, 0];
        if version == 1 && length == Some(self.message_bytes) && has_crc64 && self.segments > 0 {
            Ok(())
        } else {
            Err(malformed())
        }
    }

    /// Reads the head of the next segment.
    pub fn begin_segment(&mut self, head: [u8; SEGMENT_HEAD_BYTES]) -> ServiceResult<()> {
        let [low, high, length @ ..] = head;
        self.segment += 1;
        self.segment_left = u64::from_le_bytes(length);
        let is_next = u16::from_le_bytes([low, high]) == self.segment;
        if is_next && self.segment_left <= self.data_left {
            Ok(())
        } else {
            Err(malformed())
        }
    }

    /// Takes note of data.
    pub fn pass(&mut self, data: &[u8]) {
        self.pass_unread(data.len() as u64);
        for digest in self.checksums.iter_mut().flatten() {
            digest.update(data);
        }
    }

    /// Takes note of data that nobody looked at.
    pub fn pass_unread(&mut self, bytes: u64) {
        self.segment_left -= bytes;
        self.data_left -= bytes;
    }

    /// Compares the CRC-64 after a segment.
    pub fn end_segment(&mut self, crc64: [u8; CRC64_BYTES]) -> ServiceResult<()> {
        let Some([segment, _]) = &mut self.checksums else {
            return Ok(());
        };
        let computed = std::mem::replace(segment, Digest::new(CrcAlgorithm::Crc64Nvme));
        compare(&computed, crc64)
    }

    /// Compares the CRC-64 at the end of the message, which bytes that are left over make malformed.
    pub fn end(&mut self, crc64: [u8; CRC64_BYTES], bytes_left: u64) -> ServiceResult<()> {
        if bytes_left > 0 {
            return Err(malformed());
        }
        match self.checksums.take() {
            Some([_, all]) => compare(&all, crc64),
            None => Ok(()),
        }
    }

    /// Whether the checksums are compared, so that the data has to be read.
    pub fn verifies(&self) -> bool {
        self.checksums.is_some()
    }
}

fn compare(computed: &Digest, crc64: [u8; CRC64_BYTES]) -> ServiceResult<()> {
    let computed = computed.finalize().to_le_bytes();
    if computed == crc64 {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "Crc64Mismatch",
        "The CRC64 value specified in the request did not match with the CRC64 value calculated by the server.",
    )
    .with("UserSpecifiedCrc", to_base64(&crc64))
    .with("ServerCalculatedCrc", to_base64(&computed)))
}

/// The refusal of a body that is not in the format.
pub fn malformed() -> Refusal {
    Refusal::new(
        400,
        "InvalidInput",
        "One of the request inputs is not valid: the body is not in the structured body format.",
    )
}
