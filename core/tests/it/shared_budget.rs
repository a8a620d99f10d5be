//! Several processes at one account: they share what the service allows fairly, use nearly all of it, and
//! are refused little, without talking to each other.

use crate::link::client::Past;
use crate::link::figures::{fairness, mean};
use crate::link::rules::Rule;
use crate::link::scenario::{Budget, MB, MIB, Scenario};
use crate::link::world::World;

/// How long processes run, and when the last of them have settled, in seconds.
const END_S: f64 = 150.0;
const SETTLED_S: f64 = 90.0;

/// Accounts with a limit, each far away enough that requests take a while.
fn accounts() -> Vec<Scenario> {
    const LINK: f64 = 1250.0 * MB;
    let requests = |rate: f64| Budget {
        requests_per_second: Some(rate),
        ..Budget::default()
    };
    let bytes = |rate: f64, after_body: bool| Budget {
        bytes_per_second: Some(rate),
        after_body,
        ..Budget::default()
    };
    vec![
        Scenario::new("2,000 requests/s, 4 KiB", 4096, 10.0, LINK).budget(requests(2000.0)),
        Scenario::new("1,000 requests/s, named, Retry-After", 65536, 20.0, LINK).budget(Budget {
            retry_after_s: Some(1.0),
            names_cause: true,
            ..requests(1000.0)
        }),
        Scenario::new("500 MB/s, 4 MiB, before the body", 4 * MIB, 10.0, LINK)
            .budget(bytes(500.0 * MB, false)),
        Scenario::new("500 MB/s, 4 MiB, after the body", 4 * MIB, 10.0, LINK)
            .budget(bytes(500.0 * MB, true)),
        Scenario::new("300 MB/s, 1 MiB, after the body", MIB, 30.0, LINK)
            .budget(bytes(300.0 * MB, true)),
        Scenario::new("64 MB/s, 1 MiB, before the body", MIB, 10.0, LINK)
            .budget(bytes(64.0 * MB, false)),
        Scenario::new("64 MB/s, 1 MiB, after the body", MIB, 10.0, LINK)
            .budget(bytes(64.0 * MB, true)),
    ]
}

/// What came of several processes from the time on at which they have settled.
#[derive(Debug)]
struct Shared {
    /// Jain's index: 1 is fair.
    fairness: f64,
    /// What they moved, of what the service allows.
    used: f64,
    /// Attempts that were refused, of all.
    refused: f64,
}

/// Lets processes run that begin at these times.
fn shared(scenario: &Scenario, begins: &[f64]) -> Shared {
    let rules = begins
        .iter()
        .map(|begin| (*begin, Rule::ours(scenario.request_bytes)))
        .collect();
    let pasts = World::run(scenario, rules, END_S);
    let moved: f64 = pasts.iter().map(|past| mean(past, SETTLED_S, END_S)).sum();
    let settled = |past: &'_ Past| past.time > SETTLED_S;
    let attempts = |of: fn(&Past) -> u32| -> f64 {
        let windows = pasts.iter().flatten().filter(|past| settled(past));
        windows.map(|past| f64::from(of(past))).sum()
    };
    let (succeeded, refused) = (
        attempts(|past| past.succeeded),
        attempts(|past| past.refused),
    );
    Shared {
        fairness: fairness(&pasts, SETTLED_S, END_S),
        used: moved / scenario.allowed(),
        refused: refused / (succeeded + refused).max(1.0),
    }
}

/// What is missed of Jain's index 0.9, nine tenths of the limit, and one refusal in twenty. A process with a few
/// requests per second finds the limit with one of eight.
fn missed(shared: &Shared, scenario: &Scenario, count: usize) -> bool {
    const FEW_PER_SECOND: f64 = 16.0;
    let each = scenario.allowed() / scenario.request_bytes as f64 / count as f64;
    let refused = if each < FEW_PER_SECOND { 0.125 } else { 0.05 };
    shared.fairness < 0.9 || shared.used < 0.9 || shared.refused > refused
}

fn assert_settled(begins: impl Fn(usize) -> Vec<f64>) {
    let mut misses = Vec::new();
    for scenario in accounts() {
        for count in [2, 4, 8] {
            let shared = shared(&scenario, &begins(count));
            if missed(&shared, &scenario, count) {
                misses.push(format!("{}, {count}: {shared:?}", scenario.name));
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn processes_that_begin_together_share_what_an_account_allows() {
    assert_settled(|count| vec![0.0; count]);
}

#[test]
fn a_process_that_joins_late_gets_its_part() {
    assert_settled(|count| {
        let mut begins = vec![0.0; count];
        begins[count - 1] = 30.0;
        begins
    });
}

#[test]
fn processes_that_begin_one_after_another_share_it_too() {
    assert_settled(|count| (0..count).map(|at| 4.0 * at as f64).collect());
}
