//! Whether an object that both sides have must be copied.

use std::time::{Duration, SystemTime};

use crate::entry::{Entry, TrueTime};
use crate::options::Compare;

/// What is compared of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its length.
    pub bytes: u64,
    /// When its content was last modified or, where that is not known, when it was last written.
    pub time: SystemTime,
    /// The time is that of the content, and stays with it when it is copied.
    pub has_true_time: bool,
    /// The time has whole seconds only.
    pub is_coarse: bool,
    /// The MD5 of the content, where it is known.
    pub md5: Option<[u8; 16]>,
}

/// What an object of both sides needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonResult {
    /// Nothing.
    Same,
    /// It is copied.
    Copy(Difference),
    /// Lengths are equal and times are not: only the content decides.
    Content,
    /// The content is equal, and the target gets the time of the source.
    SetTime,
    /// It cannot be compared: the source has no MD5.
    NoDigest,
}

/// How the two sides differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The target has no such object.
    New,
    /// The lengths differ.
    Length,
    /// The times differ.
    Time,
    /// The source is newer.
    Newer,
    /// The contents differ.
    Content,
    /// Every object is copied.
    Always,
}

impl Difference {
    /// One word for a list.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Length => "size",
            Self::Time => "time",
            Self::Newer => "newer",
            Self::Content => "hash",
            Self::Always => "always",
        }
    }
}

/// The finest difference of two times that counts. Metadata and file systems have nanoseconds, file
/// shares a tenth of a microsecond.
const FINE: Duration = Duration::from_micros(1);

/// The same where one of the times has whole seconds.
const COARSE: Duration = Duration::from_secs(1);

impl ObjectFacts {
    /// The facts of an entry. `times_are_true`: the store of the entry keeps the time of the content.
    pub fn of(entry: &Entry, times_are_true: bool) -> Self {
        let kept = entry.carried.as_deref().and_then(TrueTime::of);
        Self {
            bytes: entry.bytes,
            time: kept.map_or(entry.modified, |kept| kept.time),
            has_true_time: times_are_true || kept.is_some(),
            is_coarse: kept.map_or(!times_are_true, |kept| kept.is_coarse),
            md5: entry.md5,
        }
    }
}

/// Decides by what the listings say.
pub fn decide(compare: Compare, source: &ObjectFacts, target: &ObjectFacts) -> ComparisonResult {
    let has_same_length = source.bytes == target.bytes;
    match compare {
        Compare::Always => ComparisonResult::Copy(Difference::Always),
        Compare::Missing => ComparisonResult::Same,
        _ if !has_same_length => ComparisonResult::Copy(Difference::Length),
        Compare::Size => ComparisonResult::Same,
        Compare::Hash => ComparisonResult::Content,
        Compare::Time if target.has_true_time => {
            if is_same_time(source, target) {
                ComparisonResult::Same
            } else {
                ComparisonResult::Content
            }
        }
        Compare::Time => by_last_write(source, target),
    }
}

/// Decides about a mark of a folder, which has no content: only its time can differ.
pub fn decide_about_mark(
    compare: Compare,
    source: &ObjectFacts,
    target: &ObjectFacts,
) -> ComparisonResult {
    match decide(compare, source, target) {
        ComparisonResult::Content if compare == Compare::Hash => ComparisonResult::Same,
        ComparisonResult::Content => ComparisonResult::SetTime,
        decided => decided,
    }
}

/// The target has no true time. It is as old as its last write, in whole seconds, which is also a copy of
/// the source as it was then. A source of the same second counts as newer.
fn by_last_write(source: &ObjectFacts, target: &ObjectFacts) -> ComparisonResult {
    let is_known_equal = source.md5.is_some() && source.md5 == target.md5;
    if source.time < target.time || is_known_equal {
        ComparisonResult::Same
    } else {
        ComparisonResult::Copy(Difference::Newer)
    }
}

/// Decides about an object that only its content decides about, by the MD5s of both sides.
pub fn settle_by_content(
    compare: Compare,
    source: Option<[u8; 16]>,
    target: Option<[u8; 16]>,
) -> ComparisonResult {
    let by_hash = compare == Compare::Hash;
    match (source, target) {
        (Some(source), Some(target)) if source == target && by_hash => ComparisonResult::Same,
        (Some(source), Some(target)) if source == target => ComparisonResult::SetTime,
        (None, _) if by_hash => ComparisonResult::NoDigest,
        _ if by_hash => ComparisonResult::Copy(Difference::Content),
        _ => ComparisonResult::Copy(Difference::Time),
    }
}

