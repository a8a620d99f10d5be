//! The payload as a body for hyper: one frame per piece, without a copy of what the disk filled.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::Payload;
use super::payload::PayloadContent;
use crate::disk::SliceReader;
use crate::{Error, Result};

/// The pieces of a payload, given one after the other. Dropping it drops the rest.
#[derive(Debug)]
pub(crate) struct Body {
    pieces: BodyPieces,
    remaining: u64,
}

#[derive(Debug)]
enum BodyPieces {
    InMemory(std::vec::IntoIter<Bytes>),
    Slices(Box<SliceReader>, ReadPending),
}

/// Whether the body waits for its next piece. Then the peer is not the one who is silent.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadPending(Rc<Cell<bool>>);

impl ReadPending {
    /// Whether it waits now.
    pub(super) fn is_on(&self) -> bool {
        self.0.get()
    }
}

impl Body {
    /// Tells whether its next piece is still being read; `None` where all pieces are in memory.
    pub(super) fn waiting(&self) -> Option<ReadPending> {
        match &self.pieces {
            BodyPieces::InMemory(_) => None,
            BodyPieces::Slices(_, waiting) => Some(waiting.clone()),
        }
    }
}

impl From<Payload> for Body {
    fn from(payload: Payload) -> Self {
        Self {
            remaining: payload.bytes(),
            pieces: match payload.into_content() {
                PayloadContent::Pieces(pieces) => BodyPieces::InMemory(pieces.into_iter()),
                PayloadContent::Slices(slices) => {
                    BodyPieces::Slices(Box::new(slices.begin()), ReadPending::default())
                }
            },
        }
    }
}

impl BodyPieces {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match self {
            Self::InMemory(pieces) => Poll::Ready(pieces.next().map(Ok)),
            Self::Slices(reading, waiting) => {
                let next = reading.poll_next(cx);
                waiting.0.set(next.is_pending());
                // A slice is one slot, so it is one piece.
                let piece =
                    ready!(next).map(|slice| Ok(slice?.pieces().next().unwrap_or_default()));
                Poll::Ready(piece)
            }
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>>>> {
        let piece = ready!(self.pieces.poll_next(cx));
        if let Some(Ok(piece)) = &piece {
            self.remaining -= piece.len() as u64;
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
