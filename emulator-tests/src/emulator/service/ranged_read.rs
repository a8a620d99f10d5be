//! Get Blob and Get File: which bytes a read is for, and the answer with them.

use super::call::Call;
use super::operations::Operations;
use super::range::RequestedRange;
use super::{range_digest, upload};
use crate::emulator::digest::ChecksumSet;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::payload::{Payload, Piece};
use crate::emulator::http::response::Response;

/// The bytes that a read is for.
#[derive(Debug, Clone, Copy)]
pub struct RangedRead {
    /// Offset of the first byte.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// The object's bytes.
    total: u64,
    /// Whether the request has a range.
    pub has_range: bool,
    /// Whether the answer says that it is a part.
    pub is_partial: bool,
    checksums: ChecksumSet,
}

impl RangedRead {
    /// The range of a request, or all, of an object of `total` bytes.
    pub fn of<S: Operations>(
        call: &Call<'_, S>,
        asked: Option<RequestedRange>,
        total: u64,
    ) -> ServiceResult<Self> {
        let (offset, length) = match asked {
            Some(asked) => asked.within(total).map_err(|refusal| {
                refusal.with_header("Content-Range", format!("bytes */{total}"))
            })?,
            None => (0, total),
        };
        let has_range = asked.is_some();
        Ok(Self {
            offset,
            length,
            total,
            has_range,
            is_partial: has_range && !call.head.faults.first_bytes,
            checksums: range_digest::wanted(call, has_range, length)?,
        })
    }

    /// The answer before its headers are set: 206 for a part.
    pub fn response(self) -> Response {
        Response::new(if self.is_partial { 206 } else { 200 })
    }

    /// Adds the range, the checksums and the bytes to the answer.
    pub fn finish<S: Operations>(
        self,
        call: &Call<'_, S>,
        mut response: Response,
        pieces: Vec<Piece>,
    ) -> ServiceResult<Response> {
        if self.is_partial {
            let (offset, total) = (self.offset, self.total);
            let last = offset + self.length - 1;
            response.set("Content-Range", format!("bytes {offset}-{last}/{total}"));
        }
        upload::set_digests(&mut response, &range_digest::of(&pieces, self.checksums)?);
        call.apply_overrides(&mut response);
        response.payload = Payload::Pieces(pieces, self.length);
        Ok(response)
    }
}
