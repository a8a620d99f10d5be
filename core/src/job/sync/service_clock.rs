//! The difference between this machine's clock and the service's.
//!
//! A blob without a true time is as old as its last write by the service's clock, and a file is as old as
//! this machine says. The two are compared, so the difference of the clocks is measured by the `Date` of an
//! answer.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::comparison::TimeKeeping;
use super::local_path;
use crate::job::run::Run;
use crate::options::{Compare, SyncOptions};
use crate::report::Event;
use crate::store::{self, Tools};
use crate::{Error, Result};

/// A larger difference is worth a warning, in seconds.
const WARNED_SECONDS: i64 = 5 * 60;

/// With a larger difference times are not compared, in seconds.
const REFUSED_SECONDS: i64 = 60 * 60;

/// A `Date` has whole seconds, and an answer takes a while.
const UNCERTAIN_SECONDS: i64 = 2;

/// How far the service's clock is ahead of this machine's, in seconds; negative where it is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ClockDifference(i64);

impl ClockDifference {
    /// The difference when an answer of this `Date` came; `None` for a text that is no date.
    fn of(date: &str, now: SystemTime) -> Option<Self> {
        let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
        let ours = Timestamp::try_from(now).ok()?;
        Some(Self(theirs.as_second() - ours.as_second()))
    }

    /// The time of a last write by this machine's clock, rather too early than too late: what is uncertain
    /// is copied.
    pub(super) fn to_local(self, written: SystemTime) -> SystemTime {
        let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        let moved = match self.0 {
            ahead @ 1.. => written.checked_sub(seconds(ahead + UNCERTAIN_SECONDS)),
            behind if behind < -UNCERTAIN_SECONDS => {
                written.checked_add(seconds(behind + UNCERTAIN_SECONDS))
            }
            _ => None,
        };
        moved.unwrap_or(written)
    }
}

impl Run<'_> {
    /// Measures the difference, where a sync compares times of both clocks. A service that does not answer this
    /// question counts as in time.
    pub(super) async fn clock_difference(
        &self,
        tools: &Tools,
        options: &SyncOptions,
    ) -> Result<ClockDifference> {
        let (source, target) = (&self.options.source, &self.options.target);
        let has_two_clocks =
            local_path(source).is_some() && TimeKeeping::of(target) == TimeKeeping::Metadata;
        if options.compare != Compare::Time || !has_two_clocks {
            return Ok(ClockDifference::default());
        }
        let asked = self.stop.unless_stopped(store::probe(target, tools)).await;
        let difference = asked.ok().and_then(|reply| {
            let date = reply.header("date")?;
            ClockDifference::of(date, SystemTime::now())
        });
        let difference = difference.unwrap_or_default();
        let seconds = difference.0.abs();
        if seconds > REFUSED_SECONDS {
            return Err(Error::Usage(format!(
                "the clocks of this machine and of `{target}` differ by {seconds} s, so that times cannot be compared: \
                 set the clock of this machine"
            )));
        }
        if seconds > WARNED_SECONDS {
            self.observer.event(Event::Warning(&format!(
                "the clocks of this machine and of `{target}` differ by {seconds} s"
            )));
        }
        Ok(difference)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn a_last_write_is_never_later_by_this_clock_than_it_was() {
        let now = UNIX_EPOCH + Duration::from_millis(1_534_432_779_900);
        let written = UNIX_EPOCH + Duration::from_secs(1_000);
        for (date, seconds) in [
            ("Thu, 16 Aug 2018 15:19:39 GMT", 1_000),
            ("Thu, 16 Aug 2018 15:19:38 GMT", 1_000),
            ("Thu, 16 Aug 2018 15:19:37 GMT", 1_000),
            ("Thu, 16 Aug 2018 15:19:29 GMT", 1_008),
            ("Thu, 16 Aug 2018 15:19:40 GMT", 997),
            ("Thu, 16 Aug 2018 15:20:39 GMT", 938),
        ] {
            let difference = ClockDifference::of(date, now).unwrap();
            let expected = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(difference.to_local(written), expected, "{date}");
        }
        assert_eq!(ClockDifference::of("yesterday", now), None);
    }
}
