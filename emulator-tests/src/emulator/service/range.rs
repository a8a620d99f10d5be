//! `Range` and `x-ms-range`: which bytes of an object a request is for.

use std::fmt;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::{Head, RequestFaults};

/// The range of a request, before it is clipped to the object's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedRange {
    /// First byte.
    pub first: u64,
    /// Last byte, if it was named.
    pub last: Option<u64>,
}

/// The range of a request; `x-ms-range` goes before `Range`.
pub fn requested(head: &Head) -> ServiceResult<Option<RequestedRange>> {
    if head.faults.ignore_range {
        return Ok(None);
    }
    let own = head.header("x-ms-range").map(|value| ("x-ms-range", value));
    match own.or_else(|| head.header("range").map(|value| ("Range", value))) {
        Some((name, value)) => parse(value)
            .map(|range| Some(range.moved(head.faults)))
            .ok_or_else(|| refuse(name, value)),
        None => Ok(None),
    }
}

/// The range of Get Blob. It ignores text that is no range, such as the `bytes=0--1` that Azure's
/// Java SDK sends for an empty blob.
pub fn requested_or_all(head: &Head) -> ServiceResult<Option<RequestedRange>> {
    match requested(head) {
        Err(refusal) if refusal.status == 400 => Ok(None),
        result => result,
    }
}

/// Reads `bytes=a-b` and `bytes=a-`.
pub fn parse(value: &str) -> Option<RequestedRange> {
    let (first, last) = value.trim().strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    let last = if last.is_empty() {
        None
    } else {
        Some(last.parse().ok()?)
    };
    (last.is_none_or(|last| last >= first)).then_some(RequestedRange { first, last })
}

/// Refuses a range that cannot be served: 416 for suffix ranges and several ranges, 400 for other
/// texts.
fn refuse(name: &str, value: &str) -> Refusal {
    let rest = value.trim().strip_prefix("bytes=");
    if rest.is_some_and(|rest| rest.starts_with('-') || rest.contains(',')) {
        return Refusal::invalid_range();
    }
    Refusal::invalid_header(name, value)
}

impl fmt::Display for RequestedRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "bytes={}-", self.first)?;
        self.last.map_or(Ok(()), |last| write!(out, "{last}"))
    }
}

impl RequestedRange {
    /// Bytes, if the last one was named.
    pub fn length(self) -> Option<u64> {
        self.last
            .and_then(|last| (last - self.first).checked_add(1))
    }

    /// The byte after the last one, if that was named and can be written as a number.
    pub fn end(self) -> Option<u64> {
        self.last.and_then(|last| last.checked_add(1))
    }

    /// The range that the fault plan replaces it with.
    fn moved(self, faults: RequestFaults) -> Self {
        let by = if faults.first_bytes {
            0_i64.wrapping_sub_unsigned(self.first)
        } else {
            faults.move_range
        };
        Self {
            first: self.first.saturating_add_signed(by),
            last: self.last.map(|last| last.saturating_add_signed(by)),
        }
    }

    /// Offset and length within an object of `total` bytes; 416 when the range begins after its
    /// end.
    pub fn within(self, total: u64) -> ServiceResult<(u64, u64)> {
        if self.first >= total {
            return Err(Refusal::invalid_range());
        }
        let last = self.last.map_or(total - 1, |last| last.min(total - 1));
        Ok((self.first, last - self.first + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_clipped_and_empty_ones_refused() {
        assert_eq!(parse("bytes=2-").unwrap().within(5).unwrap(), (2, 3));
        assert_eq!(parse("bytes=2-99").unwrap().within(5).unwrap(), (2, 3));
        assert_eq!(
            parse("bytes=5-9").unwrap().within(5).unwrap_err().status,
            416
        );
        assert_eq!(
            parse("bytes=0-0").unwrap().within(0).unwrap_err().status,
            416
        );
    }

    #[test]
    fn a_range_is_written_as_it_was_read() {
        for text in ["bytes=2-", "bytes=2-99"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn suffixes_and_several_ranges_are_416_and_other_texts_400() {
        assert_eq!(refuse("Range", "bytes=-5").status, 416);
        assert_eq!(refuse("Range", "bytes=0-1,4-5").status, 416);
        assert_eq!(refuse("Range", "lines=1-2").status, 400);
        assert_eq!(parse("bytes=5-4"), None);
    }
}
