//! The body of a request: buffers, or a part of a file. It can be sent any number of times.

use bytes::Bytes;

use crate::buffer::Frozen;
use crate::disk::FileSlices;

/// A request body of known length. Cloning is cheap: a retry sends the same memory again.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    content: PayloadContent,
    bytes: u64,
}

/// The place of the bytes.
#[derive(Debug, Clone)]
pub(super) enum PayloadContent {
    /// In memory; no piece is empty.
    Pieces(Vec<Bytes>),
    /// In a file.
    Slices(FileSlices),
}

impl Default for PayloadContent {
    fn default() -> Self {
        Self::Pieces(Vec::new())
    }
}

impl Payload {
    /// No body; the request carries `Content-Length: 0`.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The pieces in memory, in order, without empty ones. None for a part of a file.
    pub fn pieces(&self) -> &[Bytes] {
        match &self.content {
            PayloadContent::Pieces(pieces) => pieces,
            PayloadContent::Slices(_) => &[],
        }
    }

    /// The bytes, in memory or in a file.
    pub(super) fn into_content(self) -> PayloadContent {
        self.content
    }

    /// The length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl From<Bytes> for Payload {
    fn from(whole: Bytes) -> Self {
        Self::from_iter([whole])
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl FromIterator<Bytes> for Payload {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> Self {
        let pieces: Vec<Bytes> = pieces
            .into_iter()
            .filter(|piece| !piece.is_empty())
            .collect();
        let bytes = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self {
            content: PayloadContent::Pieces(pieces),
            bytes,
        }
    }
}

impl From<&Frozen> for Payload {
    fn from(frozen: &Frozen) -> Self {
        frozen.pieces().collect()
    }
}

impl From<FileSlices> for Payload {
    fn from(slices: FileSlices) -> Self {
        Self {
            bytes: slices.bytes(),
            content: PayloadContent::Slices(slices),
        }
    }
}
