//! Removes secrets from text: signatures, keys, tokens, passwords in URLs.
//!
//! Types hide the secrets that the program itself uses ([`super::Secret`]). This is for other text:
//! a service, a proxy or a cache may repeat the URL or the headers of a request in its error.
//! `http/failure.rs` and [`crate::Error`] mask such text before it is stored or shown. The command
//! line does the same for what the user typed.

/// The replacement of a secret, as in AzCopy's logs.
pub const MASKED: &str = "******";

/// Base64 of this length is treated as a key or a signature: the shortest real ones have 44
/// characters (32 bytes).
const KEY_LENGTH_MIN: usize = 40;

/// The length of a signature (HMAC-SHA256) in base64, padding included.
const SIGNATURE_LENGTH: usize = 44;

/// Forms of the `=` after `sig`: raw, percent-encoded once or twice, escaped for JSON, for HTML.
const EQUALS: [&str; 6] = ["=", "%3d", "%253d", "\\u003d", "&#61;", "&#x3d;"];

/// The end of a percent-encoded value inside another value.
const ENCODED_ENDS: [&str; 3] = ["%26", "%2526", "\\u0026"];

/// The text without signatures, bearer tokens, passwords in URLs and everything that looks like a
/// key.
pub fn masked(text: &str) -> String {
    // Most text has none of the characters that every secret below needs.
    if !text.contains(['=', '%', '@', '&', '\\', ':']) && !text.contains("earer") {
        return text.to_owned();
    }
    mask_keys(&mask_tokens(&mask_signatures(&mask_user_info(text))))
}

/// Whether the text contains a signature.
pub fn has_signature(text: &str) -> bool {
    find_signature(text, 0).is_some()
}

/// `https://user:password@host`: the part before the `@` of an authority.
fn mask_user_info(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, authority) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = authority
            .find(|character: char| {
                character.is_whitespace()
                    || matches!(character, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>')
            })
            .unwrap_or(authority.len());
        rest = match authority[..end].rfind('@') {
            Some(user_end) => {
                shown.push_str(MASKED);
                &authority[user_end..]
            }
            None => authority,
        };
    }
    shown + rest
}

fn mask_signatures(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    while let Some((start, end)) = find_signature(text, from) {
        shown.push_str(&text[from..start]);
        shown.push_str(MASKED);
        from = end;
    }
    shown.push_str(&text[from..]);
    shown
}

/// The begin and end of the next signature's value.
fn find_signature(text: &str, from: usize) -> Option<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let mut from = from;
    loop {
        let name_end = from + lower.get(from..)?.find("sig")? + 3;
        let found = value_start(&lower, name_end)
            .map(|start| (start, start + value_length(&lower[start..], &text[start..])))
            .filter(|(start, end)| end > start && !text[*start..].starts_with(MASKED));
        if found.is_some() {
            return found;
        }
        from = name_end;
    }
}

/// The value begins after an equals sign with or without blanks, or after `":` where the name is
/// quoted.
fn value_start(lower: &str, name_end: usize) -> Option<usize> {
    let after = &lower[name_end..];
    let blanks = |text: &str| text.len() - text.trim_start_matches([' ', '\t', '+']).len();
    let before_sign = after.len() - after.trim_start_matches([' ', '\t']).len();
    if let Some(sign) = EQUALS
        .iter()
        .find(|sign| after[before_sign..].starts_with(**sign))
    {
        let start = name_end + before_sign + sign.len();
        return Some(start + blanks(&lower[start..]));
    }
    let rest = after.strip_prefix('"')?.trim_start();
    let rest = rest.strip_prefix(':')?.trim_start();
    let rest = rest.strip_prefix('"')?;
    Some(lower.len() - rest.len())
}

/// The length of the value. A blank ends it, unless the blank stands for a `+` of a signature.
fn value_length(lower: &str, text: &str) -> usize {
    let ends = |character: char| {
        character.is_whitespace()
            || matches!(
                character,
                '&' | '"' | '\'' | '`' | '<' | '>' | ',' | ';' | ')' | ']' | '}'
            )
    };
    let plain = lower.find(ends).unwrap_or(lower.len());
    let encoded = ENCODED_ENDS.iter().filter_map(|end| lower.find(end)).min();
    let end = encoded.map_or(plain, |encoded| encoded.min(plain));
    if text[end..].starts_with(' ') {
        end.max(blank_for_plus_length(text))
    } else {
        end
    }
}

/// The length of a whole signature whose `+` became blanks; 0 where the text does not begin with
/// one.
fn blank_for_plus_length(text: &str) -> usize {
    let mut characters = 0;
    let mut at = 0;
    while characters < SIGNATURE_LENGTH {
        let rest = &text[at..];
        let Some(character) = rest.chars().next() else {
            return 0;
        };
        let length = match character {
            ' ' | '+' | '/' | '=' => 1,
            character if character.is_ascii_alphanumeric() => 1,
            '%' if rest.len() >= 3 && rest.is_char_boundary(3) => 3,
            _ => return 0,
        };
        at += length;
        characters += 1;
    }
    let is_padded = text[..at].ends_with('=') || text[..at].to_ascii_lowercase().ends_with("%3d");
    if is_padded { at } else { 0 }
}

