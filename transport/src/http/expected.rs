//! The conditions that an answer must meet to belong to its request.
//!
//! A cache, a proxy or a broken service can answer another question: another range, another version
//! of the object, another client's request. Such an answer is well-formed, so it is compared with
//! the request before its body is used. This module does not know which operation the request is
//! about.

use hyper::HeaderMap;
use hyper::header::{CONTENT_RANGE, ETAG, HeaderValue, IF_MATCH};

use super::Request;
use crate::service::Dialect;
use crate::{Error, Kind, Result};

/// The conditions of a successful answer. The default accepts any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// Its status; `None`: any of 2xx, or what [`content`](Self::content) allows.
    pub status: Option<u16>,
    /// The bytes of an object that the answer holds; `None` where it holds something else.
    pub content: Option<ContentRange>,
    /// Its `ETag` must be the version in the request's `If-Match`. A cache may ignore `If-Match`.
    pub same_version: bool,
    /// The header in which the request sends a checksum of its body. A service that answers with
    /// another value has stored other bytes.
    pub checksum: Option<&'static str>,
    /// The operations of an entity group transaction, whose answer has a success for each of them, or one
    /// refusal. A refusal is then an error like that of any other request (`http/changeset.rs`).
    pub operations: Option<usize>,
}

/// A range of an object's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte.
    pub first: u64,
    /// The last byte, which is not before the first.
    pub last: u64,
    /// The length of the whole object, where it is known.
    pub object_bytes: Option<u64>,
}

impl Expected {
    /// Any answer with this status.
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// Compares a successful answer with its request. `body_bytes` is the length of its body, where
    /// the head says it.
    ///
    /// Fails with [`Kind::Changed`] when the answer is about another version of the object, and
    /// with [`Kind::Mismatch`] when it otherwise belongs to another request.
    pub(crate) fn check(
        &self,
        request: &Request,
        status: u16,
        headers: &HeaderMap,
        body_bytes: Option<u64>,
    ) -> Result<()> {
        if let Some(expected) = self.status
            && status != expected
        {
            return Err(mismatch(format_args!(
                "it answered {status} where only {expected} means success"
            )));
        }
        if let Some(pinned) = &request.pinned_version {
            check_version(pinned, headers)?;
        } else if self.same_version {
            let asked = request.header_value(IF_MATCH.as_str());
            check_version(asked.unwrap_or_default(), headers)?;
        }
        if let Some(name) = self.checksum {
            check_checksum(name, request, headers)?;
        }
        match &self.content {
            Some(content) => content.check(status, headers, body_bytes),
            None => Ok(()),
        }
    }
}

impl ContentRange {
    fn check(&self, status: u16, headers: &HeaderMap, body_bytes: Option<u64>) -> Result<()> {
        match status {
            206 => {}
            200 if self.is_whole(body_bytes) => return Ok(()),
            _ => {
                return Err(mismatch(format_args!(
                    "it answered {status} where bytes {}-{} were asked for",
                    self.first, self.last
                )));
            }
        }
        let answered = headers.get(CONTENT_RANGE);
        let answered = answered.and_then(|value| value.to_str().ok()).unwrap_or("");
        let Some(ContentRange {
            first,
            last,
            object_bytes: Some(total),
        }) = content_range(answered)
        else {
            return Err(self.other_range(answered));
        };
        if let Some(object_bytes) = self.object_bytes
            && total != object_bytes
        {
            return Err(Error::new(
                Kind::Changed,
                format!("it has {total} bytes now, and had {object_bytes} when it was listed"),
            ));
        }
        // An object of unknown length may end before the range does (RFC 9110, 14.1.2).
        let ends_early = self.object_bytes.is_none() && last < self.last && last + 1 == total;
        if first != self.first || (last != self.last && !ends_early) {
            return Err(self.other_range(answered));
        }
        Ok(())
    }

    /// Whether the range is the whole object: an answer that ignores the range has the same bytes.
    fn is_whole(&self, body_bytes: Option<u64>) -> bool {
        let all = self.last.checked_add(1);
        self.first == 0
            && self.object_bytes == all
            && body_bytes.is_none_or(|bytes| all == Some(bytes))
    }

    fn other_range(&self, answered: &str) -> Error {
        let of = self
            .object_bytes
            .map_or_else(|| "*".to_owned(), |bytes| bytes.to_string());
        mismatch(format_args!(
            "it answered with the range `{}` where `bytes {}-{}/{of}` was asked for",
            shown(answered),
            self.first,
            self.last
        ))
    }
}

/// Reads `Content-Range`: `bytes 0-511/1024`. `None` for anything else, also for ranges that end
/// before they begin or after the object.
pub fn content_range(text: &str) -> Option<ContentRange> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total) = (number(first)?, number(last)?, number(total)?);
    (first <= last && last < total).then_some(ContentRange {
        first,
        last,
        object_bytes: Some(total),
    })
}

