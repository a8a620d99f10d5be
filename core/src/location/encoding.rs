//! Percent encoding of names in URLs: encoded once in each request, decoded once on reading.
//!
//! [`parse()`](super::parse()) decodes what the user typed; every REST request takes its path from here.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use super::url::shown;
use crate::{Error, Result};

/// Everything but the unreserved characters of RFC 3986, 2.3.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Appends a blob's name, percent-encoded.
///
/// Unreserved characters and `/` stay (RFC 3986, 2.3), every other byte becomes `%HH`.
///
/// A part of the name that is `.` or `..` has its dots encoded too: raw, a URL library, proxy or server on the way may
/// take it for a step up and address another blob (RFC 3986, 5.2.4).
pub(crate) fn encode_name(out: &mut String, name: &str) {
    for (index, part) in name.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        match part {
            "." => out.push_str("%2E"),
            ".." => out.push_str("%2E%2E"),
            _ => encode_into(out, part.as_bytes(), RESERVED),
        }
    }
}

/// Appends text; every byte that `set` holds is percent-encoded.
pub(super) fn encode_into(out: &mut String, text: &[u8], set: &'static AsciiSet) {
    out.extend(percent_encoding::percent_encode(text, set));
}

/// Decodes percent escapes, once. Fails on an escape that is none and on bytes that are not UTF-8: no blob can have
/// that name.
pub(crate) fn decode(text: &str) -> Result<String> {
    let bytes = decode_bytes(text)?;
    String::from_utf8(bytes).map_err(|_| {
        Error::Usage(format!(
            "`{}` is not UTF-8 once its percent escapes are decoded",
            shown(text)
        ))
    })
}

/// Decodes percent escapes to bytes.
pub(super) fn decode_bytes(text: &str) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            out.push(byte);
            rest = after;
            continue;
        }
        let (value, after) = hex_pair(after).ok_or_else(|| {
            Error::Usage(format!(
                "`{}` has a `%` that begins no escape: write it as `%25`",
                shown(text)
            ))
        })?;
        out.push(value);
        rest = after;
    }
    Ok(out)
}

/// The value of the two hexadecimal digits at the front, and what follows them.
fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (pair, rest) = bytes.split_at_checked(2)?;
    let high = char::from(pair[0]).to_digit(16)?;
    let low = char::from(pair[1]).to_digit(16)?;
    Some(((high * 16 + low) as u8, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(name: &str) -> String {
        let mut out = String::new();
        encode_name(&mut out, name);
        out
    }

    #[test]
    fn a_name_is_encoded_once_and_completely() {
        assert_eq!(encoded("vd1/a b+c%2F.txt"), "vd1/a%20b%2Bc%252F.txt");
        assert_eq!(encoded("/a//b/"), "/a//b/");
        assert_eq!(encoded("grün?&=#\\"), "gr%C3%BCn%3F%26%3D%23%5C");
    }

    #[test]
    fn steps_up_cannot_be_mistaken_for_steps_up() {
        assert_eq!(encoded("../x/./..y"), "%2E%2E/x/%2E/..y");
    }

    #[test]
    fn an_escape_that_is_none_is_refused() {
        for text in ["%", "%4", "a%zz", "%C3"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn decoding_gives_back_what_was_encoded(name in ".*") {
            prop_assert_eq!(decode(&encoded(&name)).unwrap(), name);
        }

        #[test]
        fn an_encoded_name_is_a_path_that_the_http_layer_keeps(name in ".+") {
            let path = format!("/c/{}", encoded(&name));
            let uri: http::Uri = path.parse().unwrap();
            prop_assert_eq!(uri.path(), path);
        }
    }
}
