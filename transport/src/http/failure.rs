//! The error of a refusal: status, error code, and a sentence for people.
//!
//! The code comes from the header or, where an old service or a proxy leaves the header out, from
//! the body. The text was written by somebody else: it is shortened, and control characters are
//! escaped, before it can reach a terminal.

use std::fmt::Write as _;
use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::{DATE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::RequestSecrets;
use crate::auth::BearerChallenge;
use crate::service::{Dialect, ServiceError};
use crate::{Error, Kind};

/// The most characters of a service's message that are shown.
const SENTENCE_MAX: usize = 300;

/// The longest text that is accepted as an error code.
const CODE_MAX: usize = 80;

/// The error of an answer other than 2xx. `body` is the part of its body that was read.
///
/// Secrets of the request are masked wherever the answer repeats them.
pub(crate) fn failure(
    dialect: &Dialect,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    secrets: &RequestSecrets,
    now: SystemTime,
) -> Error {
    let text = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.map(|value| secrets.masked_in(value))
    };
    let mut parts = ServiceError::read(dialect.error_formats, body);
    let mut operation = None;
    if dialect.numbers_operations
        && let Some(text) = &parts.message
        && let Some((index, rest)) = split_operation(text)
    {
        operation = Some(index);
        parts.message = Some(rest.to_owned());
    }
    let code = text(dialect.error_code_header.as_str())
        .or(parts.code.map(|code| secrets.masked_in(&code)))
        .filter(|code| is_code(code));
    let mut message = format!("the service answered {status}");
    if let Some(code) = &code {
        let _ = write!(message, " {code}");
    }
    if let Some(to) = headers.get(LOCATION).and_then(|value| value.to_str().ok())
        && (300..400).contains(&status)
    {
        // A redirect is never followed, because the signature or token in the request is for this
        // host only.
        let to = sentence(&secrets.masked_in(to.split(['?', '#']).next().unwrap_or_default()));
        let _ = write!(message, " and points to `{to}`, which is not followed");
    } else if let Some(sent_message) = parts
        .message
        .map(|sent_message| sentence(&secrets.masked_in(&sent_message)))
        && !sent_message.is_empty()
    {
        let _ = write!(message, ": {sent_message}");
    }
    for (name, value) in &parts.details {
        if let Some(value) = shown(name, value, &parts.details) {
            let _ = write!(message, ", {name} `{value}`");
        }
    }
    let header = parts.details.iter().find(|(name, _)| *name == "HeaderName");
    let header = header.map(|(_, value)| sentence(&secrets.masked_in(value)));
    let tenant = text(WWW_AUTHENTICATE.as_str())
        .and_then(|challenge| BearerChallenge::read(&challenge))
        .map(|challenge| challenge.tenant);
    Error::new(Kind::Status(status), secrets.masked_in(&message))
        .answered(
            code,
            text(dialect.request_id_header.as_str()),
            text(DATE.as_str()),
        )
        .about_header(header)
        .of_tenant(tenant)
        .about_operation(operation)
        .after(retry_after_ms(headers, now))
}

/// The index of the operation at the beginning of a message, and the rest of it.
fn split_operation(text: &str) -> Option<(usize, &str)> {
    let (index, rest) = text.split_once(':')?;
    let is_index = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    is_index.then(|| Some((index.parse().ok()?, rest)))?
}

/// `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after_ms(headers: &HeaderMap, now: SystemTime) -> Option<u64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let until = DateTimeParser::new().parse_timestamp(value).ok()?;
    let now = Timestamp::try_from(now).ok()?;
    Some(u64::try_from(until.as_millisecond() - now.as_millisecond()).unwrap_or(0))
}

/// Headers and parameters whose values may be or contain secrets.
const SECRET: [&str; 6] = [
    "authorization",
    "x-ms-copy-source",
    "x-ms-rename-source",
    "x-ms-encryption-key",
    "x-ms-copy-source-authorization",
    "sig",
];

