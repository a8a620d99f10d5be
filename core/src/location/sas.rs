//! Shared access signatures, as typed: behind the `?` of a URL or as an option of their own. `parse` hands the text
//! over and gets the credential's form of it back. Whether a token is valid, the service decides.
//! <https://learn.microsoft.com/rest/api/storageservices/delegate-access-with-shared-access-signature>

use azring_transport::auth::Secret;

use super::encoding::{RESERVED, decode_bytes, encode_into};
use crate::{Error, Result};

/// Query parameters of the REST interface that are no part of a token: behind a location they ask for something that
/// a copy cannot do, and they would contradict what a request says itself.
const NOT_OF_A_TOKEN: [&str; 13] = [
    "blockid",
    "blocklisttype",
    "comp",
    "delimiter",
    "include",
    "marker",
    "maxresults",
    "prefix",
    "restype",
    "sharesnapshot",
    "snapshot",
    "timeout",
    "versionid",
];

/// Reads a token, with or without its leading `?`. `None` when there is nothing.
///
/// Every value is decoded and encoded again, so that a token that lost its escapes on the way (`sig=a+b/c=`) works too.
/// Errors name the field, never its value.
pub(super) fn read(text: &str) -> Result<Option<Secret<String>>> {
    let text = text.trim();
    let text = text.strip_prefix('?').unwrap_or(text);
    if text.is_empty() {
        return Ok(None);
    }
    let mut has_signature = false;
    // Encoding makes at most three bytes of one: the text never moves, which would leave a copy in freed memory.
    let mut query = String::with_capacity(text.len() * 3);
    for field in text.split('&').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        check_name(name)?;
        has_signature |= name == "sig" && !value.is_empty();
        append(&mut query, name, value)?;
    }
    if !has_signature {
        return Err(not_a_token("it has no `sig`"));
    }
    Ok(Some(Secret::new(query)))
}

/// Refuses what no token contains. A name is shown only if it cannot be a piece of a secret.
fn check_name(name: &str) -> Result<()> {
    if NOT_OF_A_TOKEN.contains(&name) {
        return Err(Error::Usage(format!(
            "`{name}` in the query of a location is not supported: give the plain URL, with a shared access signature or without"
        )));
    }
    if name.is_empty() || name.len() > 8 || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(not_a_token("it does not consist of `name=value` fields"));
    }
    Ok(())
}

/// Appends one field, its value decoded and encoded again.
fn append(query: &mut String, name: &str, value: &str) -> Result<()> {
    let value = decode_bytes(value)
        .map_err(|_| not_a_token(&format!("its field `{name}` is not percent-encoded")))?;
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    encode_into(query, &value, RESERVED);
    Ok(())
}

fn not_a_token(why: &str) -> Error {
    Error::Usage(format!(
        "the query or token given is not a shared access signature: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> String {
        read(text).unwrap().unwrap().expose().clone()
    }

    #[test]
    fn a_token_keeps_its_fields_and_loses_the_question_mark() {
        assert_eq!(
            query("?sv=2019-02-02&sp=rl&sig=a%2Bb%2fc%3D"),
            "sv=2019-02-02&sp=rl&sig=a%2Bb%2Fc%3D"
        );
    }

    #[test]
    fn a_token_that_lost_its_escapes_gets_them_back() {
        assert_eq!(
            query("se=2030-01-01T00:00:00+01:00&sig=a+b/c="),
            "se=2030-01-01T00%3A00%3A00%2B01%3A00&sig=a%2Bb%2Fc%3D"
        );
    }

    #[test]
    fn an_old_token_without_a_version_is_a_token() {
        assert_eq!(query("sr=c&si=policy&sig=x"), "sr=c&si=policy&sig=x");
    }

    #[test]
    fn nothing_is_no_token() {
        assert!(read("?").unwrap().is_none());
        assert!(read("").unwrap().is_none());
    }

    #[test]
    fn a_query_that_is_no_token_is_refused_by_name() {
        let error = read("snapshot=2020-01-01T00:00:00.0000000Z&sig=x")
            .unwrap_err()
            .to_string();
        assert!(error.contains("`snapshot`"), "{error}");
        assert!(
            read("sv=2019-02-02&sp=rl")
                .unwrap_err()
                .to_string()
                .contains("`sig`")
        );
    }

    #[test]
    fn a_key_given_for_a_token_is_not_shown() {
        let key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        let error = read(key).unwrap_err().to_string();
        assert!(!error.contains("Eby8"), "{error}");
        let error = read("canarycanarycanary=%zz").unwrap_err().to_string();
        assert!(!error.contains("canary"), "{error}");
    }
}
