//! Response files: parameters in a file, read as if they were on the command line.
//!
//! A line holds one or more parameters, separated by blanks. A line that begins with `#` is a
//! comment. Text in double quotes is one word and may contain blanks. `\"` is a quote within a
//! value; any other backslash is an ordinary character, because Windows paths contain backslashes.
//! A parameter does not continue on the next line. A response file cannot name another one.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};

use crate::usage_error::reason;

/// The largest response file, in bytes. It stops the reading of a device that was named by mistake.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// One line that holds words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ResponseLine {
    /// Counted from 1.
    pub(super) number: usize,
    /// Its words, without the quotes around them.
    pub(super) words: Vec<OsString>,
}

/// Why a file cannot be used.
#[derive(Debug)]
pub(super) enum ResponseFileError {
    /// It cannot be read, or is not text.
    File(String),
    /// A quote is opened on this line and not closed.
    OpenQuote {
        /// Counted from 1.
        line: usize,
    },
}

/// Reads a file into its lines of words; comments and empty lines are left out.
pub(super) fn read(path: &OsStr) -> Result<Vec<ResponseLine>, ResponseFileError> {
    let bytes = bytes(path).map_err(|error| ResponseFileError::File(reason(&error)))?;
    let text =
        decode(&bytes).ok_or_else(|| ResponseFileError::File("it is no text file".to_owned()))?;
    lines(&text)
}

fn bytes(path: &OsStr) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

/// UTF-8, or UTF-16 with its mark, which is what Windows PowerShell writes.
fn decode(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks();
        let units: Vec<_> = pairs.iter().map(|&pair| unit(pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => Some(std::str::from_utf8(rest).ok()?.to_owned()),
        _ => Some(std::str::from_utf8(bytes).ok()?.to_owned()),
    }
}

fn lines(text: &str) -> Result<Vec<ResponseLine>, ResponseFileError> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim_start().starts_with('#') {
            continue;
        }
        let words = split(line).ok_or(ResponseFileError::OpenQuote { line: number })?;
        if !words.is_empty() {
            lines.push(ResponseLine { number, words });
        }
    }
    Ok(lines)
}

/// The words of a line; `None` if a quote stays open.
fn split(line: &str) -> Option<Vec<OsString>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                quoted = !quoted;
                // An empty pair of quotes is a word too.
                word.get_or_insert_default();
            }
            '\\' if letters.peek() == Some(&'"') => {
                word.get_or_insert_default().extend(letters.next());
            }
            blank if blank.is_whitespace() && !quoted => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    (!quoted).then(|| words.into_iter().map(OsString::from).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        let words = split(line).expect("all quotes are closed");
        words
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect()
    }

    #[test]
    fn blanks_separate_and_quotes_hold_together() {
        assert_eq!(words("/S  /Y\t/L "), ["/S", "/Y", "/L"]);
        assert_eq!(
            words(r#"/Dest:"/my folder" "/Pattern:a b""#),
            ["/Dest:/my folder", "/Pattern:a b"]
        );
        assert_eq!(words(r#"a"b c"d"#), ["ab cd"]);
        assert_eq!(words(r#""""#), [""]);
        assert_eq!(words("   "), [""; 0]);
        assert_eq!(split(r#"/Dest:"/my folder"#), None);
    }

    #[test]
    fn a_backslash_is_one_unless_a_quote_follows() {
        assert_eq!(words(r"/Dest:C:\my\folder\"), [r"/Dest:C:\my\folder\"]);
        assert_eq!(words(r#"/Pattern:a\"b"#), [r#"/Pattern:a"b"#]);
    }

    #[test]
    fn comments_and_empty_lines_are_counted_and_left_out() {
        let lines = lines("# why\n\n/S /Y\n  # because\r\n/L\r\n/PKRS:\"aa#bb\" #").unwrap();
        let shown: Vec<_> = lines
            .iter()
            .map(|line| {
                (
                    line.number,
                    line.words.len(),
                    line.words[0].to_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(shown, [(3, 2, "/S"), (5, 1, "/L"), (6, 2, "/PKRS:aa#bb")]);
    }

    #[test]
    fn a_file_is_read_as_windows_and_linux_write_it() {
        let utf16 = |unit: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            let units = "/S ä".encode_utf16().flat_map(unit);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        assert_eq!(decode("/S ä".as_bytes()).unwrap(), "/S ä");
        assert_eq!(decode("\u{feff}/S ä".as_bytes()).unwrap(), "/S ä");
        assert_eq!(
            decode(&utf16(u16::to_le_bytes, [0xff, 0xfe])).unwrap(),
            "/S ä"
        );
        assert_eq!(
            decode(&utf16(u16::to_be_bytes, [0xfe, 0xff])).unwrap(),
            "/S ä"
        );
        assert_eq!(decode(b"/S \xff"), None);
    }

    #[test]
    fn a_device_that_never_ends_is_not_read_for_ever() {
        let refused = read(OsStr::new("/dev/zero"));
        assert!(matches!(refused, Err(ResponseFileError::File(text)) if text.contains("1 MiB")));
    }

    /// A simple reference: text outside of quotes is split at blanks.
    fn reference(line: &str) -> Option<Vec<String>> {
        let parts: Vec<_> = line.split('"').collect();
        if parts.len().is_multiple_of(2) {
            return None;
        }
        // A blank within quotes becomes a character that the lines of the test do not contain.
        let mut hidden = String::new();
        for (index, part) in parts.iter().enumerate() {
            if index % 2 == 1 {
                hidden.push('\u{1}');
                hidden.push_str(&part.replace(' ', "\u{2}"));
            } else {
                hidden.push_str(part);
            }
        }
        let words = hidden.split(' ').filter(|word| !word.is_empty());
        Some(
            words
                .map(|word| word.replace('\u{1}', "").replace('\u{2}', " "))
                .collect(),
        )
    }

    proptest! {
        #[test]
        fn words_are_cut_as_the_reference_cuts_them(line in "[a/:\" ]{0,24}") {
            let cut = split(&line).map(|words| {
                words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>()
            });
            prop_assert_eq!(cut, reference(&line));
        }

        #[test]
        fn nothing_in_a_file_upsets_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(text) = decode(&bytes) {
                let _ = lines(&text);
            }
        }

        #[test]
        fn what_is_quoted_is_read_back(list in prop::collection::vec("[a-z/:# \\\\\"]{0,8}", 0..4)) {
            // A backslash before the closing quote would escape the quote, so no value ends in one.
            let list: Vec<_> = list.iter().map(|word| word.trim_end_matches('\\').to_owned()).collect();
            let line = list.iter().map(|word| format!("\"{}\"", word.replace('"', "\\\""))).collect::<Vec<_>>();
            let has_odd = list.iter().any(|word| word.contains("\\\""));
            prop_assume!(!has_odd);
            prop_assert_eq!(words(&line.join(" ")), list);
        }
    }
}
