//! Whether an object is copied when the target has it already: first the exclusions by age, then
//! the overwrite question.
//!
//! The job inspects the target (unless everything may be replaced), and asks the user where this
//! file says so.

use std::time::SystemTime;

use super::freshness;
use crate::options::{Conflict, Overwrite};

/// Whether an object is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverwriteDecision {
    /// The object is copied.
    Copy,
    /// The object is skipped.
    Skip(SkipReason),
    /// The user decides.
    Ask,
}

/// Why an object is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// `/XO` or `/XN`.
    Age,
    /// The target exists and must not be replaced: by option or by answer.
    Exists,
}

impl SkipReason {
    /// The text of the log: which object was skipped for which target.
    pub fn text(self, source: &str, target: &str) -> String {
        match self {
            Self::Age => {
                format!("skipped file `{source}` because of its age beside target `{target}`")
            }
            Self::Exists => {
                format!("skipped file `{source}` because target `{target}` already exists")
            }
        }
    }
}

/// Decides about one object. `target` is the modification time of an existing target.
pub fn decide(
    conflict: Conflict,
    source: SystemTime,
    target: Option<SystemTime>,
) -> OverwriteDecision {
    let Some(target) = target else {
        return OverwriteDecision::Copy;
    };
    if freshness::is_excluded(conflict, source, target) {
        return OverwriteDecision::Skip(SkipReason::Age);
    }
    match conflict.overwrite {
        Overwrite::Ask => OverwriteDecision::Ask,
        Overwrite::Always => OverwriteDecision::Copy,
        Overwrite::Never => OverwriteDecision::Skip(SkipReason::Exists),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn decided(conflict: Conflict, target_after_s: Option<i64>) -> OverwriteDecision {
        let source = UNIX_EPOCH + Duration::from_secs(1_000);
        let target = target_after_s
            .map(|seconds| UNIX_EPOCH + Duration::from_secs((1_000 + seconds) as u64));
        decide(conflict, source, target)
    }

    #[test]
    fn what_is_missing_is_copied_whatever_the_rules() {
        let strict = Conflict {
            skip_older: true,
            skip_newer: true,
            overwrite: Overwrite::Never,
        };
        assert_eq!(decided(strict, None), OverwriteDecision::Copy);
    }

    #[test]
    fn age_is_looked_at_before_the_question_is_asked() {
        let rule = Conflict {
            skip_older: true,
            ..Conflict::default()
        };
        assert_eq!(
            decided(rule, Some(1)),
            OverwriteDecision::Skip(SkipReason::Age)
        );
        assert_eq!(decided(rule, Some(-1)), OverwriteDecision::Ask);
    }

    #[test]
    fn without_a_rule_of_age_the_overwrite_rule_decides() {
        let rule = |overwrite| Conflict {
            overwrite,
            ..Conflict::default()
        };
        assert_eq!(
            decided(rule(Overwrite::Ask), Some(0)),
            OverwriteDecision::Ask
        );
        assert_eq!(
            decided(rule(Overwrite::Always), Some(0)),
            OverwriteDecision::Copy
        );
        assert_eq!(
            decided(rule(Overwrite::Never), Some(0)),
            OverwriteDecision::Skip(SkipReason::Exists)
        );
    }
}
