//! What earlier runs of the job mean for this one: their counts, and how they are put into words.

use std::sync::atomic::AtomicU64;

use crate::journal::Replayed;
use crate::report::Totals;

/// Counts what earlier runs did as done. Objects that failed then are tried again.
pub(super) fn count(earlier: &Replayed, totals: &Totals, count: fn(&AtomicU64, u64)) {
    let counts = earlier.counts();
    count(&totals.listed, counts.listed);
    count(&totals.listed_bytes, counts.listed_bytes);
    count(&totals.done, counts.done);
    count(&totals.done_bytes, counts.done_bytes);
    count(&totals.kept_bytes, counts.done_bytes);
    count(&totals.skipped, counts.skipped);
    count(&totals.done_before, counts.done);
    count(&totals.done_before_bytes, counts.done_bytes);
    count(&totals.skipped_before, counts.skipped);
    count(
        &totals.settled_bytes,
        counts.done_bytes + counts.skipped_bytes,
    );
}

/// The notice that the run goes on from an earlier one, and from where.
pub(super) fn resume_notice(earlier: &Replayed) -> String {
    let counts = earlier.counts();
    let runs = text(earlier);
    if earlier.is_new_listing() && counts.done + counts.skipped == 0 {
        return format!(
            "{runs} ended with {} object(s) not copied: the source is listed anew, and objects that are \
             unchanged at both ends are not copied again",
            earlier.pending_count()
        );
    }
    let (settled, listed) = (counts.done + counts.skipped, counts.listed);
    let rest = if earlier.is_listed() {
        "; the source was listed completely and is not listed again"
    } else {
        ""
    };
    format!("resuming ({runs}): {settled} of {listed} object(s) are complete{rest}")
}

/// The earlier runs of the job in words, with the local time of the first.
pub(super) fn text(earlier: &Replayed) -> Box<str> {
    let mut runs = earlier.runs();
    let first = runs.next().unwrap_or_default();
    let first = match jiff::Timestamp::from_second(first as i64) {
        Ok(time) => {
            let time = time.to_zoned(jiff::tz::TimeZone::system());
            time.strftime("%-d %b %H:%M").to_string()
        }
        Err(_) => "an unknown time".to_owned(),
    };
    match runs.count() {
        0 => format!("the run of {first}"),
        later => format!("{} runs since {first}", later + 1),
    }
    .into()
}
