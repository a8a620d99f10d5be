//! Signatures with an account's key: of one request, and of an account SAS.
//!
//! Follows <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>,
//! written apart from azring's own signing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::utf8_percent_encode;
use sha2::Sha256;

use super::QUERY;
use super::http::Request;
use crate::account::Account;

/// The headers whose values alone are in the string to sign, in this order, after the verb.
const STANDARD_HEADERS: [&str; 11] = [
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

/// The `Authorization` header of `request`, which has `x-ms-date` and `x-ms-version` already.
pub(super) fn authorization(account: &Account, request: &Request) -> String {
    let signature = sign(account, &string_to_sign(account.name(), request));
    format!("SharedKey {}:{signature}", account.name())
}

/// The time in the format of `x-ms-date`.
pub(super) fn now_as_http_date() -> String {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&Timestamp::now())
        .expect("this year has four digits")
}

/// The query string of an account SAS for some services (`b`, `f`), from now for a day.
pub(super) fn account_sas(account: &Account, services: &str, types: &str, rights: &str) -> String {
    let end = Timestamp::now() + SignedDuration::from_hours(24);
    let end = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let version = "2022-11-02";
    // Name, rights, services, types, start, end, addresses, protocols, version, encryption scope:
    // one line each.
    let text = format!(
        "{}\n{rights}\n{services}\n{types}\n\n{end}\n\n\n{version}\n\n",
        account.name()
    );
    let signature = sign(account, &text);
    format!(
        "sv={version}&ss={services}&srt={types}&sp={rights}&se={}&sig={}",
        utf8_percent_encode(&end, QUERY),
        utf8_percent_encode(&signature, QUERY)
    )
}

/// The query string of a table SAS, from now for a day. `range` is the first key and the last, each of a
/// partition and a row. Signed as
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas> says.
pub(super) fn table_sas(
    account: &Account,
    table: &str,
    rights: &str,
    range: Option<[(&str, &str); 2]>,
) -> String {
    let end = Timestamp::now() + SignedDuration::from_hours(24);
    let end = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let version = "2019-02-02";
    let [(first, first_row), (last, last_row)] = range.unwrap_or_default();
    // Rights, start, end, resource, policy, addresses, protocols, version, range: one line each.
    let text = format!(
        "{rights}\n\n{end}\n/table/{}/{}\n\n\n\n{version}\n{first}\n{first_row}\n{last}\n{last_row}",
        account.name(),
        table.to_lowercase()
    );
    let signature = sign(account, &text);
    let fields = [
        ("sv", version),
        ("tn", table),
        ("sp", rights),
        ("se", &end),
        ("spk", first),
        ("srk", first_row),
        ("epk", last),
        ("erk", last_row),
        ("sig", &signature),
    ];
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<String> = given
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)))
        .collect();
    fields.join("&")
}

/// The `Authorization` header of a request to the table service, by `SharedKeyLite`.
pub(super) fn lite_authorization(account: &Account, date: &str, request: &Request) -> String {
    let text = format!("{date}\n/{}{}", account.name(), request.path);
    let signature = sign(account, &text);
    format!("SharedKeyLite {}:{signature}", account.name())
}

fn sign(account: &Account, text: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(account.key()).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn string_to_sign(account: &str, request: &Request) -> String {
    let mut headers: BTreeMap<String, &str> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
        .collect();
    let length = request.body.len().to_string();
    if !request.body.is_empty() {
        headers.insert("content-length".to_owned(), &length);
    }
    let mut text = request.method.to_owned();
    for name in STANDARD_HEADERS {
        text += "\n";
        text += headers.get(name).unwrap_or(&"");
    }
    for (name, value) in headers.range("x-ms-".to_owned()..) {
        if name.starts_with("x-ms-") {
            write!(text, "\n{name}:{value}").expect("a string grows");
        }
    }
    write!(text, "\n/{account}{}", request.path).expect("a string grows");
    let query: BTreeMap<_, _> = request
        .query
        .iter()
        .map(|(name, value)| (name, value))
        .collect();
    for (name, value) in query {
        write!(text, "\n{name}:{value}").expect("a string grows");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_to_sign_has_the_documented_shape() {
        let query = [("restype", "container"), ("comp", "list")];
        let mut request = Request::new("GET", "/acct2/cont".to_owned(), &query, Vec::new());
        request.header("x-ms-version", "2021-12-02");
        request.header("x-ms-date", "Sun, 22 Nov 2026 10:00:00 GMT");
        assert_eq!(
            string_to_sign("acct2", &request),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Sun, 22 Nov 2026 10:00:00 GMT\nx-ms-version:2021-12-02\n\
             /acct2/acct2/cont\ncomp:list\nrestype:container"
        );
    }
}
