//! Services that push back: a budget has one second's worth of credit, so that the first second of a run is refused nothing.
//!
//! These runs take a few seconds, in which the pace is found; what a longer one wastes is measured by `scripts/scenes.sh`.

use std::time::Duration;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::background_run::BackgroundRun;
use azring_emulator_tests::command::Azring;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::single_account;

use super::{Link, Run};

const KIB: u64 = 1 << 10;

/// So many are carried for each one that is refused: requests get a pace, or there are fewer at once.
#[track_caller]
fn assert_paced(run: &Run, link: &Link, carried: u64) {
    let refused_max = link.objects / carried;
    assert!((1..=refused_max).contains(&run.refused), "{run:?}");
    assert_eq!(run.trace.sum("timeouts"), 0, "{run:?}");
    run.assert_wasted_at_most(carried + 1, link);
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

/// Both directions of a link.
const WAYS: [fn(&Link, &str) -> Run; 2] = [Link::down, Link::up];

/// Carries objects to a service with the budget that `plan` makes of a number. A machine that is too slow to reach it is
/// refused nothing: then the objects are carried once more, with a quarter of the budget, and so with four times as many
/// probes for a higher pace. Returns how many have to be carried for each one that is refused, too.
fn reach(
    way: fn(&Link, &str) -> Run,
    (objects, object_bytes): (u64, u64),
    (budget, plan): (u64, fn(u64) -> String),
) -> (Run, Link, u64) {
    let with_budget = |budget: u64| {
        let link = Link::new(objects, object_bytes);
        (way(&link, &plan(budget)), link)
    };
    let (run, link) = with_budget(budget);
    if run.refused > 0 {
        return (run, link, 5);
    }
    let (run, link) = with_budget(budget / 4);
    (run, link, 3)
}

#[test]
fn a_service_that_allows_so_many_requests_a_second_refuses_few() {
    let plan = |budget| {
        format!(
            r#"{{"rules":[{{"then":{{"delay_ms":10}}}}],"budgets":[{{"requests_per_second":{budget}}}]}}"#
        )
    };
    for way in WAYS {
        let (run, link, carried) = reach(way, (600, 8 * KIB), (200, plan));
        assert_paced(&run, &link, carried);
    }
}

#[test]
fn a_service_that_says_when_to_come_again_is_left_alone_for_as_long() {
    let plan = |budget| {
        format!(
            r#"{{"rules":[{{"then":{{"delay_ms":10}}}}],"budgets":[{{"requests_per_second":{budget},"retry_after":1}}]}}"#
        )
    };
    for way in WAYS {
        let (run, link, carried) = reach(way, (600, 8 * KIB), (200, plan));
        assert_paced(&run, &link, carried);
        assert_eq!(run.trace.most("retry_after_ms"), 1000, "{run:?}");
    }
}

#[test]
fn a_service_that_allows_so_many_bytes_a_second_refuses_few() {
    let plan = |budget| {
        format!(
            r#"{{"rules":[{{"then":{{"delay_ms":10}}}}],"budgets":[{{"bytes_per_second":{budget},"answer":"after_body"}}]}}"#
        )
    };
    for way in WAYS {
        let (run, link, carried) = reach(way, (240, 128 * KIB), (10_000_000, plan));
        assert_paced(&run, &link, carried);
    }
}

/// Objects of each of the processes that share a budget, and how many requests a second that is.
const OBJECTS_EACH: u64 = 700;
const SHARED_BUDGET: u64 = 240;

/// `scripts/shared_account.py` measures how well, and for how long; here only that nobody is kept from it.
#[test]
fn four_processes_at_one_account_share_its_budget() {
    let (server, service) = single_account::start();
    let containers: Vec<_> = (0..4)
        .map(|at| service.unmade_container(&format!("shared{at}")))
        .collect();
    server.set_fault_plan(&format!(
        r#"{{"rules":[{{"then":{{"delay_ms":10}}}}],"budgets":[{{"requests_per_second":{SHARED_BUDGET}}}]}}"#
    ));
    server.watch().counters.reset();
    let mut all: Vec<_> = containers
        .iter()
        .map(|container| {
            let count = format!("/Count:{OBJECTS_EACH}");
            Azring::new()
                .args([
                    "bench",
                    "upload",
                    &container.url(),
                    &count,
                    "/Size:4K",
                    "/Keep",
                ])
                .dest_key(&Account::development())
                .launch()
        })
        .collect();
    while !all.iter_mut().any(BackgroundRun::has_ended) {
        pause(Duration::from_millis(1));
    }
    let counters = &server.watch().counters;
    let statuses = counters.snapshot().statuses;
    server.clear_faults();
    let ends: Vec<_> = all.into_iter().map(BackgroundRun::end).collect();
    assert_eq!(ends, [Some(0); 4]);
    drop(containers);
    let refused = statuses.get(&503).copied().unwrap_or_default();
    let created = statuses.get(&201).copied().unwrap_or_default();
    // The one that ended first had all; together the others had as much as one of them at least.
    assert!(created >= 2 * OBJECTS_EACH, "{statuses:?}");
    // A run of seconds is mostly the search for the pace, and longer so where the processor is busy.
    assert!(refused <= created, "{statuses:?}");
}
