//! The table of errors, and whether a request is sent again after them.
//!
//! All our requests may be repeated: a block, a page or a range has the same bytes the second time,
//! and the caller recognises a commit that succeeded although its answer was lost
//! ([`Error::attempts`]). So the verdict depends on the error alone.

use std::time::Duration;

use crate::{Error, Kind};

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same request would fail in the same way.
    Never,
    /// A kept-alive connection was closed while it was idle: again on a new one, without counting
    /// it.
    AtOnce,
    /// The answer belongs to another request: again on a new connection, the first time without a
    /// wait. It counts.
    Elsewhere,
    /// Again after a wait, a limited number of times.
    After {
        /// The wait that the service asked for, if it did.
        at_least: Option<Duration>,
        /// How often.
        patience: Patience,
    },
}

/// How often an error is tried again. [`super::RetryPolicy`] has the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// The service answered and asks for time: many times.
    Answered,
    /// No answer or half an answer came: fewer times.
    Silent,
    /// No server is found or the answer is malformed: it will probably not change.
    Doubtful,
}

/// The verdict on an error.
pub fn judge(error: &Error) -> Verdict {
    let after = |patience| Verdict::After {
        at_least: error.retry_after_ms().map(Duration::from_millis),
        patience,
    };
    match error.kind() {
        Kind::Status(status) => match (status, error.code().unwrap_or_default()) {
            // Azurite answers so to features that it does not have.
            (500, "FeatureNotSupported") => Verdict::Never,
            // The bytes were changed on the way to the service: they are sent again.
            (400, "Md5Mismatch" | "Crc64Mismatch") => after(Patience::Doubtful),
            (408 | 429 | 500 | 502 | 503 | 504, _) => after(Patience::Answered),
            // 3xx points elsewhere, the other 4xx are about the request, 501 and 505 about what the
            // server can do.
            _ => Verdict::Never,
        },
        // The proxy could not reach the service or has too much to do. Its other answers are about
        // the request.
        Kind::Proxy(429 | 500 | 502 | 503 | 504) => after(Patience::Doubtful),
        Kind::Reset { reused: true } => Verdict::AtOnce,
        Kind::Reset { reused: false } | Kind::Timeout => after(Patience::Silent),
        Kind::Resolve | Kind::Connect | Kind::Protocol | Kind::Integrity => {
            after(Patience::Doubtful)
        }
        Kind::Mismatch | Kind::Changed => Verdict::Elsewhere,
        Kind::Proxy(_)
        | Kind::Unreachable
        | Kind::Disk(_)
        | Kind::Limit
        | Kind::Shortened
        | Kind::Tls
        | Kind::Invalid
        | Kind::Login
        | Kind::Stopped => Verdict::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, code: &str) -> Verdict {
        let code = (!code.is_empty()).then(|| code.to_owned());
        judge(&Error::new(Kind::Status(status), "").answered(code, None, None))
    }

    fn again(patience: Patience) -> Verdict {
        let at_least = None;
        Verdict::After { at_least, patience }
    }

    #[test]
    fn of_all_statuses_only_the_passing_ones_are_tried_again() {
        let tried: Vec<u16> = (100..=999)
            .filter(|status| answered(*status, "") != Verdict::Never)
            .collect();
        assert_eq!(tried, [408, 429, 500, 502, 503, 504]);
    }

    #[test]
    fn the_code_decides_where_the_status_says_too_little() {
        assert_eq!(answered(500, "FeatureNotSupported"), Verdict::Never);
        assert_eq!(
            answered(500, "OperationTimedOut"),
            again(Patience::Answered)
        );
        assert_eq!(answered(400, "Md5Mismatch"), again(Patience::Doubtful));
        assert_eq!(answered(400, "Crc64Mismatch"), again(Patience::Doubtful));
        assert_eq!(answered(400, "InvalidBlockList"), Verdict::Never);
    }

    #[test]
    fn what_happened_on_the_way_is_tried_again_and_what_is_wrong_here_is_not() {
        let verdict = |kind| judge(&Error::new(kind, ""));
        assert_eq!(verdict(Kind::Reset { reused: true }), Verdict::AtOnce);
        for kind in [Kind::Reset { reused: false }, Kind::Timeout] {
            assert_eq!(verdict(kind), again(Patience::Silent));
        }
        for kind in [
            Kind::Resolve,
            Kind::Connect,
            Kind::Protocol,
            Kind::Integrity,
        ] {
            assert_eq!(verdict(kind), again(Patience::Doubtful));
        }
        for kind in [Kind::Mismatch, Kind::Changed] {
            assert_eq!(verdict(kind), Verdict::Elsewhere);
        }
        for kind in [
            Kind::Disk(5),
            Kind::Limit,
            Kind::Tls,
            Kind::Invalid,
            Kind::Login,
            Kind::Stopped,
        ] {
            assert_eq!(verdict(kind), Verdict::Never);
        }
    }

    #[test]
    fn the_services_retry_after_is_part_of_the_verdict() {
        let error = Error::new(Kind::Status(503), "").after(Some(7_000));
        let at_least = Some(Duration::from_secs(7));
        let patience = Patience::Answered;
        assert_eq!(judge(&error), Verdict::After { at_least, patience });
    }
}
