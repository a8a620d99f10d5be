//! Reads the members of a flat JSON object, without building values: numbers stay as they were
//! written, and strings become their spelling.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::table::value::JsonText;
use crate::emulator::table::value::json_text::unescaped;

/// A value in a flat object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonToken<'b> {
    /// A string.
    Text(JsonText),
    /// A number as it is written.
    Number(&'b str),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
}

/// A position in a document.
struct Scanner<'b> {
    text: &'b str,
    at: usize,
}

/// The members of an object in their order. Anything but one flat object is 400.
pub fn read_object(document: &[u8]) -> ServiceResult<Vec<(JsonText, JsonToken<'_>)>> {
    let text = std::str::from_utf8(document).map_err(|_| malformed())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut scanner = Scanner { text, at: 0 };
    scanner.expect(b'{')?;
    let mut members = Vec::new();
    if !scanner.take(b'}') {
        members = scanner.members()?;
        scanner.expect(b'}')?;
    }
    scanner.end()?;
    Ok(members)
}

/// Members with commas between them, as entities are stored.
pub fn read_members(text: &str) -> ServiceResult<Vec<(JsonText, JsonToken<'_>)>> {
    let mut scanner = Scanner { text, at: 0 };
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let members = scanner.members()?;
    scanner.end()?;
    Ok(members)
}

impl<'b> Scanner<'b> {
    fn members(&mut self) -> ServiceResult<Vec<(JsonText, JsonToken<'b>)>> {
        let mut members = Vec::new();
        loop {
            self.expect(b'"')?;
            let name = self.string()?;
            self.expect(b':')?;
            members.push((name, self.value()?));
            if !self.take(b',') {
                return Ok(members);
            }
        }
    }

    fn value(&mut self) -> ServiceResult<JsonToken<'b>> {
        if self.take(b'"') {
            return self.string().map(JsonToken::Text);
        }
        for (word, token) in [
            ("true", JsonToken::Boolean(true)),
            ("false", JsonToken::Boolean(false)),
            ("null", JsonToken::Null),
        ] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(token);
            }
        }
        let rest = self.rest();
        let is_inside = |byte: u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = rest.bytes().position(|byte| !is_inside(byte));
        let number = &rest[..end.unwrap_or(rest.len())];
        let first = number.trim_start_matches('-').bytes().next();
        let last = number.bytes().last();
        let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        if !is_digit(first) || !is_digit(last) || number.parse::<f64>().is_err() {
            return Err(malformed());
        }
        self.at += number.len();
        Ok(JsonToken::Number(number))
    }

    /// A string whose opening quote was read.
    fn string(&mut self) -> ServiceResult<JsonText> {
        let mut spelled = JsonText::default();
        let bytes = self.text.as_bytes();
        loop {
            let rest = &bytes[self.at..];
            let is_special =
                |byte: &u8| !matches!(byte, 0x20..=0x7f) || matches!(byte, b'"' | b'\\');
            let plain = rest.iter().position(is_special).ok_or_else(malformed)?;
            spelled.push_plain(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    self.at += 1;
                    return Ok(spelled);
                }
                b'\\' => self.escape(&mut spelled)?,
                0..0x20 => return Err(malformed()),
                _ => {
                    let character = self.rest().chars().next().ok_or_else(malformed)?;
                    let mut units = [0; 2];
                    for unit in character.encode_utf16(&mut units) {
                        spelled.push(*unit);
                    }
                    self.at += character.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self, spelled: &mut JsonText) -> ServiceResult<()> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'u') => {
                let digits = bytes.get(self.at + 2..self.at + 6).ok_or_else(malformed)?;
                let mut unit = 0;
                for digit in digits {
                    let digit = char::from(*digit).to_digit(16).ok_or_else(malformed)?;
                    unit = unit << 4 | digit;
                }
                spelled.push(unit as u16);
                self.at += 6;
            }
            Some(escaped @ (b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => {
                spelled.push(u16::from(unescaped(*escaped)));
                self.at += 2;
            }
            _ => return Err(malformed()),
        }
        Ok(())
    }

    /// The text from here on, without white space at its beginning.
    fn rest(&mut self) -> &'b str {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.rest().as_bytes().first() == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> ServiceResult<()> {
        self.take(byte).then_some(()).ok_or_else(malformed)
    }

    fn end(&mut self) -> ServiceResult<()> {
        self.rest().is_empty().then_some(()).ok_or_else(malformed)
    }
}

fn malformed() -> Refusal {
    Refusal::invalid_request_input()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_stay_as_written_and_strings_lose_what_needs_no_escape() {
        let document = "\u{feff} { \"a\" : 1.50e+3 , \"b\":\"\\/\\u0041\\ud800ü\\u00FC\",\"c\":null,\"d\":true } ";
        let members = read_object(document.as_bytes()).unwrap();
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(members[0].1, JsonToken::Number("1.50e+3"));
        let JsonToken::Text(text) = &members[1].1 else {
            panic!("no text")
        };
        assert_eq!(text.as_str(), "/A\\ud800\\u00fc\\u00fc");
        assert_eq!(members[2].1, JsonToken::Null);
        assert_eq!(members[3].1, JsonToken::Boolean(true));
    }

    #[test]
    fn what_is_no_flat_object_is_refused() {
        for bad in [
            "",
            "[]",
            "{",
            "{}x",
            "{\"a\":{}}",
            "{\"a\":[1]}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{\"a\":+1}",
            "{\"a\":1.}",
            "{\"a\":--1}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"",
            "{a:1}",
        ] {
            assert!(read_object(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(read_object(b"{\"a\":\"\xff\"}").is_err());
        assert_eq!(read_object(b"{}").unwrap(), []);
    }

    proptest! {
        #[test]
        fn no_document_makes_the_reader_panic(document in "[{}\\[\\]\",:\\\\u0-9a-f.eE+\\- \\PC]*") {
            let _ = read_object(document.as_bytes());
            let _ = read_members(&document);
        }

        #[test]
        fn strings_are_those_that_another_library_wrote(text: String) {
            let document = serde_json::json!({ "a": text }).to_string();
            let members = read_object(document.as_bytes()).unwrap();
            prop_assert_eq!(&members[0].1, &JsonToken::Text(JsonText::of(&text)));
        }
    }
}