/// A detail as it may be shown: without secrets of the request.
fn shown(name: &str, value: &str, details: &[(&'static str, String)]) -> Option<String> {
    let is_secret = details.iter().any(|(name, value)| {
        name.ends_with("Name")
            && SECRET
                .iter()
                .any(|secret| secret.eq_ignore_ascii_case(value))
    });
    if name.ends_with("Value") && (is_secret || value.contains("sig=")) {
        return Some("****".to_owned());
    }
    Some(sentence(value)).filter(|value| !value.is_empty())
}

fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= CODE_MAX
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The first line of a text, without its full stop, shortened. Characters that move a cursor or
/// change the direction of writing are escaped.
fn sentence(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let line = line.trim_end().trim_end_matches('.');
    let mut shown = String::with_capacity(line.len().min(SENTENCE_MAX));
    for character in line.chars().take(SENTENCE_MAX) {
        if is_harmful(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if line.chars().nth(SENTENCE_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Controls (C0, DEL, C1) and the marks that change the direction of writing.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hyper::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;
    use crate::service::Service;

    fn message(status: u16, body: &str) -> String {
        let headers = HeaderMap::new();
        let error = failure(
            Service::Blob.dialect(),
            status,
            &headers,
            body.as_bytes(),
            &RequestSecrets::default(),
            SystemTime::UNIX_EPOCH,
        );
        error.message().to_owned()
    }

    #[test]
    fn code_and_message_are_found_in_every_dialect() {
        let blob = "<?xml version=\"1.0\"?><Error><Code>InvalidBlockList</Code><Message>Bad &lt;list&gt; &amp; &#x41;.</Message></Error>";
        assert_eq!(
            message(400, blob),
            "the service answered 400 InvalidBlockList: Bad <list> & A"
        );
        let atom = "<m:error xmlns:m=\"http://x\"><m:code>TableNotFound</m:code><m:message xml:lang=\"en-US\">No table.</m:message></m:error>";
        assert_eq!(
            message(404, atom),
            "the service answered 404 TableNotFound: No table"
        );
        let json = r#"{"odata.error":{"code":"EntityTooLarge","message":{"lang":"en-US","value":"Too large.\nRequestId:1"}}}"#;
        assert_eq!(
            message(400, json),
            "the service answered 400 EntityTooLarge: Too large"
        );
        let plain = r#"{"error":{"code":"Busy","message":"Later"}}"#;
        assert_eq!(message(503, plain), "the service answered 503 Busy: Later");
    }

    #[test]
    fn the_operation_of_a_refused_batch_of_entities_is_its_number_and_no_text() {
        let refused = |service: Service, message: &str| {
            let body = format!(
                r#"{{"odata.error":{{"code":"EntityAlreadyExists","message":{{"lang":"en-US","value":"{message}"}}}}}}"#
            );
            let error = failure(
                service.dialect(),
                409,
                &HeaderMap::new(),
                body.as_bytes(),
                &RequestSecrets::default(),
                SystemTime::UNIX_EPOCH,
            );
            (error.operation(), error.message().to_owned())
        };
        let message = |text: &str| format!("the service answered 409 EntityAlreadyExists: {text}");
        for (text, operation, shown) in [
            ("3:It exists.\\nRequestId:1", Some(3), "It exists"),
            ("0:It exists.", Some(0), "It exists"),
            ("It exists: 3", None, "It exists: 3"),
            (":It exists.", None, ":It exists"),
            ("-1:It exists.", None, "-1:It exists"),
        ] {
            assert_eq!(refused(Service::Table, text), (operation, message(shown)));
        }
        let of_blob = refused(Service::Blob, "3:It exists.");
        assert_eq!(of_blob, (None, message("3:It exists")));
    }

    #[test]
    fn what_is_no_error_body_is_left_out() {
        for body in [
            "",
            "  \n",
            "Bad Gateway",
            "<html><body><h1>502</h1></body></html>",
            "<Error><Code>",
            "{\"error\":",
            "{}",
            "<Error><Code>no code at all, but a sentence</Code></Error>",
        ] {
            assert_eq!(message(502, body), "the service answered 502", "{body}");
        }
    }

    #[test]
    fn an_entity_of_the_documents_own_is_not_resolved() {
        let bomb = "<!DOCTYPE e [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><Error><Message>x&b;y</Message></Error>";
        assert_eq!(message(400, bomb), "the service answered 400: xy");
    }

    #[test]
    fn nothing_that_moves_a_cursor_or_turns_the_text_gets_through() {
        assert_eq!(
            sentence("\u{1b}[2Jgone\u{7} \u{202e}txt.exe \u{9b}1m"),
            "\\u{1b}[2Jgone\\u{7} \\u{202e}txt.exe \\u{9b}1m"
        );
        assert_eq!(sentence(&"é".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn a_retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_708);
        let wish = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            retry_after_ms(&headers, now)
        };
        assert_eq!(wish("120"), Some(120_000));
        assert_eq!(wish("Sun, 22 Nov 2026 12:00:05 GMT"), Some(5_000));
        assert_eq!(wish("Sun, 22 Nov 2026 11:00:00 GMT"), Some(0));
        assert_eq!(wish("18446744073709551615"), Some(u64::MAX));
        assert_eq!(wish("soon"), None);
        assert_eq!(wish("-1"), None);
    }

    proptest! {
        #[test]
        fn any_body_at_all_makes_a_short_harmless_line(
            body in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..400),
                "[<>/&;{}:\"A-Ca-c\\x00-\\x1f Codemsag]{0,400}".prop_map(String::into_bytes),
                "\\PC{0,400}".prop_map(|text| format!("<Error><Message>{text}</Message></Error>").into_bytes()),
            ]
        ) {
            let error = failure(Service::Blob.dialect(), 400, &HeaderMap::new(), &body, &RequestSecrets::default(), SystemTime::UNIX_EPOCH);
            // An escape is at most ten characters long.
            prop_assert!(error.message().chars().count() < 10 * SENTENCE_MAX + 200);
            prop_assert!(!error.message().chars().any(is_harmful));
        }
    }
}