fn is_same_time(source: &ObjectFacts, target: &ObjectFacts) -> bool {
    let resolution = if source.is_coarse || target.is_coarse {
        COARSE
    } else {
        FINE
    };
    let apart = match source.time.duration_since(target.time) {
        Ok(apart) => apart,
        Err(earlier) => earlier.duration(),
    };
    apart < resolution
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn facts(bytes: u64, time_ns: u64, has_true_time: bool) -> ObjectFacts {
        ObjectFacts {
            bytes,
            time: UNIX_EPOCH + Duration::from_nanos(time_ns),
            has_true_time,
            is_coarse: !has_true_time,
            md5: None,
        }
    }

    const S: u64 = 1_000_000_000;

    #[test]
    fn another_length_is_copied_whatever_the_times() {
        for (source, target) in [(1, 9), (9, 1)] {
            let source = facts(1, source * S, true);
            for is_true in [false, true] {
                let target = facts(2, target * S, is_true);
                for compare in [Compare::Time, Compare::Size, Compare::Hash] {
                    let decided = decide(compare, &source, &target);
                    assert_eq!(
                        decided,
                        ComparisonResult::Copy(Difference::Length),
                        "{compare:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn of_two_true_times_any_difference_counts_also_an_older_source() {
        let at = |time_ns| facts(1, time_ns, true);
        let decided = |source, target| decide(Compare::Time, &at(source), &at(target));
        assert_eq!(decided(5 * S, 5 * S), ComparisonResult::Same);
        assert_eq!(decided(5 * S + 999, 5 * S), ComparisonResult::Same);
        assert_eq!(decided(5 * S + 1_000, 5 * S), ComparisonResult::Content);
        assert_eq!(decided(4 * S, 5 * S), ComparisonResult::Content);
    }

    #[test]
    fn parts_of_a_second_do_not_count_where_one_side_has_none() {
        let coarse = ObjectFacts {
            is_coarse: true,
            ..facts(1, 5 * S, true)
        };
        let fine = |time_ns| facts(1, time_ns, true);
        let decided = |time_ns| decide(Compare::Time, &fine(time_ns), &coarse);
        assert_eq!(decided(5 * S + 999_999_999), ComparisonResult::Same);
        assert_eq!(decided(6 * S), ComparisonResult::Content);
    }

    #[test]
    fn without_a_true_time_at_the_target_a_newer_source_is_copied() {
        let target = facts(1, 5 * S, false);
        let decided = |time_ns| decide(Compare::Time, &facts(1, time_ns, true), &target);
        assert_eq!(decided(5 * S - 1), ComparisonResult::Same);
        assert_eq!(decided(5 * S), ComparisonResult::Copy(Difference::Newer));
        assert_eq!(decided(6 * S), ComparisonResult::Copy(Difference::Newer));
    }

    #[test]
    fn an_equal_stored_md5_spares_a_copy_of_the_same_second() {
        let with = |md5: u8| ObjectFacts {
            md5: Some([md5; 16]),
            ..facts(1, 5 * S, false)
        };
        let decided = |md5| decide(Compare::Time, &with(md5), &with(1));
        assert_eq!(decided(1), ComparisonResult::Same);
        assert_eq!(decided(2), ComparisonResult::Copy(Difference::Newer));
    }

    #[test]
    fn the_content_decides_where_only_the_times_differ() {
        let (one, other) = (Some([1; 16]), Some([2; 16]));
        let by_time = |source, target| settle_by_content(Compare::Time, source, target);
        assert_eq!(by_time(one, one), ComparisonResult::SetTime);
        assert_eq!(
            by_time(one, other),
            ComparisonResult::Copy(Difference::Time)
        );
        assert_eq!(by_time(None, one), ComparisonResult::Copy(Difference::Time));
        assert_eq!(by_time(one, None), ComparisonResult::Copy(Difference::Time));
        let by_hash = |source, target| settle_by_content(Compare::Hash, source, target);
        assert_eq!(by_hash(one, one), ComparisonResult::Same);
        assert_eq!(
            by_hash(one, other),
            ComparisonResult::Copy(Difference::Content)
        );
        assert_eq!(
            by_hash(one, None),
            ComparisonResult::Copy(Difference::Content)
        );
        assert_eq!(by_hash(None, None), ComparisonResult::NoDigest);
    }

    #[test]
    fn a_mark_of_a_folder_gets_its_time_and_is_never_read() {
        let (source, target) = (facts(0, 9 * S, true), facts(0, S, true));
        let decided = |compare, source| decide_about_mark(compare, source, &target);
        assert_eq!(decided(Compare::Time, &source), ComparisonResult::SetTime);
        assert_eq!(decided(Compare::Time, &target), ComparisonResult::Same);
        assert_eq!(decided(Compare::Hash, &source), ComparisonResult::Same);
    }

    #[test]
    fn the_other_comparisons_look_at_less() {
        let (source, target) = (facts(1, 9 * S, true), facts(1, S, true));
        assert_eq!(
            decide(Compare::Size, &source, &target),
            ComparisonResult::Same
        );
        assert_eq!(
            decide(Compare::Missing, &source, &target),
            ComparisonResult::Same
        );
        assert_eq!(
            decide(Compare::Missing, &facts(2, 0, true), &target),
            ComparisonResult::Same
        );
        assert_eq!(
            decide(Compare::Always, &target, &target),
            ComparisonResult::Copy(Difference::Always)
        );
    }
}