/// Digits only: no sign, no space.
fn number(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

fn check_version(asked: &str, headers: &HeaderMap) -> Result<()> {
    let answered = headers.get(ETAG).and_then(|value| value.to_str().ok());
    match answered {
        Some(answered) if opaque(answered) == opaque(asked) => Ok(()),
        Some(answered) => Err(Error::new(
            Kind::Changed,
            format!(
                "version `{}` was sent where `{}` was asked for",
                shown(answered),
                shown(asked)
            ),
        )),
        None => Err(mismatch(
            "its answer does not say which version of the object it holds",
        )),
    }
}

/// The tag without its strength (RFC 9110, 8.8.3): a weakened tag means the same version.
fn opaque(tag: &str) -> &str {
    tag.trim_start_matches("W/").trim_matches('"')
}

fn check_checksum(name: &'static str, request: &Request, headers: &HeaderMap) -> Result<()> {
    let answered = headers.get(name).and_then(|value| value.to_str().ok());
    match (answered, request.header_value(name)) {
        (Some(answered), Some(sent)) if answered != sent => Err(mismatch(format_args!(
            "its answer has the `{name}` of other bytes than were sent"
        ))),
        _ => Ok(()),
    }
}

/// Compares the request's id with the one that the answer repeats. `must_echo`: this service
/// repeated others before on this connection; Azure does so in every answer since version
/// 2019-02-02.
///
/// Returns whether the answer repeats the id. Fails with [`Kind::Mismatch`] when it belongs to
/// another request.
pub(crate) fn check_echo(
    dialect: &Dialect,
    id: &HeaderValue,
    headers: &HeaderMap,
    must_echo: bool,
) -> Result<bool> {
    let header = &dialect.client_request_id_header;
    match headers.get(header) {
        Some(echo) if echo == id => Ok(true),
        Some(_) => Err(mismatch(format_args!(
            "its answer has the `{header}` of another request"
        ))),
        None if must_echo => Err(mismatch(format_args!(
            "its answer has no `{header}`, unlike those before it on this connection"
        ))),
        None => Ok(false),
    }
}

/// Checks an answer that repeats no id of a request: the service gives each of its answers another
/// id, so an answer with that of the answer `before` on this connection is this one again, and
/// came too late to be seen before the request was sent.
///
/// Fails with [`Kind::Mismatch`].
pub(crate) fn check_request_id(
    dialect: &Dialect,
    before: Option<&HeaderValue>,
    headers: &HeaderMap,
) -> Result<()> {
    let header = &dialect.request_id_header;
    match (headers.get(header), before) {
        (Some(answered), Some(before)) if answered == before => Err(mismatch(format_args!(
            "its answer has the `{header}` of the one before it on this connection"
        ))),
        _ => Ok(()),
    }
}

fn mismatch(how: impl std::fmt::Display) -> Error {
    let message =
        format!("the service, or a cache before it, gave the answer to another request: {how}");
    Error::new(Kind::Mismatch, message)
}

/// Text of somebody else, shortened and without control characters.
fn shown(text: &str) -> String {
    text.chars()
        .take(80)
        .filter(|character| !character.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hyper::Method;
    use hyper::header::HeaderName;

    use super::*;
    use crate::auth::Credential;
    use crate::http::{Account, Endpoint, Scheme};
    use crate::service::Service;

    fn request() -> Request {
        let endpoint = Endpoint {
            scheme: Scheme::Http,
            host: "h".into(),
            port: 80,
        };
        let credential = Credential::Anonymous;
        let account = Arc::new(Account::new(Service::Blob, endpoint, credential));
        Request::new(Method::GET, &account, "/")
            .header("if-match", "\"0x1\"")
            .header("content-md5", "sum")
    }

    fn range(first: u64, last: u64, object_bytes: Option<u64>) -> Expected {
        Expected {
            content: Some(ContentRange {
                first,
                last,
                object_bytes,
            }),
            ..Expected::default()
        }
    }

    /// The kind of the check's error, or `None` for success.
    fn kind(
        expected: Expected,
        status: u16,
        headers: &[(&'static str, &'static str)],
        body_bytes: u64,
    ) -> Option<Kind> {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        let headers: HeaderMap = headers.iter().map(pair).collect();
        expected
            .check(&request(), status, &headers, Some(body_bytes))
            .err()
            .map(|error| error.kind())
    }

    #[test]
    fn only_the_range_that_was_asked_for_is_its_answer() {
        let asked = range(4, 7, Some(20));
        let answered = |text| kind(asked, 206, &[("content-range", text)], 4);
        assert_eq!(answered("bytes 4-7/20"), None);
        for other in [
            "bytes 5-8/20",
            "bytes 4-6/20",
            "bytes 4-8/20",
            "bytes 4-7/*",
            // An emulator answered so.
            "bytes 0--1/0",
            "bytes 8-7/20",
            "bytes */20",
            "bytes +4-7/20",
            "4-7/20",
            "",
        ] {
            assert_eq!(answered(other), Some(Kind::Mismatch), "{other}");
        }
        assert_eq!(answered("bytes 4-7/21"), Some(Kind::Changed));
        assert_eq!(answered("bytes 4-5/6"), Some(Kind::Changed));
        assert_eq!(kind(asked, 206, &[], 4), Some(Kind::Mismatch));
    }

    #[test]
    fn all_of_an_object_answers_only_the_question_for_all_of_it() {
        assert_eq!(kind(range(0, 19, Some(20)), 200, &[], 20), None);
        for (asked, bytes) in [
            (range(0, 19, Some(20)), 21),
            (range(0, 19, Some(21)), 20),
            (range(0, 19, None), 20),
            (range(1, 19, Some(20)), 19),
        ] {
            assert_eq!(kind(asked, 200, &[], bytes), Some(Kind::Mismatch));
        }
        assert_eq!(
            kind(range(0, 19, Some(20)), 201, &[], 20),
            Some(Kind::Mismatch)
        );
    }

    #[test]
    fn a_range_may_end_with_an_object_of_unknown_length() {
        let asked = range(4, 7, None);
        let answered = |text| kind(asked, 206, &[("content-range", text)], 4);
        assert_eq!(answered("bytes 4-7/20"), None);
        assert_eq!(answered("bytes 4-5/6"), None);
        assert_eq!(answered("bytes 4-5/7"), Some(Kind::Mismatch));
    }

    #[test]
    fn another_version_or_none_is_not_the_one_that_was_asked_for() {
        let asked = Expected {
            same_version: true,
            ..Expected::default()
        };
        for same in ["\"0x1\"", "0x1", "W/\"0x1\""] {
            assert_eq!(kind(asked, 200, &[("etag", same)], 0), None, "{same}");
        }
        assert_eq!(
            kind(asked, 200, &[("etag", "\"0x2\"")], 0),
            Some(Kind::Changed)
        );
        assert_eq!(kind(asked, 200, &[], 0), Some(Kind::Mismatch));
    }

    #[test]
    fn a_pinned_version_is_compared_without_a_condition() {
        let account = Arc::clone(&request().account);
        let request = Request::new(Method::GET, &account, "/s/f").pin_version("\"0x1\"");
        let kind = |etag: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ETAG, HeaderValue::from_static(etag));
            let checked = request.expected.check(&request, 200, &headers, None);
            checked.err().map(|error| error.kind())
        };
        assert_eq!(kind("\"0x1\""), None);
        assert_eq!(kind("\"0x2\""), Some(Kind::Changed));
        assert!(request.headers.is_empty());
    }

    #[test]
    fn a_status_or_a_checksum_of_something_else_is_no_success() {
        let created = Expected::status(201);
        assert_eq!(kind(created, 201, &[], 0), None);
        assert_eq!(kind(created, 200, &[], 0), Some(Kind::Mismatch));
        let summed = Expected {
            checksum: Some("content-md5"),
            ..created
        };
        assert_eq!(kind(summed, 201, &[], 0), None);
        assert_eq!(kind(summed, 201, &[("content-md5", "sum")], 0), None);
        let other = [("content-md5", "other")];
        assert_eq!(kind(summed, 201, &other, 0), Some(Kind::Mismatch));
    }

    #[test]
    fn the_name_of_another_request_is_never_accepted_and_none_only_at_first() {
        let dialect = Service::Blob.dialect();
        let id = HeaderValue::from_static("1");
        let echo = |answered: Option<&'static str>| -> HeaderMap {
            let answered = answered.map(HeaderValue::from_static);
            answered
                .map(|answered| (dialect.client_request_id_header.clone(), answered))
                .into_iter()
                .collect()
        };
        assert!(check_echo(dialect, &id, &echo(Some("1")), true).unwrap());
        assert!(!check_echo(dialect, &id, &echo(None), false).unwrap());
        for (answered, must_echo) in [(Some("2"), false), (Some("2"), true), (None, true)] {
            let error = check_echo(dialect, &id, &echo(answered), must_echo).unwrap_err();
            assert_eq!(error.kind(), Kind::Mismatch);
        }
    }

    #[test]
    fn an_answer_with_the_service_s_id_of_the_one_before_it_is_not_accepted() {
        let dialect = Service::Blob.dialect();
        let headers = |id: &'static str| -> HeaderMap {
            [(
                dialect.request_id_header.clone(),
                HeaderValue::from_static(id),
            )]
            .into_iter()
            .collect()
        };
        let before = HeaderValue::from_static("1");
        let error = check_request_id(dialect, Some(&before), &headers("1")).unwrap_err();
        assert_eq!(error.kind(), Kind::Mismatch);
        check_request_id(dialect, Some(&before), &headers("2")).unwrap();
        check_request_id(dialect, None, &headers("1")).unwrap();
        check_request_id(dialect, Some(&before), &HeaderMap::new()).unwrap();
    }
}
