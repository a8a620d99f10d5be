//! A record in the file: its length, a checksum, and its bytes.
//!
//! The checksum is a CRC32C over the journal's id and generation, the offset, the length and the
//! record. So a page that was moved, written twice, or left from another journal is never taken for
//! a record.

use crc_fast::{CrcAlgorithm, Digest};

use super::encoding::{BARRIER, BARRIER_MARK};
use super::record::Record;

/// The first eight bytes of every journal, which no text has.
pub(super) const MAGIC: [u8; 8] = *b"azrjnl\x1a\n";

/// The version of the format. Other versions are refused.
pub(super) const VERSION: u32 = 1;

/// The length of the header.
pub(super) const HEADER_BYTES: usize = 68;

/// The bytes before a record: its length and its checksum.
pub(super) const FRAME_BYTES: usize = 8;

/// The longest record. A larger length is damage, and no memory is allocated for it.
pub(super) const RECORD_BYTES_MAX: usize = 16 << 20;

/// The offset of the mark in a barrier, from the start of its frame.
pub(super) const MARK_AT: usize = FRAME_BYTES + 1 + size_of::<u64>();

/// The length of a barrier with its frame.
pub(super) const BARRIER_BYTES: usize = MARK_AT + BARRIER_MARK.len();

/// The beginning of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// How often this journal was shortened. A shortened journal shares no checksum with the one
    /// before.
    pub(super) generation: u32,
    /// The job's id, drawn at random when the job began.
    pub(super) job: [u8; 16],
    /// The fingerprint of the job's command.
    pub(super) fingerprint: [u8; 32],
}

/// Why bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// They do not begin like a journal.
    Foreign,
    /// The journal has this version.
    OtherVersion(u32),
    /// The header is damaged.
    Damaged,
}

impl Header {
    /// The bytes.
    pub(super) fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.generation.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.job);
        bytes[32..64].copy_from_slice(&self.fingerprint);
        let sum = crc(Digest::new(CrcAlgorithm::Crc32Iscsi), &bytes[..64]);
        bytes[64..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads the first bytes of a file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, NoHeader> {
        if bytes.get(..8) != Some(&MAGIC) {
            return Err(NoHeader::Foreign);
        }
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(bytes))
        };
        // The version comes before the checksum, whose place depends on the version.
        match number(8) {
            Some(VERSION) => {}
            Some(other) => return Err(NoHeader::OtherVersion(other)),
            None => return Err(NoHeader::Damaged),
        }
        let (Some(generation), Some(sum)) = (number(12), number(64)) else {
            return Err(NoHeader::Damaged);
        };
        if sum != crc(Digest::new(CrcAlgorithm::Crc32Iscsi), &bytes[..64]) {
            return Err(NoHeader::Damaged);
        }
        let mut header = Self {
            generation,
            job: [0; 16],
            fingerprint: [0; 32],
        };
        header.job.copy_from_slice(&bytes[16..32]);
        header.fingerprint.copy_from_slice(&bytes[32..64]);
        Ok(header)
    }

    /// The seal of the records after it.
    pub(super) fn seal(&self) -> Seal {
        let mut seed = Digest::new(CrcAlgorithm::Crc32Iscsi);
        seed.update(&self.job);
        seed.update(&self.generation.to_le_bytes());
        Seal(seed)
    }
}

/// Computes and checks the checksums of one journal and one generation.
#[derive(Debug, Clone)]
pub(super) struct Seal(Digest);

impl Seal {
    /// Appends a record with its frame; `offset` is where the frame begins in the file.
    pub(super) fn put(&self, out: &mut Vec<u8>, offset: u64, record: &Record<'_>) {
        let begin = out.len();
        out.extend_from_slice(&[0; FRAME_BYTES]);
        record.put(out);
        let body = begin + FRAME_BYTES;
        let length = ((out.len() - body) as u32).to_le_bytes();
        let sum = self.sum(offset, length, &out[body..]).to_le_bytes();
        out[begin..begin + 4].copy_from_slice(&length);
        out[begin + 4..body].copy_from_slice(&sum);
    }

    /// Appends any bytes as if they were a record, after what `out` has of the file.
    #[cfg(any(test, fuzzing))]
    pub(super) fn put_bytes(&self, out: &mut Vec<u8>, body: &[u8]) {
        let (offset, length) = (out.len() as u64, (body.len() as u32).to_le_bytes());
        out.extend_from_slice(&length);
        out.extend_from_slice(&self.sum(offset, length, body).to_le_bytes());
        out.extend_from_slice(body);
    }

    /// The checksum of a record at this offset.
    fn sum(&self, offset: u64, length: [u8; 4], body: &[u8]) -> u32 {
        let mut place = [0; 12];
        place[..8].copy_from_slice(&offset.to_le_bytes());
        place[8..].copy_from_slice(&length);
        let mut digest = self.0;
        digest.update(&place);
        crc(digest, body)
    }

    /// The length of the record at the beginning of these bytes, if it is possible.
    pub(super) fn length(frame: &[u8]) -> Option<usize> {
        let length = u32::from_le_bytes(frame.get(..4)?.try_into().ok()?) as usize;
        (1..=RECORD_BYTES_MAX).contains(&length).then_some(length)
    }

    /// The record in a whole frame at `offset`, if it is sound.
    pub(super) fn open<'a>(&self, frame: &'a [u8], offset: u64) -> Option<&'a [u8]> {
        let length = frame.get(..4)?.try_into().ok()?;
        let sum = u32::from_le_bytes(frame.get(4..FRAME_BYTES)?.try_into().ok()?);
        let body = &frame[FRAME_BYTES..];
        (sum == self.sum(offset, length, body)).then_some(body)
    }

    /// The content of a barrier at `offset`, if these bytes are one.
    pub(super) fn barrier(&self, bytes: &[u8], offset: u64) -> Option<u64> {
        let frame = bytes.get(..BARRIER_BYTES)?;
        if Self::length(frame)? != BARRIER_BYTES - FRAME_BYTES || frame[FRAME_BYTES] != BARRIER {
            return None;
        }
        match Record::read(self.open(frame, offset)?)? {
            Record::Barrier { synced } => Some(synced),
            _ => None,
        }
    }
}

fn crc(mut digest: Digest, bytes: &[u8]) -> u32 {
    digest.update(bytes);
    digest.finalize() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_is_the_published_one() {
        let digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
        assert_eq!(crc(digest, b"123456789"), 0xE306_9283);
    }

    #[test]
    fn a_record_holds_in_its_own_place_only() {
        let header = Header {
            generation: 0,
            job: [7; 16],
            fingerprint: [1; 32],
        };
        let mut out = Vec::new();
        header.seal().put(&mut out, 68, &Record::Listed);
        assert_eq!(header.seal().open(&out, 68), Some(&[16][..]));
        assert_eq!(header.seal().open(&out, 69), None);
        let shortened = Header {
            generation: 1,
            ..header
        };
        assert_eq!(shortened.seal().open(&out, 68), None);
        let other = Header {
            job: [8; 16],
            ..header
        };
        assert_eq!(other.seal().open(&out, 68), None);
    }
}
