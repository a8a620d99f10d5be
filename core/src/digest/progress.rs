//! The state of one object's MD5, in a form that lets one thread continue several at once.

use azring_transport::md5::{Block, Md5Stream, START, State, compress};

/// An MD5 digest.
pub type Md5 = [u8; 16];

const BLOCK_BYTES: usize = size_of::<Block>();

/// The position of the length in the last block.
const LENGTH_AT: usize = BLOCK_BYTES - size_of::<u64>();

/// The digest of the bytes so far: of their whole blocks, and the rest of them.
#[derive(Debug)]
pub(super) struct DigestProgress {
    pub(super) state: State,
    pub(super) bytes: u64,
    begun: Block,
}

impl Default for DigestProgress {
    fn default() -> Self {
        Self {
            state: START,
            bytes: 0,
            begun: [0; BLOCK_BYTES],
        }
    }
}

impl DigestProgress {
    /// Takes bytes that are no whole block where they lie: bytes that complete a block, or begin
    /// one.
    ///
    /// Returns how many were taken; none when whole blocks come next.
    pub(super) fn take_odd(&mut self, bytes: &[u8]) -> usize {
        let begun = self.begun_bytes();
        if begun == 0 && bytes.len() >= BLOCK_BYTES {
            return 0;
        }
        let taken = bytes.len().min(BLOCK_BYTES - begun);
        self.begun[begun..begun + taken].copy_from_slice(&bytes[..taken]);
        self.bytes += taken as u64;
        if begun + taken == BLOCK_BYTES {
            self.compress_begun();
        }
        taken
    }

    /// The digest, with the padding of RFC 1321, section 3.
    pub(super) fn finalize(mut self) -> Md5 {
        let bits = self.bytes.wrapping_mul(8).to_le_bytes();
        let begun = self.begun_bytes();
        self.begun[begun] = 0x80;
        self.begun[begun + 1..].fill(0);
        if begun >= LENGTH_AT {
            self.compress_begun();
            self.begun.fill(0);
        }
        self.begun[LENGTH_AT..].copy_from_slice(&bits);
        self.compress_begun();
        let mut digest = [0; 16];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }

    fn begun_bytes(&self) -> usize {
        (self.bytes % BLOCK_BYTES as u64) as usize
    }

    fn compress_begun(&mut self) {
        let (state, blocks) = (&mut self.state, std::slice::from_ref(&self.begun));
        compress(&mut [Md5Stream { state, blocks }], 1);
    }
}

#[cfg(test)]
mod tests {
    use md5::Digest as _;

    use super::*;

    #[test]
    fn every_length_is_padded_as_it_should_be() {
        let data: Vec<u8> = (0..200_u8).collect();
        for bytes in 0..data.len() {
            let mut progress = DigestProgress::default();
            let mut rest = &data[..bytes];
            while !rest.is_empty() {
                // A few bytes at a time, so that blocks are begun and completed.
                let taken = progress.take_odd(&rest[..rest.len().min(7)]);
                rest = &rest[taken..];
            }
            let expected: Md5 = md5::Md5::digest(&data[..bytes]).into();
            assert_eq!(progress.finalize(), expected, "{bytes} bytes");
        }
    }
}
