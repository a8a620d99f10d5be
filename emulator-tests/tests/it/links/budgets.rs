//! Services that push back: a budget has one second's worth of credit, so that the first second of a run is refused nothing.
//!
//! These runs take a few seconds, in which the pace is found; what a longer one wastes is measured by `scripts/scenes.sh`.

use super::{Link, Run};

const KIB: u64 = 1 << 10;

/// Five are carried for each one that is refused: requests get a pace, or there are fewer at once.
#[track_caller]
fn assert_paced(run: &Run, link: &Link) {
    assert!((1..=link.objects / 5).contains(&run.refused), "{run:?}");
    assert_eq!(run.trace.sum("timeouts"), 0, "{run:?}");
    run.assert_wasted_at_most(6, link);
    let refused = run.trace.all("refused").position(|refused| refused > 0);
    let windows = &run.trace.windows()[refused.expect("something was refused")..];
    let at_first = windows[0]["concurrency"].as_u64();
    let heeds = |window: &serde_json::Value| {
        window["pace_requests_per_second"].is_number()
            || window["pace_bytes_per_second"].is_number()
            || window["concurrency"].as_u64() < at_first
    };
    assert!(windows.iter().any(heeds), "{run:?}");
}

#[test]
fn a_service_that_allows_so_many_requests_a_second_refuses_few() {
    let budget = r#"{"rules":[{"then":{"delay_ms":10}}],"budgets":[{"requests_per_second":200}]}"#;
    for way in [Link::down, Link::up] {
        let link = Link::new(600, 8 * KIB);
        assert_paced(&way(&link, budget), &link);
    }
}

#[test]
fn a_service_that_says_when_to_come_again_is_left_alone_for_as_long() {
    let budget = r#"{"rules":[{"then":{"delay_ms":10}}],"budgets":[{"requests_per_second":200,"retry_after":1}]}"#;
    for way in [Link::down, Link::up] {
        let link = Link::new(600, 8 * KIB);
        let run = way(&link, budget);
        assert_paced(&run, &link);
        assert_eq!(run.trace.most("retry_after_ms"), 1000, "{run:?}");
    }
}

#[test]
fn a_service_that_allows_so_many_bytes_a_second_refuses_few() {
    let budget = r#"{"rules":[{"then":{"delay_ms":10}}],"budgets":[{"bytes_per_second":10000000,"answer":"after_body"}]}"#;
    for way in [Link::down, Link::up] {
        let link = Link::new(240, 128 * KIB);
        assert_paced(&way(&link, budget), &link);
    }
}
