//! From a request as it is meant to the request as it is sent: target encoded, headers complete, signed.
//!
//! It is done anew for each attempt, because a signature lives for fifteen minutes and a retried request may be older.
//! Everything is encoded once, here, and signed from what was encoded.

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::body::Body;
use super::header_case::CasedNames;
use super::{Account, Request};
use crate::auth::{Authorization, SignedParts};
use crate::{Error, Kind, Result};

/// Everything but the characters that RFC 3986 (2.3) never needs encoded.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// What stands on every request of one client.
#[derive(Debug)]
pub(crate) struct CommonHeaders {
    user_agent: HeaderValue,
    /// The last second that a request was dated in, and its text.
    date: RefCell<(u64, HeaderValue)>,
    /// The account that was asked last, and its `Host`.
    host: RefCell<Option<(Arc<Account>, HeaderValue)>>,
    random: RandomState,
    requests: RefCell<u64>,
}

impl CommonHeaders {
    pub(crate) fn new(user_agent: &str) -> Result<Self> {
        Ok(Self {
            user_agent: plain("user-agent", user_agent)?,
            date: RefCell::new((u64::MAX, HeaderValue::from_static(""))),
            host: RefCell::default(),
            random: RandomState::new(),
            requests: RefCell::new(0),
        })
    }

    /// A name for one request, the same in all of its attempts: a random UUID, cheaply made.
    pub(crate) fn request_id(&self) -> HeaderValue {
        let high = self.next_random();
        let low = self.next_random();
        // Version 4 and variant 1 in their places (RFC 9562, 5.4).
        let high = high & !0xf000 | 0x4000;
        let low = low & !(0b11 << 62) | 0b10 << 62;
        let digits = [high, low].map(u64::to_be_bytes);
        let mut text = [b'-'; 36];
        let mut at = 0;
        for byte in digits.as_flattened() {
            if let 8 | 13 | 18 | 23 = at {
                at += 1;
            }
            text[at] = DIGITS[usize::from(byte >> 4)];
            text[at + 1] = DIGITS[usize::from(byte & 15)];
            at += 2;
        }
        HeaderValue::from_bytes(&text).expect("digits and hyphens are plain text")
    }

    /// A random number between 0 and 1.
    pub(crate) fn draw(&self) -> f64 {
        (self.next_random() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A keyed hash of a counter, the key random per client. Good enough for names and jitter, not for secrets.
    fn next_random(&self) -> u64 {
        let mut requests = self.requests.borrow_mut();
        *requests += 1;
        self.random.hash_one(*requests)
    }

    /// The `Host` of this account: a run asks one or two.
    fn host(&self, account: &Arc<Account>) -> Result<HeaderValue> {
        let mut last = self.host.borrow_mut();
        if let Some((of, host)) = &*last
            && Arc::ptr_eq(of, account)
        {
            return Ok(host.clone());
        }
        let host = plain("host", &account.endpoint.authority())?;
        *last = Some((Arc::clone(account), host.clone()));
        Ok(host)
    }

    /// The time as headers tell it (RFC 9110, 5.6.7), formatted once a second.
    fn date(&self, now: SystemTime) -> Result<HeaderValue> {
        let second = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let mut last = self.date.borrow_mut();
        if last.0 != second {
            let wrong = |error| {
                let told = format!("this machine's clock is beyond all dates: {error}");
                Error::new(Kind::Invalid, told)
            };
            let time = Timestamp::from_second(second as i64).map_err(wrong)?;
            let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
            *last = (second, plain("x-ms-date", &text.map_err(wrong)?)?);
        }
        Ok(last.1.clone())
    }
}

/// The request as it is sent at `now`. Fails only when it holds what HTTP cannot carry.
pub(crate) fn compose(
    request: &Request,
    authorization: &Authorization<'_>,
    common_headers: &CommonHeaders,
    request_id: &HeaderValue,
    now: SystemTime,
) -> Result<hyper::Request<Body>> {
    let dialect = request.account.service.dialect();
    let version = request.account.capabilities.version();
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 8);
    headers.insert(header::HOST, common_headers.host(&request.account)?);
    headers.insert(header::USER_AGENT, common_headers.user_agent.clone());
    headers.insert(&dialect.version_header, dialect.version_value(version));
    headers.insert(&dialect.client_request_id_header, request_id.clone());
    let mut spelled = Vec::new();
    for (name, value) in &request.headers {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            let told = format!("`{}` cannot be a header's name", name.escape_debug());
            Error::new(Kind::Invalid, told)
        })?;
        headers.insert(key, plain(name, value)?);
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            spelled.push(name.to_string());
        }
    }
    if request.payload.bytes() > 0 || has_length(&request.method) {
        headers.insert(header::CONTENT_LENGTH, request.payload.bytes().into());
    }
    let mut target = target(&request.path, &request.query);
    if authorization.own.needs_date() {
        headers.insert(&dialect.date_header, common_headers.date(now)?);
    }
    let parts = SignedParts {
        method: &request.method,
        path: &request.path,
        query: &request.query,
    };
    authorization.add_to(dialect, parts, &mut headers, &mut target);
    let mut composed = hyper::Request::new(Body::from(request.payload.clone()));
    *composed.method_mut() = request.method.clone();
    *composed.uri_mut() = uri(target, &request.path)?;
    *composed.headers_mut() = headers;
    if !spelled.is_empty() {
        composed.extensions_mut().insert(CasedNames(spelled));
    }
    Ok(composed)
}

