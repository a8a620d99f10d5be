//! The text of progress, from a sample of the counters.
//!
//! These are pure functions: `progress_display` takes the samples, and the console prints.

use std::time::Duration;

use azring_core::schedule::tuner::Bound;

use super::progress_sample::ProgressSample;
use crate::console::units;

/// Bytes without an answer are noted if they are more than this part of all that was moved.
const NOTED_SHARE: u64 = 20;

/// AzCopy's line for a console that cannot rewrite one, followed by what limits the rate.
pub(super) fn plain(sample: &ProgressSample) -> String {
    let azcopys = format!(
        "Finished: {} file(s), {}; Average Speed:{}/s.",
        sample.done + sample.skipped,
        units::azcopy_size(sample.sent_bytes()),
        units::azcopy_size(sample.average())
    );
    [
        Some(azcopys),
        entities(sample),
        ranges(sample),
        active(sample),
        throttled(sample),
        limited(sample),
        away(sample),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("  ")
}

/// `no connection for 12 s, trying again`.
fn away(sample: &ProgressSample) -> Option<String> {
    let lasts = sample.unreachable?.as_secs();
    Some(format!("no connection for {lasts} s, trying again"))
}

/// The text of the bar, in lines of at most `width` columns. Fields of the least importance are
/// left out first.
pub(super) fn bar(sample: &ProgressSample, rate: u64, width: usize) -> String {
    let how_far = line(
        &[
            (0, Some(bytes(sample))),
            (4, confirmed(sample)),
            (1, Some(format!("{}/s", units::size(rate)))),
            (
                5,
                Some(format!("(avg {}/s)", units::size(sample.average()))),
            ),
            (2, eta(sample, rate)),
            (3, Some(files(sample))),
            (1, entities(sample)),
            (2, ranges(sample)),
        ],
        width,
    );
    let how = line(
        &[
            (0, away(sample)),
            (0, limited(sample)),
            (1, active(sample)),
            (3, counted(sample.retries, "retries")),
            (2, throttled(sample)),
            (0, counted(sample.failed, "failed")),
        ],
        width,
    );
    if how.is_empty() {
        how_far
    } else {
        format!("{how_far}\n{how}")
    }
}

/// The fields that fit into a line. Those of the highest rank are left out first.
fn line(fields: &[(u8, Option<String>)], width: usize) -> String {
    let mut least = fields.iter().map(|&(rank, _)| rank).max().unwrap_or(0);
    loop {
        let kept: Vec<_> = fields
            .iter()
            .filter(|(rank, _)| *rank <= least)
            .filter_map(|(_, text)| text.as_deref())
            .collect();
        let line = kept.join("  ");
        if line.len() < width || least == 0 {
            return line;
        }
        least -= 1;
    }
}

/// `37.2 GiB / 120 GiB 31%`; a `+` and no share while the total still grows.
fn bytes(sample: &ProgressSample) -> String {
    let past = units::size(sample.past_bytes());
    let total = units::size(sample.listed_bytes);
    if !sample.listing_done {
        return format!("{past} / {total}+");
    }
    // The share is rounded down: 100 % means that everything is done and confirmed.
    let most = if sample.confirmed_bytes() < sample.listed_bytes {
        99
    } else {
        100
    };
    let share = match sample.listed_bytes {
        0 => 100,
        total => (u128::from(sample.past_bytes()) * 100 / u128::from(total)).min(most),
    };
    format!("{past} / {total} {share}%")
}

/// `(8.00 MiB confirmed)`, where the rest of these bytes is more than a twentieth of them.
fn confirmed(sample: &ProgressSample) -> Option<String> {
    let (past, confirmed) = (sample.past_bytes(), sample.confirmed_bytes());
    let differs = (past - confirmed) * NOTED_SHARE > past;
    differs.then(|| format!("({} confirmed)", units::size(confirmed)))
}

fn eta(sample: &ProgressSample, rate: u64) -> Option<String> {
    let rate = if rate > 0 { rate } else { sample.average() };
    let left = sample.listed_bytes - sample.past_bytes();
    // Once all is sent, the time until the last answer is not known.
    let waits = left == 0 && sample.confirmed_bytes() < sample.listed_bytes;
    if !sample.listing_done || rate == 0 || waits {
        return None;
    }
    let seconds = left.div_ceil(rate);
    Some(format!("ETA {}", units::left(Duration::from_secs(seconds))))
}

/// `entities 1,200,000`, of a table.
fn entities(sample: &ProgressSample) -> Option<String> {
    let entities = sample.entities?;
    Some(format!("entities {}", units::count(entities)))
}

/// `ranges 1/3`, of an export in several ranges.
fn ranges(sample: &ProgressSample) -> Option<String> {
    let (done, all) = (sample.ranges_done, sample.ranges);
    (all > 1).then(|| format!("ranges {done}/{all}"))
}

fn files(sample: &ProgressSample) -> String {
    let more = if sample.listing_done { "" } else { "+" };
    format!(
        "files {}/{}{more}",
        units::count(sample.settled()),
        units::count(sample.listed)
    )
}

/// What limits the rate, once it is known.
fn limited(sample: &ProgressSample) -> Option<String> {
    (sample.bound != Bound::Unknown).then(|| format!("limit: {}", sample.bound))
}

/// Requests in flight, of those allowed. If the number was just lowered, those above it end soon and
/// are not shown.
fn active(sample: &ProgressSample) -> Option<String> {
    let shown = sample.under_way.min(sample.concurrency);
    (sample.concurrency > 0).then(|| format!("active {shown}/{}", sample.concurrency))
}

/// The share of the time in which the service throttled.
fn throttled(sample: &ProgressSample) -> Option<String> {
    let share = u128::from(sample.throttled_ms) * 100 / sample.at.as_millis().max(1);
    (sample.throttled_ms > 0).then(|| format!("throttled {}%", share.min(100)))
}

fn counted(number: u64, what: &str) -> Option<String> {
    (number > 0).then(|| format!("{what} {}", units::count(number)))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use azring_core::report::Totals;
    use insta::assert_snapshot;

    use super::*;

    const GIB: u64 = 1 << 30;

    fn halfway() -> ProgressSample {
        ProgressSample {
            at: Duration::from_secs(20),
            listed: 64_001,
            listed_bytes: 120 * GIB,
            listing_done: true,
            done: 18_000,
            skipped: 200,
            failed: 20,
            moved_bytes: 34 * GIB,
            dropped_bytes: 3 * GIB + GIB / 5,
            in_flight_bytes: 0,
            entities: None,
            ranges: 0,
            ranges_done: 0,
            retries: 12,
            refused: 9,
            under_way: 93,
            concurrency: 96,
            throttled_ms: 800,
            bound: Bound::Service,
            unreachable: None,
        }
    }

    #[test]
    fn two_lines_say_how_far_it_is_and_what_holds_it() {
        assert_snapshot!(bar(&halfway(), 2 * GIB, 120), @"
        37.2 GiB / 120 GiB 30%  2.00 GiB/s  (avg 1.70 GiB/s)  ETA 0:42  files 18,220/64,001
        limit: service  active 93/96  retries 12  throttled 4%  failed 20
        ");
    }

    #[test]
    fn a_service_that_is_away_is_reported_first() {
        let away = ProgressSample {
            unreachable: Some(Duration::from_millis(12_300)),
            ..halfway()
        };
        let second = bar(&away, 0, 120)
            .lines()
            .nth(1)
            .unwrap_or_default()
            .to_owned();
        assert_snapshot!(second, @"no connection for 12 s, trying again  limit: service  active 93/96  retries 12  throttled 4%  failed 20");
    }

    #[test]
    fn a_slow_line_moves_before_the_first_answer() {
        let slow = ProgressSample {
            at: Duration::from_secs(2),
            listed: 1,
            listed_bytes: 20 << 20,
            listing_done: true,
            in_flight_bytes: 1 << 20,
            ..ProgressSample::default()
        };
        assert_snapshot!(bar(&slow, 512 << 10, 120), @"1.00 MiB / 20.0 MiB 5%  (0 B confirmed)  512 KiB/s  (avg 512 KiB/s)  ETA 0:38  files 0/1");
        assert_snapshot!(bar(&slow, 512 << 10, 60), @"1.00 MiB / 20.0 MiB 5%  512 KiB/s  ETA 0:38  files 0/1");
        assert_snapshot!(plain(&slow), @"Finished: 0 file(s), 1 MB; Average Speed:512 KB/s.");
    }

    #[test]
    fn what_is_sent_and_not_answered_is_not_complete() {
        let sent = ProgressSample {
            listed: 1,
            listed_bytes: 1 << 20,
            listing_done: true,
            in_flight_bytes: 1 << 20,
            ..ProgressSample::default()
        };
        assert_snapshot!(bar(&sent, 512 << 10, 80), @"1.00 MiB / 1.00 MiB 99%  (0 B confirmed)  512 KiB/s  (avg 0 B/s)  files 0/1");
    }

    /// Every state on every width.
    #[test]
    fn the_screens_of_several_widths() {
        let slow = ProgressSample {
            at: Duration::from_secs(12),
            listed: 60,
            listed_bytes: 120 << 20,
            listing_done: true,
            done: 3,
            moved_bytes: 6 << 20,
            in_flight_bytes: 4 << 20,
            under_way: 8,
            concurrency: 8,
            bound: Bound::Network,
            ..ProgressSample::default()
        };
        let states = [
            ("many files", halfway(), 2 * GIB),
            ("a slow line", slow, 1 << 20),
            (
                "the source is being listed",
                ProgressSample {
                    listing_done: false,
                    ..halfway()
                },
                2 * GIB,
            ),
            (
                "the service is away",
                ProgressSample {
                    unreachable: Some(Duration::from_secs(75)),
                    ..halfway()
                },
                0,
            ),
            (
                "a table",
                ProgressSample {
                    entities: Some(1_200_000),
                    ranges: 3,
                    ranges_done: 1,
                    ..halfway()
                },
                2 * GIB,
            ),
        ];
        let mut screens = String::new();
        for (what, sample, rate) in states {
            for width in [120, 80, 60, 40] {
                let text = bar(&sample, rate, width);
                let _ = writeln!(screens, "{what}, {width} columns\n{text}\n");
            }
        }
        assert_snapshot!("screens", screens.trim_end());
    }

    #[test]
    fn no_more_requests_are_shown_than_may_be_in_flight() {
        let lowered = ProgressSample {
            under_way: 60,
            concurrency: 40,
            ..halfway()
        };
        let text = bar(&lowered, 2 * GIB, 120);
        assert!(text.contains("active 40/40"), "{text}");
    }

    #[test]
    fn a_narrow_screen_shows_what_matters_most() {
        assert_snapshot!(bar(&halfway(), 2 * GIB, 80), @"
        37.2 GiB / 120 GiB 30%  2.00 GiB/s  ETA 0:42  files 18,220/64,001
        limit: service  active 93/96  retries 12  throttled 4%  failed 20
        ");
        assert_snapshot!(bar(&halfway(), 2 * GIB, 60), @"
        37.2 GiB / 120 GiB 30%  2.00 GiB/s  ETA 0:42
        limit: service  active 93/96  throttled 4%  failed 20
        ");
        assert_snapshot!(bar(&halfway(), 2 * GIB, 30), @"
        37.2 GiB / 120 GiB 30%
        limit: service  failed 20
        ");
    }

    #[test]
    fn a_table_has_entities_and_ranges() {
        let sample = ProgressSample {
            entities: Some(1_200_000),
            ranges: 3,
            ranges_done: 1,
            ..halfway()
        };
        for text in [bar(&sample, 2 * GIB, 160), plain(&sample)] {
            assert!(text.contains("entities 1,200,000  ranges 1/3"), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_takes_no_line() {
        let young = ProgressSample {
            retries: 0,
            concurrency: 0,
            throttled_ms: 0,
            failed: 0,
            bound: Bound::Unknown,
            ..halfway()
        };
        assert_snapshot!(bar(&young, 2 * GIB, 120), @"37.2 GiB / 120 GiB 30%  2.00 GiB/s  (avg 1.70 GiB/s)  ETA 0:42  files 18,200/64,001");
        assert_snapshot!(plain(&young), @"Finished: 18200 file(s), 34 GB; Average Speed:1.7 GB/s.");
    }

    #[test]
    fn what_an_earlier_run_moved_counts_and_no_share_passes_a_hundred() {
        let totals = Totals::default();
        for (counter, amount) in [
            (&totals.listed_bytes, 100 * GIB),
            (&totals.listing_done, 1),
            (&totals.done_bytes, 40 * GIB),
            (&totals.settled_bytes, 40 * GIB),
            (&totals.kept_bytes, 40 * GIB),
        ] {
            Totals::add(counter, amount);
        }
        let sample = ProgressSample::read(&totals, Duration::from_secs(10));
        assert_snapshot!(bar(&sample, 0, 80), @"40.0 GiB / 100 GiB 40%  0 B/s  (avg 0 B/s)  files 0/0");
        // Parts that were kept from an earlier run, and then the whole object again, because it
        // failed.
        Totals::add(&totals.kept_bytes, 30 * GIB);
        Totals::add(&totals.moved_bytes, 25 * GIB);
        Totals::add(&totals.settled_bytes, 60 * GIB);
        let sample = ProgressSample::read(&totals, Duration::from_secs(10));
        assert_snapshot!(bytes(&sample), @"100 GiB / 100 GiB 100%");
    }

    #[test]
    fn a_total_that_still_grows_is_no_base_for_a_share() {
        let sample = ProgressSample {
            listing_done: false,
            ..halfway()
        };
        assert_snapshot!(bar(&sample, 2 * GIB, 120), @"
        37.2 GiB / 120 GiB+  2.00 GiB/s  (avg 1.70 GiB/s)  files 18,220/64,001+
        limit: service  active 93/96  retries 12  throttled 4%  failed 20
        ");
    }

    #[test]
    fn the_beginning_and_the_end_divide_by_nothing() {
        assert_snapshot!(bar(&ProgressSample::default(), 0, 120), @"0 B / 0 B+  0 B/s  (avg 0 B/s)  files 0/0+");
        let ended = ProgressSample {
            listing_done: true,
            ..ProgressSample::default()
        };
        assert_snapshot!(bar(&ended, 0, 120), @"0 B / 0 B 100%  0 B/s  (avg 0 B/s)  files 0/0");
        assert_snapshot!(plain(&ProgressSample::default()), @"Finished: 0 file(s), 0 B; Average Speed:0 B/s.");
    }

    #[test]
    fn a_plain_line_has_azcopys_form_and_shows_what_holds_the_rate() {
        assert_snapshot!(plain(&halfway()), @"Finished: 18200 file(s), 34 GB; Average Speed:1.7 GB/s.  active 93/96  throttled 4%  limit: service");
    }

    #[test]
    fn a_line_fits_its_screen_unless_nothing_is_left_to_leave_out() {
        for width in 30..200 {
            let bar = bar(&halfway(), 2 * GIB, width);
            assert!(bar.lines().all(|line| line.len() < width), "{width}: {bar}");
            assert_eq!(bar.lines().count(), 2, "{width}: {bar}");
        }
    }
}
