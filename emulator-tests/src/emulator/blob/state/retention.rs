//! What the service keeps of a blob that is overwritten or deleted.

use serde::{Deserialize, Serialize};

use crate::emulator::clock::Moment;

const DAY_MS: u64 = 86_400_000;

/// What an account keeps at the time of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Whether each write makes a version.
    pub versioning: bool,
    /// How long deleted blobs stay, in days; 0 if they are removed at once.
    pub days: u32,
    /// When the request arrived.
    pub now: Moment,
}

/// When something was deleted, and until when it can be restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// When it was deleted.
    pub at: Moment,
    /// When it is removed.
    pub until: Moment,
}

impl Retention {
    /// Keeps nothing.
    pub fn nothing(now: Moment) -> Self {
        Self {
            versioning: false,
            days: 0,
            now,
        }
    }

    /// The deletion of something that stays restorable; `None` if it is removed at once.
    pub fn deletion(&self) -> Option<Deletion> {
        Deletion::of(self.days, self.now)
    }
}

impl Deletion {
    /// A deletion that can be undone for so many days; `None` for 0 days.
    pub fn of(days: u32, now: Moment) -> Option<Self> {
        (days > 0).then(|| Self {
            at: now,
            until: now.plus_ms(u64::from(days) * DAY_MS),
        })
    }

    /// Whether it can no longer be undone.
    pub fn is_over(&self, now: Moment) -> bool {
        now >= self.until
    }

    /// `RemainingRetentionDays`: whole days, without the current one.
    pub fn remaining_days(&self, now: Moment) -> u64 {
        let left = self.until.ticks().saturating_sub(now.ticks());
        (left / 10_000).saturating_sub(1) / DAY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_day_does_not_count_as_remaining() {
        let now = Moment::from_seconds(1_000_000);
        let deletion = Deletion::of(2, now).unwrap();
        assert_eq!(deletion.remaining_days(now), 1);
        let last = now.plus_ms(2 * DAY_MS - 1);
        assert_eq!(
            (deletion.remaining_days(last), deletion.is_over(last)),
            (0, false)
        );
        assert!(deletion.is_over(now.plus_ms(2 * DAY_MS)));
        assert_eq!(Deletion::of(0, now), None);
    }
}
