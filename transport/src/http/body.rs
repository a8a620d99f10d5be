//! A payload as hyper wants it: one frame per piece, the very memory that the disk filled.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::Payload;
use super::payload::Content;
use crate::disk::Reading;
use crate::{Error, Result};

/// The pieces of a payload, given away one after the other. Dropping it lets go of the rest.
#[derive(Debug)]
pub(crate) struct Body {
    pieces: Pieces,
    remaining: u64,
}

#[derive(Debug)]
enum Pieces {
    There(std::vec::IntoIter<Bytes>),
    Read(Box<Reading>, Waiting),
}

/// Whether the next piece is being waited for: then it is not the peer who is silent.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting(Rc<Cell<bool>>);

impl Waiting {
    /// Whether that is so now.
    pub(super) fn is_on(&self) -> bool {
        self.0.get()
    }
}

impl Body {
    /// Tells whether its next piece is being waited for; `None` where all of them are there.
    pub(super) fn waiting(&self) -> Option<Waiting> {
        match &self.pieces {
            Pieces::There(_) => None,
            Pieces::Read(_, waiting) => Some(waiting.clone()),
        }
    }
}

impl From<Payload> for Body {
    fn from(payload: Payload) -> Self {
        Self {
            remaining: payload.bytes(),
            pieces: match payload.into_content() {
                Content::Pieces(pieces) => Pieces::There(pieces.into_iter()),
                Content::Slices(slices) => {
                    Pieces::Read(Box::new(slices.begin()), Waiting::default())
                }
            },
        }
    }
}

impl Pieces {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match self {
            Self::There(pieces) => Poll::Ready(pieces.next().map(Ok)),
            Self::Read(reading, waiting) => {
                let next = reading.poll_next(cx);
                waiting.0.set(next.is_pending());
                // A slice is one slot, and so one piece.
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
