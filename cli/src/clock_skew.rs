//! The difference between this machine's clock and the `Date` of an answer.
//!
//! A wrong clock makes a service refuse every signed request. `advice` names it as a cause, and
//! `doctor` checks it.

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{Span, Timestamp};

/// A service refuses a signed request whose time is off by more than 15 minutes. One minute of that
/// is left for the transmission.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#specifying-the-date-header>
pub(crate) const SKEW_BAD_SECONDS: i64 = 14 * 60;

/// How far this machine's clock is ahead of the `Date` of an answer, in seconds.
pub(crate) fn clock_ahead_s(date: &str, now: Timestamp) -> Option<i64> {
    let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(now.as_second() - theirs.as_second())
}

/// `20m ahead of the service's`.
pub(crate) fn skew(seconds: i64) -> String {
    let span = |seconds: i64| {
        let span = match seconds {
            0..3_600 => Span::new().minutes(seconds / 60).seconds(seconds % 60),
            3_600..172_800 => Span::new()
                .hours(seconds / 3_600)
                .minutes(seconds / 60 % 60),
            _ => Span::new().days(seconds / 86_400),
        };
        format!("{span:#}")
    };
    if seconds >= 0 {
        format!("{} ahead of the service's", span(seconds))
    } else {
        format!("{} behind the service's", span(-seconds))
    }
}
