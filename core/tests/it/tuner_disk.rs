//! The controller where a disk stands before the link, both of them numbers: against the best pair of numbers that stay.

use std::sync::OnceLock;

use crate::link::figures::{Best, Figures, best, figures, missed};
use crate::link::rules::Rule;
use crate::link::scenario::{Scenario, disks, drawn_disk};

/// Disks that nobody chose: the seeds 0 to this.
const DRAWN: u64 = 40;

/// One disk: what the best pair brings, what ours does, and what ours does that leaves the disk alone.
struct Tried {
    scenario: Scenario,
    ours: Figures,
    open: Figures,
    missed: Vec<&'static str>,
}

fn tried(scenarios: impl Iterator<Item = Scenario>) -> Vec<Tried> {
    let try_it = |scenario: Scenario| {
        let best: Best = best(&scenario);
        let ours = figures(&scenario, &best, Rule::ours(scenario.request_bytes));
        let open = figures(&scenario, &best, Rule::ours_open(scenario.request_bytes));
        Tried {
            missed: missed(&scenario, &ours),
            scenario,
            ours,
            open,
        }
    };
    scenarios.map(try_it).collect()
}

fn ground() -> &'static [Tried] {
    static GROUND: OnceLock<Vec<Tried>> = OnceLock::new();
    GROUND.get_or_init(|| tried(disks().into_iter()))
}

fn nobodys() -> &'static [Tried] {
    static NOBODYS: OnceLock<Vec<Tried>> = OnceLock::new();
    NOBODYS.get_or_init(|| tried((0..DRAWN).map(drawn_disk)))
}

fn seeks(tried: &Tried) -> bool {
    tried.scenario.disk.is_some_and(|disk| disk.seek.is_some())
}

/// What is read by few and long operations comes in bursts when it is sent afterwards.
const LATE: [&str; 2] = [
    "a disk of 120 MB/s that seeks, 1 Gbit/s, 30 ms, up",
    "an SSD of 300 MB/s, 10 Gbit/s, 60 ms, up",
];

#[test]
fn with_every_named_disk_but_two_every_figure_is_met_and_with_those_it_is_a_second_late() {
    for Tried {
        scenario,
        ours,
        missed,
        ..
    } in ground()
    {
        if LATE.contains(&scenario.name.as_str()) {
            assert!(ours.moved >= 0.93 && ours.t95_s <= 6.0, "{ours:?}");
        } else {
            assert!(missed.is_empty(), "{}: {missed:?}: {ours:?}", scenario.name);
        }
    }
}

#[test]
fn with_disks_that_nobody_chose_three_of_four_meet_every_figure_and_none_is_lost() {
    let mut misses = Vec::new();
    for Tried {
        scenario,
        ours,
        missed,
        ..
    } in nobodys()
    {
        assert!(ours.moved >= 0.9, "{}: {ours:?}", scenario.name);
        if !missed.is_empty() {
            misses.push(format!("{}: {missed:?}: {ours:?}", scenario.name));
        }
    }
    assert!(misses.len() as u64 <= DRAWN / 4, "{misses:#?}");
}

#[test]
fn a_disk_that_likes_many_is_not_slowed_down() {
    let all = ground().iter().chain(nobodys());
    for tried in all.filter(|tried| !seeks(tried)) {
        let (ours, open) = (tried.ours.moved, tried.open.moved);
        assert!(
            ours >= 0.97 * open,
            "{}: {ours} {open}",
            tried.scenario.name
        );
    }
}

#[test]
fn a_disk_that_seeks_moves_more_than_without_a_limit() {
    let all = ground().iter().chain(nobodys());
    for tried in all.filter(|tried| seeks(tried)) {
        let (ours, open) = (tried.ours.moved, tried.open.moved);
        assert!(
            ours >= 0.97 * open,
            "{}: {ours} {open}",
            tried.scenario.name
        );
    }
    let sums = |of: fn(&Tried) -> f64| {
        ground()
            .iter()
            .filter(|tried| seeks(tried))
            .map(of)
            .sum::<f64>()
    };
    let (ours, open) = (
        sums(|tried| tried.ours.moved),
        sums(|tried| tried.open.moved),
    );
    assert!(ours > 1.5 * open, "{ours} {open}");
}
