//! The headers that every request of a client has: host, user agent, date and id.

use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hyper::header::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::Account;
use crate::{Error, Kind, Result};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Headers that every request of one client has, and its source of random numbers.
#[derive(Debug)]
pub(crate) struct CommonHeaders {
    pub(super) user_agent: HeaderValue,
    /// The second of the last date, and the date as text.
    date: RefCell<(u64, HeaderValue)>,
    /// The account of the last request, and its `Host`.
    host: RefCell<Option<(Arc<Account>, HeaderValue)>>,
    random: RandomState,
    requests: RefCell<u64>,
}

impl CommonHeaders {
    /// Fails when the user agent cannot be the value of a header.
    pub(crate) fn new(user_agent: &str) -> Result<Self> {
        Ok(Self {
            user_agent: header_value("user-agent", user_agent)?,
            date: RefCell::new((u64::MAX, HeaderValue::from_static(""))),
            host: RefCell::default(),
            random: RandomState::new(),
            requests: RefCell::new(0),
        })
    }

    /// An id for one request, the same in all of its attempts: a random UUID, cheaply made.
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

    /// A keyed hash of a counter, with a random key per client. Good enough for ids and jitter, not
    /// for secrets.
    fn next_random(&self) -> u64 {
        let mut requests = self.requests.borrow_mut();
        *requests += 1;
        self.random.hash_one(*requests)
    }

    /// The `Host` of this account. A run has one or two accounts, so the last one is kept.
    pub(super) fn host(&self, account: &Arc<Account>) -> Result<HeaderValue> {
        let mut last = self.host.borrow_mut();
        if let Some((of, host)) = &*last
            && Arc::ptr_eq(of, account)
        {
            return Ok(host.clone());
        }
        let host = header_value("host", &account.endpoint.authority())?;
        *last = Some((Arc::clone(account), host.clone()));
        Ok(host)
    }

    /// The time in the format of headers (RFC 9110, 5.6.7), formatted once a second.
    pub(super) fn date(&self, now: SystemTime) -> Result<HeaderValue> {
        let second = now
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let mut last = self.date.borrow_mut();
        if last.0 != second {
            let wrong = |error| {
                let message = format!("this machine's clock is out of range: {error}");
                Error::new(Kind::Invalid, message)
            };
            let time = Timestamp::from_second(second as i64).map_err(wrong)?;
            let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
            *last = (second, header_value("x-ms-date", &text.map_err(wrong)?)?);
        }
        Ok(last.1.clone())
    }
}

/// The value of a header: visible ASCII without spaces around it. Fails for characters that the
/// peer would strip or refuse.
pub(super) fn header_value(name: &str, value: &str) -> Result<HeaderValue> {
    let value = value.trim_matches([' ', '\t']);
    HeaderValue::from_str(value)
        .ok()
        .filter(|_| value.is_ascii())
        .ok_or_else(|| {
            let message =
                format!("the value of the header `{name}` has characters that HTTP cannot carry");
            Error::new(Kind::Invalid, message)
        })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;
    use crate::auth::Credential;
    use crate::http::{Endpoint, Scheme};
    use crate::service::Service;

    fn common_headers() -> CommonHeaders {
        CommonHeaders::new("azring/0").unwrap()
    }

    #[test]
    fn every_request_has_its_own_id() {
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
    fn every_account_has_its_own_host_header() {
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
    fn draws_are_between_zero_and_one_and_spread() {
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
}
