//! Which of two versions is newer: `/XO` and `/XN`.
//!
//! Services report whole seconds, file systems nanoseconds, so both are rounded down to seconds
//! first. Otherwise a file would seem newer than its own upload.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::options::Conflict;

/// Whether a source of this age is skipped for a target of that age. With both exclusions every
/// existing target excludes its source, so only missing ones are copied.
pub fn is_excluded(conflict: Conflict, source: SystemTime, target: SystemTime) -> bool {
    let (source, target) = (whole_seconds(source), whole_seconds(target));
    (conflict.skip_older && source <= target) || (conflict.skip_newer && source >= target)
}

/// Seconds since 1970, rounded down.
fn whole_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_secs() as i64,
        Err(before) => {
            let before = before.duration();
            -(before.as_secs() as i64) - i64::from(before.subsec_nanos() > 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn conflict(skip_older: bool, skip_newer: bool) -> Conflict {
        Conflict {
            skip_older,
            skip_newer,
            ..Conflict::default()
        }
    }

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn skip_older_leaves_out_what_is_the_same_age_or_older() {
        let rule = conflict(true, false);
        assert!(is_excluded(rule, at(5_000), at(6_000)));
        assert!(is_excluded(rule, at(5_000), at(5_000)));
        assert!(!is_excluded(rule, at(6_000), at(5_000)));
    }

    #[test]
    fn skip_newer_leaves_out_what_is_the_same_age_or_newer() {
        let rule = conflict(false, true);
        assert!(is_excluded(rule, at(6_000), at(5_000)));
        assert!(is_excluded(rule, at(5_000), at(5_000)));
        assert!(!is_excluded(rule, at(5_000), at(6_000)));
    }

    #[test]
    fn both_together_leave_out_everything_that_exists_and_none_nothing() {
        for (source, target) in [(1_000, 2_000), (2_000, 1_000), (1_000, 1_000)] {
            assert!(is_excluded(conflict(true, true), at(source), at(target)));
            assert!(!is_excluded(conflict(false, false), at(source), at(target)));
        }
    }

    #[test]
    fn parts_of_a_second_do_not_count() {
        assert!(is_excluded(conflict(true, false), at(5_999), at(5_000)));
        assert!(is_excluded(conflict(false, true), at(5_000), at(5_999)));
        let before = UNIX_EPOCH - Duration::from_millis(1_500);
        assert_eq!(whole_seconds(before), -2);
        assert_eq!(whole_seconds(UNIX_EPOCH - Duration::from_secs(2)), -2);
    }
}
