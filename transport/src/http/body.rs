//! A payload as hyper wants it: one frame per piece, the very memory that the disk filled.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::Payload;

/// The pieces of a payload, given away one after the other. Dropping it lets go of the rest.
#[derive(Debug)]
pub(crate) struct Body {
    pieces: std::vec::IntoIter<Bytes>,
    remaining: u64,
}

impl From<Payload> for Body {
    fn from(payload: Payload) -> Self {
        let remaining = payload.bytes();
        Self {
            pieces: payload.into_pieces().into_iter(),
            remaining,
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.next();
        self.remaining -= piece.as_ref().map_or(0, Bytes::len) as u64;
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
