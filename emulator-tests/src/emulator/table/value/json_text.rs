//! A string as the service writes it in JSON: ASCII only, with the escapes that it uses.
//!
//! The service writes `\" \\ \b \f \n \r \t`, and `\u` with four small hexadecimal digits for the
//! other characters below U+0020 and for all above U+007F. Each UTF-16 unit is written by itself, so
//! half of a surrogate pair is a text like any other. Two texts are equal if their spellings are.

use std::cmp::Ordering;

/// The spelling of a string, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonText(String);

impl JsonText {
    /// The spelling of a text.
    pub fn of(text: &str) -> Self {
        let mut spelled = Self(String::with_capacity(text.len()));
        let mut units = [0; 2];
        for character in text.chars() {
            for unit in character.encode_utf16(&mut units) {
                spelled.push(*unit);
            }
        }
        spelled
    }

    /// Adds a UTF-16 unit.
    pub fn push(&mut self, unit: u16) {
        match unit {
            0x22 => self.0.push_str("\\\""),
            0x5c => self.0.push_str("\\\\"),
            0x08 => self.0.push_str("\\b"),
            0x0c => self.0.push_str("\\f"),
            0x0a => self.0.push_str("\\n"),
            0x0d => self.0.push_str("\\r"),
            0x09 => self.0.push_str("\\t"),
            0x20..=0x7f => self.0.push(char::from(unit as u8)),
            _ => {
                self.0.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = char::from_digit(u32::from(unit >> shift & 15), 16);
                    self.0.push(digit.unwrap_or('0'));
                }
            }
        }
    }

    /// Adds characters that are spelled as themselves.
    pub fn push_plain(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The UTF-16 units of the text.
    pub fn units(&self) -> Units<'_> {
        Units(self.0.as_bytes())
    }

    /// The text; half a surrogate pair becomes a replacement character.
    pub fn plain(&self) -> String {
        if !self.0.contains('\\') {
            return self.0.clone();
        }
        char::decode_utf16(self.units())
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    }

    /// The order of the texts by their UTF-16 units.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.units().cmp(other.units())
    }
}

/// The UTF-16 units of a spelled text.
#[derive(Debug, Clone)]
pub struct Units<'t>(&'t [u8]);

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (unit, length) = match *self.0 {
            [] => return None,
            [b'\\', b'u', ..] => {
                let digits = self.0.get(2..6).unwrap_or_default();
                let number = digits.iter().fold(0, |number, digit| {
                    number << 4 | char::from(*digit).to_digit(16).unwrap_or_default()
                });
                (number as u16, 2 + digits.len())
            }
            [b'\\', escaped, ..] => (u16::from(unescaped(escaped)), 2),
            [plain, ..] => (u16::from(plain), 1),
        };
        self.0 = &self.0[length..];
        Some(unit)
    }
}

/// The character that follows a backslash, as the character that it stands for.
pub fn unescaped(escaped: u8) -> u8 {
    match escaped {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_escapes_of_the_service_are_written() {
        let spelled = JsonText::of("a\"\\/'\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}\u{80}ü😀");
        assert_eq!(
            spelled.as_str(),
            "a\\\"\\\\/'\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\\u0080\\u00fc\\ud83d\\ude00"
        );
    }

    #[test]
    fn texts_are_ordered_by_utf16_units() {
        let order = |left: &str, right: &str| JsonText::of(left).compare(&JsonText::of(right));
        assert_eq!(order("😀", "\u{ffee}"), Ordering::Less);
        assert_eq!(order("a", "a-"), Ordering::Less);
        assert_eq!(order("é", "z"), Ordering::Greater);
        assert_eq!(order("\n", "\u{1}"), Ordering::Greater);
    }

    proptest! {
        #[test]
        fn the_plain_text_is_the_one_that_was_spelled(text in "\\PC*|[\\x00-\\x20\"\\\\ü😀]*") {
            let spelled = JsonText::of(&text);
            prop_assert!(spelled.as_str().is_ascii());
            prop_assert_eq!(spelled.plain(), text.clone());
            prop_assert!(spelled.units().eq(text.encode_utf16()));
        }
    }
}
