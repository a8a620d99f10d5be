//! Lines: how much all connections carry together, how much each, and how far the other end is.

use super::Link;

const KIB: u64 = 1 << 10;

/// A line of 10 MB/s, 20 ms away.
const NARROW: &str =
    r#"{"rules":[{"then":{"delay_ms":20}}],"bandwidth":{"total_bytes_per_second":10000000}}"#;

/// Sixteen connections fill it.
const SHARED: &str = r#"{"rules":[{"then":{"delay_ms":20}}],
    "bandwidth":{"total_bytes_per_second":12000000,"connection_bytes_per_second":750000}}"#;

#[test]
fn a_line_that_a_few_requests_fill_gets_few() {
    for way in [Link::down, Link::up] {
        let link = Link::new(40, 512 * KIB);
        let run = way(&link, NARROW);
        run.assert_smooth(&link);
        let (_, allowed) = run.most_at_once();
        assert!(allowed <= 32, "{run:?}");
        assert!(run.at_the_end() <= 16, "{run:?}");
    }
}

#[test]
fn a_line_that_gives_each_connection_little_gets_as_many_as_fill_it() {
    for way in [Link::down, Link::up] {
        let link = Link::new(120, 256 * KIB);
        let run = way(&link, SHARED);
        run.assert_smooth(&link);
        let (at_once, allowed) = run.most_at_once();
        assert!(at_once >= 16 && allowed <= 64, "{run:?}");
    }
}

#[test]
fn small_objects_far_away_go_many_at_once() {
    let far = r#"{"rules":[{"then":{"delay_ms":100}}]}"#;
    for way in [Link::down, Link::up] {
        let link = Link::new(2400, 4 * KIB);
        let run = way(&link, far);
        run.assert_smooth(&link);
        assert!(run.most_at_once().1 >= 64, "{run:?}");
    }
}

#[test]
fn on_a_slow_line_nothing_is_given_up_or_sent_for_nothing() {
    let slow =
        r#"{"rules":[{"then":{"delay_ms":40}}],"bandwidth":{"total_bytes_per_second":1250000}}"#;
    for way in [Link::down, Link::up] {
        let link = Link::new(30, 96 * KIB);
        let run = way(&link, slow);
        run.assert_smooth(&link);
        assert!(run.at_the_end() <= 16, "{run:?}");
    }
}
