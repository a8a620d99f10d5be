//! The body of a request: buffers that already hold the bytes, sent without a copy and as often as needed.

use bytes::Bytes;

use crate::buffer::Frozen;

/// A request body of known length. Cloning is cheap: the same memory is sent again on a retry.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    pieces: Vec<Bytes>,
    bytes: u64,
}

impl Payload {
    /// No body; the request carries `Content-Length: 0`.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The pieces, in order; empty pieces do not count.
    pub fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// The pieces themselves.
    pub(super) fn into_pieces(self) -> Vec<Bytes> {
        self.pieces
    }

    /// The length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl From<Bytes> for Payload {
    fn from(whole: Bytes) -> Self {
        let bytes = whole.len() as u64;
        Self {
            pieces: if whole.is_empty() {
                Vec::new()
            } else {
                vec![whole]
            },
            bytes,
        }
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
        Self { pieces, bytes }
    }
}

impl From<&Frozen> for Payload {
    fn from(frozen: &Frozen) -> Self {
        Self {
            pieces: frozen.pieces().collect(),
            bytes: frozen.bytes() as u64,
        }
    }
}
