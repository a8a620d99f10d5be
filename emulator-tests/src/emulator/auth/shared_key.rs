//! `SharedKey`: the request signed with the account's key.
//! <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>

use std::collections::BTreeMap;

use super::{AuthorizationInput, Grant, SKEW_SECONDS};
use crate::emulator::clock::Moment;
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::version::ApiVersion;

/// Headers of the string-to-sign between the method and the `x-ms-` ones. `Date` is empty when
/// `x-ms-date` is given.
const SIGNED_HEADERS: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Checks `account:signature`.
pub(super) fn check(input: &AuthorizationInput<'_>, credential: &str) -> ServiceResult<Grant> {
    check_credential(input, credential, &string_to_sign(input))?;
    Ok(Grant::Key("SharedKey"))
}

/// Compares a signature and then the date: a wrong signature is reported as one whatever the date
/// says.
pub(super) fn check_credential(
    input: &AuthorizationInput<'_>,
    credential: &str,
    string_to_sign: &str,
) -> ServiceResult<()> {
    let (account, signature) = credential
        .trim()
        .split_once(':')
        .ok_or_else(super::invalid_authorization)?;
    let is_signed = |key: &Vec<u8>| {
        digest::same(
            &digest::hmac_sha256(key, string_to_sign.as_bytes()),
            signature,
        )
    };
    let same_account =
        account.strip_suffix("-secondary").unwrap_or(account) == input.address.account;
    if !same_account || !input.keys.iter().any(is_signed) {
        let shown = string_to_sign.replace('\n', "\\n");
        return Err(Refusal::authentication_failed(format!(
            "The MAC signature found in the HTTP request is not the same as any computed signature. Server used following string to sign: '{shown}'."
        )));
    }
    check_date(input)
}

fn check_date(input: &AuthorizationInput<'_>) -> ServiceResult<()> {
    let text = input
        .head
        .header("x-ms-date")
        .or_else(|| input.head.header("date"));
    let date = text.and_then(Moment::parse_rfc1123).ok_or_else(|| {
        Refusal::authentication_failed("The Date header in the request is missing or incorrect.")
    })?;
    if date.seconds().abs_diff(input.now.seconds()) > SKEW_SECONDS {
        return Err(Refusal::authentication_failed(format!(
            "Request date header too old or too new: '{}'.",
            text.unwrap_or_default()
        )));
    }
    Ok(())
}

fn string_to_sign(input: &AuthorizationInput<'_>) -> String {
    let head = input.head;
    let mut text = String::with_capacity(512);
    text.push_str(head.method());
    for name in SIGNED_HEADERS {
        text.push('\n');
        let value = head.header_or_empty(name);
        match name {
            "date" if head.header("x-ms-date").is_some() => {}
            // Since 2015-02-21 an empty body is signed as an empty field.
            "content-length" if value == "0" && input.version >= ApiVersion::new(2015, 2, 21) => {}
            _ => text.push_str(value),
        }
    }
    text.push('\n');
    push_canonical_headers(input, &mut text);
    push_canonical_resource(input, &mut text);
    text
}

/// `name:value` lines of the `x-ms-` headers, names in lower case and sorted.
pub(super) fn push_canonical_headers(input: &AuthorizationInput<'_>, text: &mut String) {
    let mut lines: Vec<(String, &str)> = input
        .head
        .headers()
        .filter(|(name, _)| {
            name.get(..5)
                .is_some_and(|start| start.eq_ignore_ascii_case("x-ms-"))
        })
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim()))
        .collect();
    lines.sort();
    for (name, value) in lines {
        text.push_str(&name);
        text.push(':');
        text.push_str(value);
        text.push('\n');
    }
}

/// `/account/raw/path` and the decoded query, names in lower case and sorted, values of one name
/// joined by commas.
fn push_canonical_resource(input: &AuthorizationInput<'_>, text: &mut String) {
    text.push('/');
    text.push_str(&input.address.account);
    text.push_str(input.head.raw_path());
    let mut values: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in input.query.pairs() {
        values
            .entry(name.to_ascii_lowercase())
            .or_default()
            .push(value);
    }
    for (name, mut all) in values {
        all.sort_unstable();
        text.push('\n');
        text.push_str(&name);
        text.push(':');
        text.push_str(&all.join(","));
    }
}
