//! The decisions of the controller in made-up windows.

use super::*;

/// A window in which every allowed request was in flight and moved its part.
fn sample(concurrency: u32, processor: f64) -> Sample {
    let bytes = u64::from(concurrency.min(40)) << 20;
    Sample {
        window: WINDOW,
        moved_bytes: bytes,
        succeeded: concurrency.min(40),
        succeeded_bytes: bytes,
        under_way: concurrency,
        processor,
        ..Sample::default()
    }
}

fn after(windows: u32, processor: f64) -> Tuner {
    let mut tuner = Tuner::new(Range {
        start: 16,
        least: 1,
        most: 512,
        is_fixed: false,
        block_bytes: 1 << 20,
        keeps_block_bytes: false,
    });
    for _ in 0..windows {
        let concurrency = tuner.decision().concurrency;
        tuner.step(&sample(concurrency, processor));
    }
    tuner
}

#[test]
fn only_a_number_that_the_link_limited_is_remembered() {
    let by_link = after(60, 0.2);
    let settled = by_link.settled();
    assert!(
        settled.is_some_and(|number| (30..=128).contains(&number)),
        "{settled:?}"
    );
    assert_eq!(after(60, 1.0).settled(), None);
}

#[test]
fn a_number_below_what_every_worker_keeps_is_never_tried() {
    // A link that two requests fill, for two workers: one request must never be seen.
    let mut tuner = Tuner::new(Range {
        start: 16,
        least: 2,
        most: 512,
        is_fixed: false,
        block_bytes: 1 << 20,
        keeps_block_bytes: false,
    });
    let mut held = 0;
    for _ in 0..200 {
        let under_way = tuner.decision().concurrency.max(2);
        let decision = tuner.step(&Sample {
            under_way,
            ..sample(2, 0.2)
        });
        assert!(decision.concurrency >= 2, "{decision:?}");
        held += u32::from(decision.phase == Phase::Hold);
    }
    assert!(held > 100, "it went on trying: {held} of 200");
}

#[test]
fn bytes_without_an_answer_do_not_change_the_block_size() {
    let arrives = |answers| Sample {
        answers,
        succeeded: 0,
        succeeded_bytes: 0,
        ..sample(40, 0.2)
    };
    let mut tuner = after(0, 0.2);
    let whole = tuner.decision().block_bytes;
    for _ in 0..8 {
        tuner.step(&arrives(AnswerRate::TooFew));
    }
    assert_eq!(tuner.decision().block_bytes, whole);
    // 40 MiB arrive in each window, and a ten-thousandth of that is answered.
    let rate = f64::from(40 << 20) / WINDOW.as_secs_f64() / 10_000.0;
    tuner.step(&arrives(AnswerRate::Rate(rate)));
    assert!(tuner.decision().block_bytes < whole);
}

#[test]
fn where_memory_is_waited_for_the_number_does_not_climb() {
    let mut tuner = after(0, 0.2);
    for _ in 0..60 {
        let concurrency = tuner.decision().concurrency;
        let decision = tuner.step(&Sample {
            for_memory: 12,
            under_way: 4,
            ..sample(concurrency, 0.2)
        });
        assert_eq!((decision.concurrency, decision.bound), (16, Bound::Memory));
    }
    let decision = tuner.step(&sample(16, 0.2));
    assert_ne!(decision.bound, Bound::Memory);
}

#[test]
fn what_waits_for_the_disk_says_that_the_disk_limits() {
    let mut tuner = after(60, 0.2);
    let with = |at_disk: u32, under_way: u32| Sample {
        under_way,
        at_disk,
        ..sample(40, 0.2)
    };
    assert_eq!(tuner.step(&with(36, 4)).bound, Bound::Disk);
    assert_eq!(tuner.step(&with(4, 0)).bound, Bound::Disk);
    assert_ne!(tuner.step(&with(4, 36)).bound, Bound::Disk);
    assert_ne!(tuner.step(&with(0, 0)).bound, Bound::Disk);
}

#[test]
fn where_the_disk_has_enough_the_number_does_not_climb() {
    let mut tuner = after(0, 0.2);
    for window in 1..60 {
        // What is received moves ever more, as long as there is memory for it.
        let bytes = window << 20;
        let decision = tuner.step(&Sample {
            moved_bytes: bytes,
            under_way: 4,
            at_disk: ENOUGH_AT_DISK,
            disk_ended: 20,
            disk_bytes: 80 << 20,
            ..sample(16, 0.2)
        });
        assert!(decision.concurrency <= 16, "{decision:?}");
    }
}

#[test]
fn what_is_tried_at_the_disk_is_no_change_of_the_link() {
    let mut tuner = after(60, 0.2);
    let mut number = None;
    for _ in 0..40 {
        let at_once = tuner.decision().turns.map_or(24, |turns| turns.min(24));
        let bytes = (800 << 20) / u64::from(3 + at_once);
        let tries = tuner.disk.is_trying();
        let before = tuner.decision().concurrency;
        let decision = tuner.step(&Sample {
            window: WINDOW,
            moved_bytes: bytes,
            succeeded: 4,
            succeeded_bytes: bytes,
            under_way: 4,
            at_disk: 24,
            disk_ended: (bytes >> 22) as u32,
            disk_bytes: bytes,
            processor: 0.2,
            ..Sample::default()
        });
        let concurrency = decision.concurrency;
        if tries {
            assert_eq!(concurrency, before);
            number.get_or_insert(before);
        }
        let most = number.map_or(u32::MAX, |number| 5 * number / 4 + 1);
        assert!(concurrency <= most, "{concurrency} of {most}");
    }
    assert!(number.is_some());
    assert!(tuner.decision().turns.is_some_and(|turns| turns <= 2));
}

#[test]
fn a_queue_before_the_line_ends_the_doubling() {
    let numbers = |round_trips_ms: &[u64]| -> Vec<u32> {
        let mut tuner = after(0, 0.2);
        let window = |ms: &u64| {
            let concurrency = tuner.decision().concurrency;
            let decision = tuner.step(&Sample {
                round_trip: Some(Duration::from_millis(*ms)),
                ..sample(concurrency, 0.2)
            });
            decision.concurrency
        };
        round_trips_ms.iter().map(window).collect()
    };
    assert_eq!(numbers(&[80, 85, 82, 80]), [16, 32, 32, 64]);
    assert_eq!(numbers(&[80, 85, 160, 80]), [16, 32, 16, 16]);
    // A wait of a tenth of a millisecond does not count.
    let near = numbers(&[1, 1, 2, 1]);
    assert!(near[3] > 16, "{near:?}");
}

#[test]
fn a_doubling_that_the_end_of_the_work_interrupts_is_taken_back() {
    let mut tuner = after(4, 0.2);
    assert!(tuner.concurrency.is_climbing() && tuner.decision().concurrency > 16);
    let tried = tuner.decision().concurrency;
    tuner.step(&Sample {
        starved: true,
        ..sample(tried, 0.2)
    });
    assert_eq!(tuner.decision().concurrency, tried / 2);
    assert_eq!(tuner.settled(), None);
}
