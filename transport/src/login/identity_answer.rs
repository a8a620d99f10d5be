//! What an identity service answers: status, headers, and a body in memory.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hyper::header::{self, HeaderMap};
use jiff::fmt::rfc2822::DateTimeParser;

/// An answer. Its `Debug` hides the body, which may hold a token.
pub(super) struct IdentityAnswer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl fmt::Debug for IdentityAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl IdentityAnswer {
    /// The request was answered with what was asked for.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The wait that the answer asks for (RFC 9110, 10.2.3). A date is not read, and no wait at all
    /// is none that was asked for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?;
        let seconds = value.trim().parse().ok().filter(|seconds| *seconds > 0)?;
        Some(Duration::from_secs(seconds))
    }

    /// The time of the service when it answered (RFC 9110, 6.6.1).
    pub(super) fn date(&self) -> Option<SystemTime> {
        let value = self.headers.get(header::DATE)?.to_str().ok()?;
        let time = DateTimeParser::new().parse_timestamp(value).ok()?;
        Some(time.into())
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use hyper::header::HeaderValue;

    use super::*;

    fn with(name: header::HeaderName, value: &'static str) -> IdentityAnswer {
        IdentityAnswer {
            status: 429,
            headers: [(name, HeaderValue::from_static(value))]
                .into_iter()
                .collect(),
            body: Bytes::new(),
        }
    }

    #[test]
    fn a_wait_is_whole_seconds_and_anything_else_is_none() {
        let wait = |value| with(header::RETRY_AFTER, value).retry_after();
        assert_eq!(wait(" 17 "), Some(Duration::from_secs(17)));
        for value in [
            "0",
            "-1",
            "1.5",
            "99999999999999999999",
            "",
            "Sun, 22 Nov 2026 12:00:00 GMT",
        ] {
            assert_eq!(wait(value), None, "{value}");
        }
    }

    #[test]
    fn the_date_is_that_of_http() {
        let date = |value| with(header::DATE, value).date();
        let noon = UNIX_EPOCH + Duration::from_hours(498_708);
        assert_eq!(date("Sun, 22 Nov 2026 12:00:00 GMT"), Some(noon));
        for value in ["", "now", "1795348800", "Sun, 99 Nov 2026 12:00:00 GMT"] {
            assert_eq!(date(value), None, "{value}");
        }
    }
}