/// Methods whose requests say how long their body is even when there is none (RFC 9110, 8.6).
fn has_length(method: &hyper::Method) -> bool {
    !matches!(
        *method,
        hyper::Method::GET | hyper::Method::HEAD | hyper::Method::DELETE
    )
}

/// Path and query, the query's values encoded so that neither a second `=` nor a bare name can occur.
fn target(path: &str, query: &[(&'static str, String)]) -> String {
    let mut target = String::with_capacity(path.len() + 64);
    target.push_str(path);
    let mut mark = '?';
    for (name, value) in query {
        target.push(mark);
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, QUERY));
        mark = '&';
    }
    target
}

/// The target as hyper's type, which is checked to write exactly what was signed. Errors show the path alone: the query
/// may hold a signature.
fn uri(target: String, path: &str) -> Result<Uri> {
    let bytes = target.len();
    Uri::from_maybe_shared(bytes::Bytes::from(target))
        .ok()
        .filter(|uri| uri.authority().is_none())
        .filter(|uri| uri.path_and_query().map_or(0, |all| all.as_str().len()) == bytes)
        .ok_or_else(|| {
            let told = format!("`{}` cannot be a request's path", path.escape_debug());
            Error::new(Kind::Invalid, told)
        })
}

/// A header's value: visible ASCII, no space around it. What the other side would strip or refuse is not sent.
fn plain(name: &str, value: &str) -> Result<HeaderValue> {
    let value = value.trim_matches([' ', '\t']);
    HeaderValue::from_str(value)
        .ok()
        .filter(|_| value.is_ascii())
        .ok_or_else(|| {
            let told =
                format!("the value of the header `{name}` has characters that HTTP cannot carry");
            Error::new(Kind::Invalid, told)
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;
    use crate::auth::Credential;
    use crate::http::{Endpoint, Scheme};
    use crate::service::Service;

    fn common_headers() -> CommonHeaders {
        CommonHeaders::new("azring/0").unwrap()
    }

    #[test]
    fn every_request_has_a_name_of_its_own() {
        let common_headers = common_headers();
        let ids: HashSet<String> = (0..10_000)
            .map(|_| common_headers.request_id().to_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), 10_000);
        let well_formed = |id: &String| {
            let hyphens = [8, 13, 18, 23].iter().all(|at| id.as_bytes()[*at] == b'-');
            let digits = id.bytes().filter(u8::is_ascii_hexdigit).count() == 32;
            hyphens && digits && &id[14..15] == "4" && "89ab".contains(&id[19..20])
        };
        assert!(ids.iter().all(well_formed));
    }

    #[test]
    fn every_account_is_asked_by_its_own_host() {
        let account = |host: &str| {
            let endpoint = Endpoint {
                scheme: Scheme::Http,
                host: host.into(),
                port: 80,
            };
            Arc::new(Account::new(Service::Blob, endpoint, Credential::Anonymous))
        };
        let (common_headers, one, other) = (common_headers(), account("one"), account("other"));
        for (account, host) in [
            (&one, "one"),
            (&one, "one"),
            (&other, "other"),
            (&one, "one"),
        ] {
            assert_eq!(common_headers.host(account).unwrap(), host);
        }
    }

    #[test]
    fn draws_lie_between_zero_and_one_and_spread() {
        let common_headers = common_headers();
        let draws: Vec<f64> = (0..1000).map(|_| common_headers.draw()).collect();
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        assert!(draws.iter().any(|draw| *draw < 0.2) && draws.iter().any(|draw| *draw > 0.8));
    }

    #[test]
    fn the_date_follows_the_clock() {
        let common_headers = common_headers();
        let at = |ms| common_headers.date(UNIX_EPOCH + Duration::from_millis(ms));
        assert_eq!(at(0).unwrap(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(at(999).unwrap(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(at(1000).unwrap(), "Thu, 01 Jan 1970 00:00:01 GMT");
        assert_eq!(at(0).unwrap(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    proptest! {
        #[test]
        fn a_query_is_read_back_as_it_was_meant(values in proptest::collection::vec("\\PC{0,20}", 0..5)) {
            let names = ["comp", "prefix", "marker", "include", "delimiter"];
            let query: Vec<(&'static str, String)> = names.into_iter().zip(values).collect();
            let target = target("/c", &query);
            prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
            let pairs = target.split_once('?').map_or("", |(_, pairs)| pairs);
            let read: Vec<(&str, String)> = pairs
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name, percent_decode_str(value).decode_utf8().unwrap().into_owned()))
                .collect();
            prop_assert_eq!(read, query);
        }

        #[test]
        fn a_target_is_sent_as_it_was_signed_or_not_at_all(path in "/[ -~é]{0,30}") {
            if let Ok(uri) = uri(path.clone(), &path) {
                prop_assert_eq!(uri.to_string(), path);
            }
        }
    }
}
