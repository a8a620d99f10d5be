//! Values that were given for a key or a signature and are something else.
//!
//! Examples are quotes around the value, HTML, a whole URL, a connection string, or a signature in
//! place of a key. The error names the form of the value and shows nothing of it.

use crate::mask;

/// The kind of secret that a parameter expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// An account's key.
    Key,
    /// A shared access signature.
    Signature,
}

/// The value without blanks around it; or an error about what was given for `name` instead.
pub(super) fn read(value: &str, expected: Expected, name: &str) -> Result<String, String> {
    let value = value.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    match fault(value, expected) {
        Some(fault) => Err(format!("`{name}`: {fault}")),
        None => Ok(value.to_owned()),
    }
}

fn fault(value: &str, expected: Expected) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    if value.is_empty() {
        return Some("the value is empty");
    }
    if value.starts_with(is_quote) || value.ends_with(is_quote) {
        return Some("the value has quotes around it: leave them out");
    }
    if lower.contains("&amp;") {
        return Some(
            "the value contains `&amp;`, as text copied from HTML or XML: replace it with `&`",
        );
    }
    if lower.contains("accountkey=") || lower.contains("sharedaccesssignature=") {
        return Some(match expected {
            Expected::Key => {
                "the value is a connection string: give only what follows `AccountKey=`, or set \
                 `AZURE_STORAGE_CONNECTION_STRING` to it"
            }
            Expected::Signature => {
                "the value is a connection string: give only what follows `SharedAccessSignature=`, or set \
                 `AZURE_STORAGE_CONNECTION_STRING` to it"
            }
        });
    }
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return Some(match expected {
            Expected::Key => "the value is a URL, and not a key",
            Expected::Signature => {
                "the value is a whole URL: give only what follows its `?`, or the URL itself as the location"
            }
        });
    }
    let is_signature = lower.contains("sig=") && lower.contains('&');
    match expected {
        Expected::Key if is_signature => {
            Some("the value is a shared access signature, which has a parameter of its own")
        }
        Expected::Signature if !is_signature && mask::is_key(value) => {
            Some("the value is an account's key, which has a parameter of its own")
        }
        _ => None,
    }
}

/// The quotes of shells and of word processors.
fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    #[test]
    fn what_is_no_key_is_named_by_its_form() {
        for (value, says) in [
            (format!("\"{KEY}\""), "quotes"),
            (format!("'{KEY}'"), "quotes"),
            (format!("\u{201c}{KEY}\u{201d}"), "quotes"),
            (
                format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY}"),
                "connection string",
            ),
            ("https://a.blob.core.windows.net/c".to_owned(), "URL"),
            (
                "sv=2020-01-01&sp=r&sig=canary".to_owned(),
                "shared access signature",
            ),
            (" ".to_owned(), "empty"),
        ] {
            let message = read(&value, Expected::Key, "/DestKey").unwrap_err();
            assert!(
                message.contains(says) && message.contains("/DestKey"),
                "{message}"
            );
            assert!(
                !message.contains(&KEY[..14]) && !message.contains("canary"),
                "{message}"
            );
        }
        assert_eq!(
            read(&format!("\u{feff} {KEY}\r\n"), Expected::Key, "").unwrap(),
            KEY
        );
    }

    #[test]
    fn what_is_no_signature_is_named_by_its_form() {
        for (value, says) in [
            ("'sv=1&sig=canary'", "quotes"),
            ("sv=1&amp;sp=r&amp;sig=canary", "&amp;"),
            (
                "https://a.blob.core.windows.net/c?sv=1&sig=canary",
                "whole URL",
            ),
            (
                "BlobEndpoint=https://a/;SharedAccessSignature=sv=1&sig=canary",
                "connection string",
            ),
            (KEY, "key"),
        ] {
            let message = read(value, Expected::Signature, "/DestSAS").unwrap_err();
            assert!(message.contains(says), "{message}");
            assert!(
                !message.contains(&KEY[..14]) && !message.contains("canary"),
                "{message}"
            );
        }
        for value in ["?sv=1&sig=canary", "sr=c&si=policy&sig=canary"] {
            assert!(read(value, Expected::Signature, "").is_ok());
        }
    }
}
