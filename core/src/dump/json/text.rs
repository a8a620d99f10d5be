//! A string as it stands in JSON, with its escapes.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The characters between the quotes of a JSON string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonText<'a>(pub(super) &'a [u8]);

impl<'a> JsonText<'a> {
    /// The string that a value is; `None` for a number, a word, an object or an array.
    pub fn of_value(value: &'a [u8]) -> Option<Self> {
        let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        Some(Self(inner))
    }

    /// The bytes between the quotes.
    pub fn raw(&self) -> &'a [u8] {
        self.0
    }

    /// The text. Half of a surrogate pair without the other half, which the service stores and UTF-8
    /// cannot, becomes U+FFFD.
    pub fn to_text(&self) -> Cow<'a, str> {
        if !self.0.contains(&b'\\') {
            return String::from_utf8_lossy(self.0);
        }
        Cow::Owned(String::from_utf16_lossy(&self.to_utf16()))
    }

    /// The text as UTF-16, exactly as the service stores it. Keys are compared in this form.
    pub fn to_utf16(&self) -> Vec<u16> {
        let mut units = Vec::with_capacity(self.0.len());
        let mut rest = self.0;
        while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
            units.extend(String::from_utf8_lossy(&rest[..at]).encode_utf16());
            let (unit, length) = unescaped(&rest[at..]);
            units.push(unit);
            rest = &rest[at + length..];
        }
        units.extend(String::from_utf8_lossy(rest).encode_utf16());
        units
    }
}

/// The text with what a JSON string needs: escapes for quotes, backslashes and control characters, and
/// for everything outside of ASCII, as the service writes it.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match unit {
            0x22 | 0x5c => {
                out.push('\\');
                out.push(char::from(unit as u8));
            }
            0x20..=0x7e => out.push(char::from(unit as u8)),
            _ => {
                let _infallible = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// What an escape stands for, and its length. Unknown escapes stand for their second character.
fn unescaped(escape: &[u8]) -> (u16, usize) {
    let Some(&letter) = escape.get(1) else {
        return (u16::from(b'\\'), 1);
    };
    let unit = match letter {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => {
            let digits = escape
                .get(2..6)
                .and_then(|hex| std::str::from_utf8(hex).ok());
            let unit = digits.and_then(|hex| u16::from_str_radix(hex, 16).ok());
            return unit.map_or((char::REPLACEMENT_CHARACTER as u16, 2), |unit| (unit, 6));
        }
        other => other,
    };
    (unit.into(), 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_read_and_half_pairs_survive_in_utf_16() {
        let text = JsonText(br#"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"#);
        assert_eq!(text.to_text(), "a\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}");
        let half = JsonText(br"x\ud83d");
        assert_eq!(half.to_utf16(), [u16::from(b'x'), 0xd83d]);
        assert_eq!(half.to_text(), "x\u{fffd}");
    }

    proptest! {
        #[test]
        fn a_text_that_was_escaped_by_units_is_read_again(text in any::<String>()) {
            let written = escaped(&text);
            prop_assert_eq!(JsonText(written.as_bytes()).to_text(), text.as_str());
            let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            let units = units.concat();
            prop_assert_eq!(JsonText(units.as_bytes()).to_text(), text);
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in any::<Vec<u8>>()) {
            JsonText(&bytes).to_text();
            JsonText(&bytes).to_utf16();
        }
    }
}
