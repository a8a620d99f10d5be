//! The clock of an identity service, as the `Date` of its answers shows it, beside this machine's.
//!
//! A token's life is counted from its answer, so a wrong clock does not shorten it. The signed proof
//! of an application has times in it, which the service compares with its own clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// The difference that nobody is told of: an answer may travel for a while, and services tolerate as
/// much.
const TOLERATED: Duration = Duration::from_mins(5);

/// How far this machine's clock is from the service's, as the last answer showed it.
#[derive(Debug, Default)]
pub(super) struct ServiceClock(Mutex<Observation>);

#[derive(Debug, Default)]
struct Observation {
    offset: Option<ClockOffset>,
    /// The user has been told.
    is_told: bool,
}

/// How far this machine's clock is from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClockOffset {
    Ahead(Duration),
    Behind(Duration),
}

impl ClockOffset {
    fn of(now: SystemTime, theirs: SystemTime) -> Self {
        match now.duration_since(theirs) {
            Ok(ahead) => Self::Ahead(ahead),
            Err(behind) => Self::Behind(behind.duration()),
        }
    }

    fn is_tolerated(self) -> bool {
        let (Self::Ahead(span) | Self::Behind(span)) = self;
        span < TOLERATED
    }
}

impl ServiceClock {
    /// Remembers that the service's clock showed `date` when this machine's showed `now`.
    pub(super) fn observe(&self, date: SystemTime, now: SystemTime) {
        self.lock().offset = Some(ClockOffset::of(now, date));
    }

    /// The service's time when this machine's clock shows `now`. Small differences count as none.
    pub(super) fn at(&self, now: SystemTime) -> SystemTime {
        let theirs = match self.wrong() {
            Some(ClockOffset::Ahead(span)) => now.checked_sub(span),
            Some(ClockOffset::Behind(span)) => now.checked_add(span),
            None => None,
        };
        theirs.unwrap_or(now)
    }

    /// This machine's clock is wrong, or the service's.
    pub(super) fn is_off(&self) -> bool {
        self.wrong().is_some()
    }

    /// Tells once how far this machine's clock is off.
    pub(super) fn take_notice(&self) -> Option<String> {
        let offset = self.wrong()?;
        if std::mem::replace(&mut self.lock().is_told, true) {
            return None;
        }
        let (span, side) = match offset {
            ClockOffset::Ahead(span) => (span, "ahead of"),
            ClockOffset::Behind(span) => (span, "behind"),
        };
        Some(format!(
            "this machine's clock is {} {side} the clock of the login's identity service: correct it, because services refuse what is signed 15 minutes off",
            in_words(span)
        ))
    }

    fn wrong(&self) -> Option<ClockOffset> {
        self.lock().offset.filter(|offset| !offset.is_tolerated())
    }

    fn lock(&self) -> MutexGuard<'_, Observation> {
        // Nothing is half done where a thread could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `10 minutes`, rounded.
fn in_words(span: Duration) -> String {
    let minutes = (span.as_secs() + 30) / 60;
    match minutes {
        0..120 => format!("{minutes} minutes"),
        120..2_880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(minutes: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_mins(minutes)
    }

    #[test]
    fn a_clock_that_is_off_is_told_once_with_its_side_and_corrected() {
        for (theirs, ours, says) in [
            (1000, 1010, "is 10 minutes ahead of"),
            (1010, 1000, "is 10 minutes behind"),
            (1000, 1180, "is 3 hours ahead of"),
            (9000, 1000, "is 5 days behind"),
        ] {
            let clock = ServiceClock::default();
            assert_eq!(clock.at(at(ours)), at(ours));
            clock.observe(at(theirs), at(ours));
            assert!(clock.is_off());
            assert_eq!(clock.at(at(ours + 1)), at(theirs + 1));
            let notice = clock.take_notice().unwrap();
            assert!(notice.contains(says), "{notice}");
            clock.observe(at(theirs), at(ours));
            assert_eq!(clock.take_notice(), None);
        }
    }

    #[test]
    fn a_difference_of_minutes_is_none() {
        let clock = ServiceClock::default();
        for (theirs, ours) in [(1000, 1004), (1004, 1000), (1000, 1000)] {
            clock.observe(at(theirs), at(ours));
            assert!(!clock.is_off());
            assert_eq!(clock.at(at(ours)), at(ours));
            assert_eq!(clock.take_notice(), None);
        }
    }
}
