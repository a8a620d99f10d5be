//! The smallest parts of a record: numbers of variable length, and texts and bytes after their
//! length.
//!
//! `encoding` writes and reads with it. Reading never panics and never allocates: incomplete or
//! impossible values are `None`.

/// Appends a number, seven bits to the byte, the lowest first (LEB128).
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends bytes after their length.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends whether there is a text, and the text.
pub(super) fn put_optional_text(out: &mut Vec<u8>, text: Option<&str>) {
    out.push(u8::from(text.is_some()));
    if let Some(text) = text {
        put_bytes(out, text.as_bytes());
    }
}

/// The flag if it is set, or 0.
pub(super) fn flag(is_set: bool, flag: u8) -> u8 {
    if is_set { flag } else { 0 }
}

/// The rest of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordReader<'a>(pub(super) &'a [u8]);

impl<'a> RecordReader<'a> {
    /// Whether everything was read.
    pub(super) fn is_at_end(self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The next byte, of whose bits only the `known` ones may be set.
    pub(super) fn flags(&mut self, known: u8) -> Option<u8> {
        self.byte().filter(|flags| flags & !known == 0)
    }

    /// The next byte, which is 0 or 1.
    pub(super) fn bool(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Reads a number. It must fit 64 bits and have its shortest form, so that a value has one
    /// encoding.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for index in 0..10_u32 {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            let shifted = part << (7 * index);
            if shifted >> (7 * index) != part {
                return None;
            }
            number |= shifted;
            if byte < 0x80 {
                let is_shortest = byte != 0 || index == 0;
                return is_shortest.then_some(number);
            }
        }
        None
    }

    /// Bytes after their length.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = usize::try_from(self.number()?).ok()?;
        self.take(count)
    }

    /// The same, if they are UTF-8.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// Whether there is a text, and the text.
    #[expect(
        clippy::option_option,
        reason = "the outer one says whether it could be read, as everywhere here"
    )]
    pub(super) fn optional_text(&mut self) -> Option<Option<&'a str>> {
        if self.bool()? {
            self.text().map(Some)
        } else {
            Some(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_read_as_it_was_written(number: u64) {
            let mut out = Vec::new();
            put_number(&mut out, number);
            let mut reader = RecordReader(&out);
            prop_assert_eq!(reader.number(), Some(number));
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic_and_a_number_has_one_spelling(bytes: Vec<u8>) {
            let mut reader = RecordReader(&bytes);
            if let Some(number) = reader.number() {
                let mut again = Vec::new();
                put_number(&mut again, number);
                prop_assert_eq!(&bytes[..bytes.len() - reader.0.len()], &again);
            }
        }
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        let too_large = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(RecordReader(&too_large).number(), None);
        assert_eq!(RecordReader(&[0x80, 0x00]).number(), None);
    }
}
