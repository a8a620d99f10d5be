//! Makes text safe to print: masks signatures and keys, escapes control characters.
//!
//! Secrets that the program knows have a type that hides them (`Secret`). This is for text that may
//! contain a secret by mistake: a URL, a stray word in an error message.

use azring_core::entry::EntryName;

pub(crate) use azring_transport::auth::{MASKED, masked};

/// The parameters whose values are secrets, in both dialects, without slash or dashes.
const SECRET_NAMES: [&str; 14] = [
    "sourcekey",
    "destkey",
    "sourcesas",
    "destsas",
    "source-key",
    "dest-key",
    "source-sas",
    "dest-sas",
    "accountkey",
    "clientsecret",
    "client-secret",
    "sharedaccesssignature",
    "destination-key",
    "destination-sas",
];

/// The minimum length of a generated part of a word. Such a part mixes capitals, small letters and
/// digits.
const GENERATED_LENGTH_MIN: usize = 20;

/// The minimum length of a key in base64. The shortest real keys have 44 characters (32 bytes).
const KEY_LENGTH_MIN: usize = 40;

/// The text with signatures and everything that looks like a key masked, and control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    EntryName::from(masked(text).as_str()).to_string()
}

/// A word that is no parameter, safe to print: it may be a key that lost its parameter.
pub(crate) fn stray(word: &str) -> String {
    let name = word.trim_start_matches(['/', '-']);
    let lower = name.to_ascii_lowercase();
    if let Some(secret) = SECRET_NAMES
        .iter()
        .find(|secret| lower.starts_with(**secret))
    {
        let shown_to = word.len() - name.len() + secret.len();
        return format!("{}{MASKED}", &word[..shown_to]);
    }
    shown(&mask_mixed_runs(&masked(word)))
}

/// Masks the runs of characters that look generated: long, with capitals, small letters and digits.
fn mask_mixed_runs(text: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+/=%_-".contains(letter);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_letter) {
        masked.push_str(&rest[..start]);
        let run = &rest[start..];
        let run = &run[..run.find(|letter| !is_letter(letter)).unwrap_or(run.len())];
        // Each part of a path is checked alone: a whole path would look generated.
        for part in run.split_inclusive('/') {
            masked.push_str(if is_generated(part) { MASKED } else { part });
        }
        rest = &rest[start + run.len()..];
    }
    masked + rest
}

fn is_generated(part: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| part.as_bytes().iter().any(wanted);
    part.len() >= GENERATED_LENGTH_MIN
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// Whether the text is base64 of a key's length, with or without padding.
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
    fn of_a_stray_word_nothing_is_shown_that_may_be_a_key() {
        for word in [
            "/DestKey=canary",
            "/destkey :canary",
            "--dest-key:canary",
            "DESTSAS=canary",
            "AccountKey=canary",
        ] {
            let shown = stray(word);
            assert!(
                shown.ends_with(MASKED) && !shown.contains("canary"),
                "{shown}"
            );
        }
        let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq";
        assert_eq!(stray(key), MASKED);
        for path in [
            "/home/Me/data2/some-long-name-of-a-folder",
            "copy",
            "http://h/c",
        ] {
            assert_eq!(stray(path), path);
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(shown("a\x1b[2J"), r"a\u{1b}[2J");
    }
}
