//! A piece of an object's bytes, as it is asked for and as it is answered.
//! <https://learn.microsoft.com/rest/api/storageservices/specifying-the-range-header-for-blob-service-operations>

use std::fmt;

/// Bytes of an object; never empty, because HTTP cannot ask for no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    first: u64,
    last: u64,
}

impl ByteRange {
    /// `bytes` bytes from `offset` on. `None` when that is nothing, or more than there are numbers for.
    pub fn new(offset: u64, bytes: u64) -> Option<Self> {
        let last = offset.checked_add(bytes.checked_sub(1)?)?;
        Some(Self {
            first: offset,
            last,
        })
    }

    /// Its length in bytes.
    pub fn bytes(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

/// As a request asks for it: `bytes=0-511`.
impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes={}-{}", self.first, self.last)
    }
}

/// What a partial answer holds (`Content-Range`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// The bytes.
    pub range: ByteRange,
    /// The length of the whole object.
    pub object_bytes: u64,
}

impl ContentRange {
    /// Reads `bytes 0-511/1024`. `None` for anything else, also for ranges that end before they begin or after the object.
    pub fn parse(text: &str) -> Option<Self> {
        let (range, object_bytes) = text.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let object_bytes = number(object_bytes)?;
        (first <= last && last < object_bytes).then_some(Self {
            range: ByteRange { first, last },
            object_bytes,
        })
    }
}

/// Digits only: no sign, no space.
fn number(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
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

    #[test]
    fn an_answered_range_must_lie_in_the_object() {
        let answer = ContentRange::parse("bytes 4-7/8").unwrap();
        assert_eq!(answer.range, ByteRange::new(4, 4).unwrap());
        assert_eq!(answer.object_bytes, 8);
        // Real answers of an emulator among them.
        for text in [
            "bytes 8-7/8",
            "bytes 0--1/0",
            "bytes 4-8/8",
            "bytes */8",
            "bytes 1-2/*",
            "bytes +1-2/8",
            "1-2/8",
            "",
        ] {
            assert_eq!(ContentRange::parse(text), None, "{text}");
        }
    }
}
