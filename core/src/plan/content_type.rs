//! The content type of an uploaded object, from the user's choice and the object's name. Its first bytes
//! are for [`content_signature`](super::content_signature).

use std::borrow::Cow;

use crate::entry::EntryName;
use crate::options::{ContentType, ExtensionTypes};

/// What the service stores when nothing is sent, and what an unknown extension gets.
const UNKNOWN: &str = "application/octet-stream";

/// The types that AzCopy 10 stores for the files of web sites, whatever the machine's tables say.
const OF_WEB_SITES: &[(&str, &str)] = &[
    ("css", "text/css"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "application/javascript"),
    ("mjs", "application/javascript"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("wasm", "application/wasm"),
    ("webp", "image/webp"),
    ("xml", "text/xml"),
];

/// The content type to send, if one is to be sent.
pub fn content_type<'a>(choice: &'a ContentType, name: &EntryName) -> Option<Cow<'a, str>> {
    match choice {
        ContentType::Unset => None,
        ContentType::Fixed(content_type) => Some(content_type.into()),
        ContentType::ByExtension(own) => {
            let known = known_type(name, own, &[]);
            Some(known.unwrap_or(UNKNOWN).into())
        }
        ContentType::ByContent(own) => {
            let known = known_type(name, own, OF_WEB_SITES);
            Some(known.unwrap_or(UNKNOWN).into())
        }
    }
}

/// Whether only the first bytes of the object can show its type.
pub fn needs_content(choice: &ContentType, name: &EntryName) -> bool {
    match choice {
        ContentType::ByContent(own) => known_type(name, own, OF_WEB_SITES).is_none(),
        ContentType::Unset | ContentType::ByExtension(_) | ContentType::Fixed(_) => false,
    }
}

/// The type for what follows the last dot, ignoring case: one of the user's, one of these, or of the general table. A dot
/// in a folder's name does no harm: no known extension contains a slash.
fn known_type<'a>(
    name: &EntryName,
    own: &'a ExtensionTypes,
    first: &[(&str, &'static str)],
) -> Option<&'a str> {
    let bytes = name.as_bytes();
    let dot = bytes.iter().rposition(|&byte| byte == b'.')?;
    let extension = std::str::from_utf8(&bytes[dot + 1..]).ok()?;
    let lower = extension.to_lowercase();
    let own = own.get(&lower).map(String::as_str);
    own.or_else(|| {
        let found = first.iter().find(|(known, _)| *known == lower);
        found.map(|(_, content_type)| *content_type)
    })
    .or_else(|| mime_guess::from_ext(extension).first_raw())
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
    fn the_content_is_asked_only_where_the_extension_is_not_known() {
        let choice = ContentType::ByContent(ExtensionTypes::default());
        for (name, is_asked) in [
            ("README", true),
            ("a.zzzz", true),
            ("a.js", false),
            ("a.csv", false),
        ] {
            assert_eq!(needs_content(&choice, &name.into()), is_asked, "{name}");
        }
        let of_script = content_type(&choice, &"a.JS".into());
        assert_eq!(of_script.as_deref(), Some("application/javascript"));
        let by_extension = ContentType::ByExtension(ExtensionTypes::default());
        assert!(!needs_content(&by_extension, &"README".into()));
    }

    #[test]
    fn a_fixed_type_is_taken_as_it_is_and_without_a_wish_nothing_is_sent() {
        let name = EntryName::from("a.html");
        let fixed = ContentType::Fixed("video/mp4".into());
        assert_eq!(content_type(&fixed, &name).as_deref(), Some("video/mp4"));
        assert_eq!(content_type(&ContentType::Unset, &name), None);
    }
}
