//! Whether an object goes at all, when the target may have it already: the exclusions by age first, the overwrite question
//! last. The job looks at the target (unless the wish is blind), asks the user where this says so, and obeys.

use std::time::SystemTime;

use super::freshness;
use crate::options::{Conflict, Overwrite};

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes.
    Copy,
    /// It stays.
    Skip(SkipReason),
    /// The user must say.
    Ask,
}

/// Why an object stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// `/XO` or `/XN`.
    Age,
    /// It exists, and must not be replaced: by rule or by answer.
    Exists,
}

impl SkipReason {
    /// The words of the log: which object was skipped for which target.
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

/// Decides about one object; `target` is when the existing target was modified, `None` when there is none.
pub fn decide(conflict: Conflict, source: SystemTime, target: Option<SystemTime>) -> Verdict {
    let Some(target) = target else {
        return Verdict::Copy;
    };
    if freshness::is_excluded(conflict, source, target) {
        return Verdict::Skip(SkipReason::Age);
    }
    match conflict.overwrite {
        Overwrite::Ask => Verdict::Ask,
        Overwrite::Always => Verdict::Copy,
        Overwrite::Never => Verdict::Skip(SkipReason::Exists),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn decided(conflict: Conflict, target_after_s: Option<i64>) -> Verdict {
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
        assert_eq!(decided(strict, None), Verdict::Copy);
    }

    #[test]
    fn age_is_looked_at_before_the_question_is_asked() {
        let rule = Conflict {
            skip_older: true,
            ..Conflict::default()
        };
        assert_eq!(decided(rule, Some(1)), Verdict::Skip(SkipReason::Age));
        assert_eq!(decided(rule, Some(-1)), Verdict::Ask);
    }

    #[test]
    fn without_a_rule_of_age_the_overwrite_rule_decides() {
        let rule = |overwrite| Conflict {
            overwrite,
            ..Conflict::default()
        };
        assert_eq!(decided(rule(Overwrite::Ask), Some(0)), Verdict::Ask);
        assert_eq!(decided(rule(Overwrite::Always), Some(0)), Verdict::Copy);
        assert_eq!(
            decided(rule(Overwrite::Never), Some(0)),
            Verdict::Skip(SkipReason::Exists)
        );
    }
}
