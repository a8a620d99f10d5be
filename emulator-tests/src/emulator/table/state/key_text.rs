//! A partition key or row key. Keys are ordered by their UTF-16 units, as the service orders them.

use std::cmp::Ordering;

/// A key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct KeyText(Box<str>);

impl KeyText {
    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for KeyText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for KeyText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Ord for KeyText {
    /// UTF-8 has the order of code points. UTF-16 has another one for two of its classes only: the
    /// characters above U+FFFF, whose first byte is 0xF0 or more, come before those from U+E000 on,
    /// whose first byte is 0xEE or 0xEF.
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = (self.0.as_bytes(), other.0.as_bytes());
        let mut pairs = left.iter().zip(right);
        match pairs.find(|(one, two)| one != two) {
            None => left.len().cmp(&right.len()),
            Some((one @ 0xF0.., two @ (0xEE | 0xEF)) | (one @ (0xEE | 0xEF), two @ 0xF0..)) => {
                two.cmp(one)
            }
            Some((one, two)) => one.cmp(two),
        }
    }
}

impl PartialOrd for KeyText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_ordered_by_their_utf16_units(
            left in "[ab\u{7f}é\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffee}\u{ffff}\u{10000}😀\u{10ffff}]{0,4}",
            right in "[ab\u{7f}é\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffee}\u{ffff}\u{10000}😀\u{10ffff}]{0,4}",
        ) {
            let expected = left.encode_utf16().cmp(right.encode_utf16());
            prop_assert_eq!(KeyText::from(left).cmp(&KeyText::from(right)), expected);
        }
    }
}
