//! Random tables with random options, while the service fails and azring is killed: what is exported and
//! imported again is equal in every type and value.
//!
//! `entities` makes tables, and is the reference for an import. `service_faults` disturbs the service. `case`
//! exports, imports and compares. The seed of a case that fails is in the message. `scripts/table_model.sh` runs
//! thousands: `AZRING_TABLES` says how many, `AZRING_SEED` the first seed, and each case has the seed after that
//! of the one before. A case that fails there is made smaller as long as it fails.

mod case;
mod draw;
mod entities;
mod service_faults;
mod stored_table;
mod tally;
mod typed_value;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use case::{Disturbance, TableCase};
use entities::Entities;
use tally::Tally;

/// The variable that says how many cases there are.
const COUNT: &str = "AZRING_TABLES";

/// Cases of an ordinary run. Their seeds are fixed.
const CASES: u64 = 24;
const FIRST_SEED: u64 = 1;

/// One case of so many is large.
const LARGE_EVERY: u64 = 100;

/// Cases that run at the same time. Most of their time they wait to try again.
const THREADS: u64 = 8;

/// So often a case is made smaller, where `AZRING_TABLES` is given.
const SMALLER_MAX: usize = 40;

/// The number in this variable of the environment.
fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |number| {
        number.parse().expect("the variable is a number")
    })
}

#[expect(clippy::print_stdout, reason = "the seed of a random test is printed")]
fn say(text: &str) {
    println!("{text}");
}

#[test]
fn random_tables_are_equal_after_export_and_import() {
    let (count, first) = (number(COUNT, CASES), number("AZRING_SEED", FIRST_SEED));
    say(&format!("{count} tables, AZRING_SEED={first}"));
    let (next, tally) = (AtomicU64::new(0), Tally::default());
    let failed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(count) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let seed = first.wrapping_add(index);
                    if let Err(failure) = checked(seed, &tally) {
                        say(&format!("AZRING_TABLES=1 AZRING_SEED={seed}: {failure}"));
                        failed.lock().expect("no thread panics").push(seed);
                    }
                }
            });
        }
    });
    say(&tally.to_string());
    let failed = failed.into_inner().expect("no thread panics");
    assert!(
        failed.is_empty(),
        "tables that differ, by their seeds: {failed:?}"
    );
}

/// Runs the case of a seed; describes a failure, and the smallest case that fails too.
fn checked(seed: u64, tally: &Tally) -> Result<(), String> {
    let case = TableCase::random(seed, seed.is_multiple_of(LARGE_EVERY));
    let Err(why) = attempt(&case, tally) else {
        return Ok(());
    };
    if std::env::var_os(COUNT).is_none() {
        return Err(why);
    }
    let (smallest, last) = smaller(case);
    let last = last.unwrap_or_else(|| "it does not fail any more".to_owned());
    let shown = format!("{smallest:?}");
    let shown: String = shown.chars().take(3000).collect();
    Err(format!("{why}\nmade smaller: {last}\n{shown}"))
}

fn attempt(case: &TableCase, tally: &Tally) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| case.run(tally))).map_err(|broken| {
        let text = broken.downcast_ref::<String>().cloned();
        text.or_else(|| broken.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic without a message".to_owned())
    })
}

/// Leaves out whatever the failure does not need. Returns the smallest case, and how it fails.
fn smaller(mut case: TableCase) -> (TableCase, Option<String>) {
    let mut last = None;
    let mut tried = 0;
    let mut attempt_with = |case: &mut TableCase, change: &dyn Fn(&mut TableCase)| {
        let mut other = case.clone();
        change(&mut other);
        tried += 1;
        if tried > SMALLER_MAX {
            return false;
        }
        let failure = attempt(&other, &Tally::default()).err();
        let fails = failure.is_some();
        if fails {
            last = failure;
            *case = other;
        }
        fails
    };
    let changes: [&dyn Fn(&mut TableCase); 10] = [
        &|case| case.export.kills = Vec::new(),
        &|case| case.import.kills = Vec::new(),
        &|case| case.export = Disturbance::default(),
        &|case| case.import = Disturbance::default(),
        &|case| case.existing = Entities::new(),
        &|case| case.export_words.clear(),
        &|case| case.import_words.clear(),
        &|case| case.has_two_servers = false,
        &|case| case.is_damaged_too = false,
        &|_| {},
    ];
    for change in changes {
        attempt_with(&mut case, change);
    }
    // Halves, quarters and so on of the entities.
    let mut parts = 2;
    while parts <= case.entities.len().max(1) * 2 && parts <= 64 {
        let length = case.entities.len().div_ceil(parts).max(1);
        let mut at = 0;
        while at < case.entities.len() {
            let left_out = at..at + length;
            let fails = attempt_with(&mut case, &|case| {
                let mut index = 0;
                case.entities.retain(|_, _| {
                    index += 1;
                    !left_out.contains(&(index - 1))
                });
            });
            if !fails {
                at += length;
            }
        }
        parts *= 2;
    }
    (case, last)
}
