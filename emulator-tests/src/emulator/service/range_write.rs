//! Put Page and Put Range: whether bytes are written or cleared, and how many.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;

/// The most that one call writes, in bytes.
pub const WRITE_BYTES_MAX: u64 = 4 << 20;

/// What a call does with its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeWrite {
    /// The body replaces the bytes.
    Update,
    /// The bytes become zero.
    Clear,
}

impl RangeWrite {
    /// Reads the header of this name: `update` or `clear`.
    pub fn read(head: &Head, name: &'static str) -> ServiceResult<Self> {
        let text = head.required(name)?;
        if text.eq_ignore_ascii_case("update") {
            Ok(Self::Update)
        } else if text.eq_ignore_ascii_case("clear") {
            Ok(Self::Clear)
        } else {
            Err(Refusal::invalid_header(name, text))
        }
    }
}

/// Refuses a range of more bytes than one call writes.
pub fn check_length(length: u64) -> ServiceResult<()> {
    if length > WRITE_BYTES_MAX {
        Err(Refusal::body_too_large(WRITE_BYTES_MAX))
    } else {
        Ok(())
    }
}
