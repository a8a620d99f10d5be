//! Lines that become faster or slower on the way.

use super::{Link, Run};

const KIB: u64 = 1 << 10;

/// Decisions until the number of requests fits the new line: those of five seconds, and of the one in which it changed.
const DECISIONS: usize = 24;

/// The numbers of requests that were decided for once so many bytes had come.
fn since(run: &Run, bytes: u64) -> Vec<u64> {
    let mut moved = 0;
    let come = run.trace.all("moved_bytes").take_while(|window| {
        moved += window;
        moved < bytes
    });
    let before = come.count();
    run.trace.all("concurrency").skip(before).collect()
}

#[test]
fn a_line_that_becomes_four_times_as_fast_is_filled_again() {
    let faster = r#"{"rules":[{"then":{"delay_ms":20}}],
        "bandwidth":{"total_bytes_per_second":3000000,"connection_bytes_per_second":750000,
                     "steps":[{"after_bytes":8000000,"total_bytes_per_second":12000000}]}}"#;
    let link = Link::new(280, 128 * KIB);
    let run = link.down(faster);
    run.assert_smooth(&link);
    let decided = since(&run, 8_000_000);
    assert!(
        decided.iter().take(DECISIONS).any(|number| *number >= 16),
        "{run:?}"
    );
}

#[test]
fn on_a_line_that_becomes_eight_times_as_slow_nothing_is_given_up() {
    let slower = r#"{"rules":[{"then":{"delay_ms":20}}],
        "bandwidth":{"total_bytes_per_second":12000000,"connection_bytes_per_second":750000,
                     "steps":[{"after_bytes":20000000,"total_bytes_per_second":1500000}]}}"#;
    for way in [Link::down, Link::up] {
        let link = Link::new(200, 128 * KIB);
        let run = way(&link, slower);
        run.assert_smooth(&link);
        let decided = since(&run, 20_000_000);
        assert!(decided.iter().all(|number| *number <= 64), "{run:?}");
    }
}
