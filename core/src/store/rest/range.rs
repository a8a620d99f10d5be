//! A range of an object's bytes in a request. The transport compares the answer with it.
//! <https://learn.microsoft.com/rest/api/storageservices/specifying-the-range-header-for-blob-service-operations>

use std::fmt;

use azring_transport::http::{ContentRange, Request};

/// Bytes of an object; never empty, because HTTP cannot ask for no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    first: u64,
    last: u64,
}

impl ByteRange {
    /// `bytes` bytes from `offset` on. `None` for no bytes, and where the end exceeds 64 bits.
    pub fn new(offset: u64, bytes: u64) -> Option<Self> {
        let last = offset.checked_add(bytes.checked_sub(1)?)?;
        Some(Self {
            first: offset,
            last,
        })
    }

    /// Adds the range to a request for an object's bytes, and expects an answer with this range.
    /// `object_bytes` is the length of the whole object, where it is known.
    ///
    /// The service takes `x-ms-range` where a request has both headers
    /// (<https://learn.microsoft.com/rest/api/storageservices/specifying-the-range-header-for-blob-service-operations>).
    /// A cache on the way understands only `Range`; without it, the cache would take the answer for the whole
    /// object.
    pub fn on(self, request: Request, object_bytes: Option<u64>) -> Request {
        let text = self.to_string();
        let mut request = request
            .header("range", text.clone())
            .header("x-ms-range", text);
        request.expected.content = Some(ContentRange {
            first: self.first,
            last: self.last,
            object_bytes,
        });
        request
    }

    /// Its length in bytes.
    pub fn bytes(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

/// The value of the header: `bytes=0-511`.
impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes={}-{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_its_first_and_its_last_byte() {
        let range = ByteRange::new(512, 4).unwrap();
        assert_eq!(range.to_string(), "bytes=512-515");
        assert_eq!(range.bytes(), 4);
    }

    #[test]
    fn no_bytes_are_no_range() {
        assert_eq!(ByteRange::new(0, 0), None);
        assert_eq!(ByteRange::new(u64::MAX, 2), None);
    }
}
