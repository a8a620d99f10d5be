//! Words of the user's made fit to be shown: without signatures and keys, without anything that a terminal would obey.
//!
//! Types keep the secrets that the program knows of (`Secret`). This is for text that may hold one by mistake: a URL, a
//! stray word in an error message.

use azring_core::entry::EntryName;

/// What stands in place of a secret, as in AzCopy's logs.
pub(crate) const MASKED: &str = "******";

/// Base64 of this length is taken for a key: the shortest real ones have 44 letters (32 bytes).
const KEY_LENGTH_MIN: usize = 40;

/// The text with signatures and everything that looks like a key masked, and control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    EntryName::from(masked(text).as_str()).to_string()
}

/// The text with signatures and everything that looks like a key masked, and otherwise as it is.
pub(crate) fn masked(text: &str) -> String {
    mask_keys(&mask_signatures(text))
}

/// `sig=...` up to the next `&`, also where the `=` is percent-encoded.
fn mask_signatures(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((start, end)) = find_signature(rest) {
        masked.push_str(&rest[..start]);
        masked.push_str(MASKED);
        rest = &rest[end..];
    }
    masked + rest
}

/// Where the value of the first signature begins and ends.
fn find_signature(text: &str) -> Option<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let start = ["sig=", "sig%3d"]
        .iter()
        .filter_map(|mark| lower.find(mark).map(|at| at + mark.len()))
        .min()?;
    let value = &text[start..];
    if value.is_empty() || value.starts_with(MASKED) {
        return None;
    }
    let end = value
        .find(|letter: char| letter == '&' || letter.is_whitespace())
        .unwrap_or(value.len());
    Some((start, start + end))
}

/// Long runs of base64 letters that end in padding, as every account key does.
fn mask_keys(text: &str) -> String {
    let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_base64) {
        let run = rest[start..]
            .find(|letter| !is_base64(letter))
            .unwrap_or(rest.len() - start);
        let padding = rest[start + run..]
            .chars()
            .take_while(|&letter| letter == '=')
            .count();
        masked.push_str(&rest[..start]);
        if padding > 0 && run + padding >= KEY_LENGTH_MIN {
            masked.push_str(MASKED);
        } else {
            masked.push_str(&rest[start..start + run + padding]);
        }
        rest = &rest[start + run + padding..];
    }
    masked + rest
}

/// The text is nothing but base64 as long as a key, with or without its padding.
pub(crate) fn is_key(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len() >= KEY_LENGTH_MIN
        && text.len() - letters.len() <= 2
        && letters.bytes().all(is_base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_masked_wherever_it_stands() {
        assert_eq!(
            shown("https://a.blob.core.windows.net/c?sv=1&sig=ab%2Bc%3D&se=2"),
            "https://a.blob.core.windows.net/c?sv=1&sig=******&se=2"
        );
        assert_eq!(shown("?SIG=abc&sig%3Dxyz"), "?SIG=******&sig%3D******");
        assert_eq!(shown("sig="), "sig=");
    }

    #[test]
    fn a_key_is_masked_and_a_path_is_not() {
        let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        assert_eq!(shown(&format!("/DestKy:{key}")), "/DestKy:******");
        let path = "/home/somebody/some/where/very/deep/down/in/a/tree";
        assert_eq!(shown(path), path);
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(shown("a\x1b[2J"), r"a\u{1b}[2J");
    }
}
