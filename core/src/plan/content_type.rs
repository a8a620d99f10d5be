//! The content type of an uploaded object, from the user's choice and the object's name. Its bytes
//! are not read.

use std::borrow::Cow;

use crate::entry::EntryName;
use crate::options::{ContentType, ExtensionTypes};

/// What the service stores when nothing is sent, and what an unknown extension gets.
const UNKNOWN: &str = "application/octet-stream";

/// The content type to send, if one is to be sent.
pub fn content_type<'a>(choice: &'a ContentType, name: &EntryName) -> Option<Cow<'a, str>> {
    match choice {
        ContentType::Unset => None,
        ContentType::Fixed(content_type) => Some(content_type.into()),
        ContentType::ByExtension(own) => Some(by_extension(name, own).into()),
    }
}

/// The type for what follows the last dot, ignoring case. A dot in a folder's name does no harm: no
/// known extension contains a slash.
fn by_extension<'a>(name: &EntryName, own: &'a ExtensionTypes) -> &'a str {
    let bytes = name.as_bytes();
    let Some(dot) = bytes.iter().rposition(|&byte| byte == b'.') else {
        return UNKNOWN;
    };
    let Ok(extension) = std::str::from_utf8(&bytes[dot + 1..]) else {
        return UNKNOWN;
    };
    own.get(&extension.to_lowercase())
        .map(String::as_str)
        .or_else(|| mime_guess::from_ext(extension).first_raw())
        .unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(name: &[u8]) -> String {
        let by_extension = ContentType::ByExtension(ExtensionTypes::default());
        content_type(&by_extension, &EntryName::new(name))
            .unwrap()
            .into_owned()
    }

    #[test]
    fn the_extension_counts_in_any_case() {
        assert_eq!(guessed(b"vd/index.html"), "text/html");
        assert_eq!(guessed(b"A.JPG"), "image/jpeg");
        assert_eq!(guessed(b"a.tar.json"), "application/json");
        assert_eq!(guessed(b"\xff.txt"), "text/plain");
    }

    #[test]
    fn an_own_type_comes_before_the_known_one() {
        let own = [("myext", "text/mine"), ("html", "text/other"), ("ü", "a/b")];
        let own = own.map(|(extension, content_type)| (extension.into(), content_type.into()));
        let choice = ContentType::ByExtension(ExtensionTypes::new(own.into()));
        let of = |name: &str| content_type(&choice, &name.into()).unwrap().into_owned();
        assert_eq!(of("a.MyExt"), "text/mine");
        assert_eq!(of("d.myext/a"), "application/octet-stream");
        assert_eq!(of("a.html"), "text/other");
        assert_eq!(of("a.Ü"), "a/b");
        assert_eq!(of("a.txt"), "text/plain");
    }

    #[test]
    fn what_is_not_known_is_a_stream_of_bytes() {
        for name in [
            &b"README"[..],
            b"a.html/README",
            b"a.zzzz",
            b"a.",
            b"a.\xff",
            b"",
        ] {
            assert_eq!(guessed(name), "application/octet-stream", "{name:?}");
        }
    }

    #[test]
    fn a_fixed_type_is_taken_as_it_is_and_without_a_wish_nothing_is_sent() {
        let name = EntryName::from("a.html");
        let fixed = ContentType::Fixed("video/mp4".into());
        assert_eq!(content_type(&fixed, &name).as_deref(), Some("video/mp4"));
        assert_eq!(content_type(&ContentType::Unset, &name), None);
    }
}