/// Masks what follows `Bearer`.
fn mask_tokens(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.to_ascii_lowercase().find("bearer ") {
        let (before, token) = rest.split_at(at + "bearer ".len());
        shown.push_str(before);
        let is_of_token =
            |character: char| character.is_ascii_alphanumeric() || "-._~+/=".contains(character);
        let end = token
            .find(|character| !is_of_token(character))
            .unwrap_or(token.len());
        // A shorter word belongs to a sentence.
        if end >= KEY_LENGTH_MIN {
            shown.push_str(MASKED);
        } else {
            shown.push_str(&token[..end]);
        }
        rest = &token[end..];
    }
    shown + rest
}

/// Masks long runs of base64 that end in padding, as every key and signature does, also where they
/// are percent-encoded.
fn mask_keys(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|character: char| character_length(character).is_some()) {
        shown.push_str(&rest[..start]);
        let code = &rest.as_bytes()[start..rest.len().min(start + 2)];
        if rest[..start].ends_with('%') && code.len() == 2 && code[1].is_ascii_hexdigit() {
            // The rest of an encoded character does not begin a key.
            shown.push_str(&rest[start..start + 2]);
            rest = &rest[start + 2..];
            continue;
        }
        let (characters, length, padding) = base64_run(&rest[start..]);
        let end = start + length;
        let goes_on = rest[end..].starts_with(|character: char| character.is_ascii_alphanumeric());
        if padding > 0 && characters >= KEY_LENGTH_MIN && !goes_on {
            shown.push_str(MASKED);
        } else {
            shown.push_str(&rest[start..end]);
        }
        rest = &rest[end..];
    }
    shown + rest
}

fn character_length(character: char) -> Option<usize> {
    (character.is_ascii_alphanumeric() || matches!(character, '+' | '/')).then_some(1)
}

/// The run of base64 at the beginning: its characters, its bytes, and how many of the characters
/// are padding.
fn base64_run(text: &str) -> (usize, usize, usize) {
    let (mut characters, mut at, mut padding) = (0, 0, 0);
    while let Some(character) = text[at..].chars().next() {
        let encoded = text.as_bytes().get(at..at + 3).unwrap_or_default();
        let (is_padding, length) = match (character, encoded.to_ascii_lowercase().as_slice()) {
            ('=', _) => (true, 1),
            ('%', b"%3d") => (true, 3),
            ('%', b"%2b" | b"%2f") => (false, 3),
            _ => match character_length(character) {
                Some(length) => (false, length),
                None => break,
            },
        };
        if padding > 0 && !is_padding {
            break;
        }
        padding += usize::from(is_padding);
        characters += 1;
        at += length;
    }
    (characters, at, padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "Y2FuYXJ5+2FuYXJ5Y2Fu/XJ5Y2FuYXJ5Y2FuYXJ5Y2E=";

    #[test]
    fn a_signature_is_masked_in_every_form_that_an_echo_may_have() {
        let percent = SIGNATURE
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        let twice = percent.replace('%', "%25");
        let spaced = SIGNATURE.replace('+', " ");
        for text in [
            format!("sv=1&sig={SIGNATURE}&se=2"),
            format!("sv=1&sig={percent}&se=2"),
            format!("sv%3D1%26sig%3D{percent}%26se%3D2"),
            format!("sv%253D1%2526sig%253D{twice}%2526se"),
            format!("sv=1 sig = {SIGNATURE} se"),
            format!("sv=1&sig= {percent}"),
            format!("?sig={spaced}&se=2"),
            format!("sig={spaced} is wrong"),
            format!("{{\"sig\": \"{SIGNATURE}\"}}"),
            format!("sv=1\\u0026sig\\u003d{SIGNATURE}\\u0026se"),
            format!("sv=1&amp;sig={SIGNATURE}&amp;se"),
            format!("Authorization: SharedKey acct:{SIGNATURE}"),
            format!("SharedKey%20acct%3A{percent}"),
        ] {
            let shown = masked(&text);
            assert!(shown.contains(MASKED), "{shown}");
            for piece in ["Y2FuYXJ5", "2FuYXJ5Y2Fu", "XJ5Y2FuY"] {
                assert!(!shown.contains(piece), "{text}: {shown}");
            }
        }
        assert_eq!(masked("sig=ab%2Bc&se=2"), "sig=******&se=2");
        assert_eq!(masked("sig="), "sig=");
        assert!(has_signature("a&sig=b") && !has_signature("a sig b") && !has_signature("sig="));
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "/home/somebody/some/where/very/deep/down/in/a/tree",
            "/data/warehouse/table/partition/region/year=2020/month=01",
            "a.sig: cannot read `b.sig`: it is gone",
            "https://a.blob.core.windows.net/c/d@e",
            "the bearer of this",
            "a b = c",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn passwords_and_tokens_are_masked() {
        assert_eq!(
            masked("GET https://me:canary@host:1/x"),
            "GET https://******@host:1/x"
        );
        let token = "eyJ0.".repeat(20);
        assert_eq!(masked(&format!("Bearer {token}, x")), "Bearer ******, x");
        let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        assert_eq!(
            masked(&format!("AccountKey={key};x")),
            "AccountKey=******;x"
        );
    }
}
