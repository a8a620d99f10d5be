//! How well a rule did, measured against the best number that stays.

use super::client::Past;
use super::rules::Rule;
use super::scenario::Scenario;
use super::world::World;

/// The numbers that are tried.
pub(crate) const SWEEP: [u32; 16] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128, 256, 384, 512];

/// And the numbers of operations at the disk.
const TURNS_SWEEP: [Option<u32>; 6] = [None, Some(16), Some(8), Some(4), Some(2), Some(1)];

/// How long a rule is watched, in seconds.
pub(crate) const WATCHED_S: f64 = 60.0;

/// The best of the sweep, in bytes per second, for each phase of the link.
#[derive(Debug, Clone)]
pub(crate) struct Best {
    /// When each phase begins, and what the best number brings in it.
    pub(crate) phases: Vec<(f64, f64)>,
    /// The number that is best over all.
    pub(crate) number: u32,
    /// And how many operations at the disk go best with it.
    pub(crate) turns: Option<u32>,
}

/// What a rule achieved.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// Seconds until the mean of the next five reached 95 % of the best; infinite if never.
    pub(crate) t95_s: f64,
    /// Bytes of the first minute, as a share of what the best would have moved.
    pub(crate) moved: f64,
    /// Bytes for nothing, as a share of all that were sent: over all, and without the first ten seconds.
    pub(crate) wasted: f64,
    pub(crate) wasted_later: f64,
    /// Seconds from the worst change of the link until the mean of two reached 95 % of the new best.
    pub(crate) back_s: f64,
    /// The number of requests at the end.
    #[allow(dead_code, reason = "shown by the benchmark and by failing tests")]
    pub(crate) number: u32,
    /// And of operations at the disk.
    #[allow(dead_code, reason = "the same")]
    pub(crate) turns: Option<u32>,
}

/// Tries every number of the sweep.
pub(crate) fn best(scenario: &Scenario) -> Best {
    let changes = scenario.changes();
    // What a cache takes is counted from the beginning.
    let has_cache = scenario.disk.is_some_and(|disk| disk.cache.is_some());
    let is_steady = changes.len() == 1 && !has_cache;
    let end = if is_steady { 14.0 } else { WATCHED_S };
    let mut best = Best {
        phases: changes.iter().map(|from| (*from, 0.0)).collect(),
        number: 1,
        turns: None,
    };
    let mut best_sum = 0.0;
    for (number, turns) in pairs(scenario) {
        let past = World::run(scenario, vec![(0.0, Rule::Pair(number, turns))], end);
        let mut sum = 0.0;
        for (index, from) in changes.iter().enumerate() {
            let until = changes.get(index + 1).copied().unwrap_or(end);
            let settled = if has_cache {
                *from
            } else {
                from + 0.3 * (until - from)
            };
            // Nobody is asked to take more than half of it from others. And what is under way when the watching ends may still be refused: nobody gets more than is allowed.
            let brought = mean(&past[0], settled, until).min(scenario.allowed_at(*from));
            best.phases[index].1 = best.phases[index].1.max(brought);
            sum += brought * (until - from);
        }
        if sum > best_sum {
            (best_sum, best.number, best.turns) = (sum, number, turns);
        }
    }
    best
}

/// What is tried: every number, and where there is a disk, most of them with so many operations at once.
fn pairs(scenario: &Scenario) -> Vec<(u32, Option<u32>)> {
    if scenario.disk.is_none() {
        return SWEEP.map(|number| (number, None)).into();
    }
    let of = |number| TURNS_SWEEP.map(|turns| (number, turns));
    SWEEP.into_iter().step_by(2).flat_map(of).collect()
}

/// Watches a rule for a minute.
pub(crate) fn figures(scenario: &Scenario, best: &Best, rule: Rule) -> Figures {
    let past = World::run(scenario, vec![(0.0, rule)], WATCHED_S + 5.0).remove(0);
    let first = best.phases[0].1;
    let reached = |from: f64, span: f64, best: f64| {
        let times = past.iter().map(|window| window.time - 0.25);
        times
            .filter(|time| *time >= from && *time + span <= WATCHED_S + 5.0)
            .find(|time| mean(&past, *time, *time + span) >= 0.95 * best)
            .map_or(f64::INFINITY, |time| time - from)
    };
    let would: f64 = best
        .phases
        .iter()
        .enumerate()
        .map(|(index, (from, brought))| {
            let until = best.phases.get(index + 1).map_or(WATCHED_S, |next| next.0);
            (until - from) * brought
        })
        .sum();
    let sum = |from: f64, of: fn(&Past) -> f64| -> f64 {
        let within = past
            .iter()
            .filter(|window| window.time > from && window.time <= WATCHED_S + 0.01);
        within.map(of).sum()
    };
    let wasted = |from: f64| {
        let (good, failed) = (sum(from, |w| w.good_bytes), sum(from, |w| w.failed_bytes));
        failed / (good + failed).max(1.0)
    };
    let later = best.phases.iter().skip(1);
    Figures {
        t95_s: reached(0.0, 5.0, first),
        moved: sum(0.0, |window| window.good_bytes) / would,
        wasted: wasted(0.0),
        wasted_later: wasted(10.0),
        back_s: later
            .map(|(from, brought)| reached(*from, 2.0, *brought))
            .fold(0.0, f64::max),
        number: past.last().map_or(0, |window| window.decision.concurrency),
        turns: past.last().and_then(|window| window.decision.turns),
    }
}

/// Jain's index of what several clients moved between two times: 1 is fair, 1/n is one alone.
pub(crate) fn fairness(pasts: &[Vec<Past>], from: f64, until: f64) -> f64 {
    let shares: Vec<f64> = pasts.iter().map(|past| mean(past, from, until)).collect();
    let (sum, squares) = shares.iter().fold((0.0, 0.0), |(sum, squares), share| {
        (sum + share, squares + share * share)
    });
    sum * sum / (shares.len() as f64 * squares).max(1.0)
}

/// Bytes per second between two times.
pub(crate) fn mean(past: &[Past], from: f64, until: f64) -> f64 {
    let within = past
        .iter()
        .filter(|window| window.time > from + 0.001 && window.time <= until + 0.001);
    within.map(|window| window.good_bytes).sum::<f64>() / (until - from)
}

/// What is missed of the figures of merit; nothing when all are met.
pub(crate) fn missed(scenario: &Scenario, figures: &Figures) -> Vec<&'static str> {
    let t95_s_max = if scenario.is_slow() { 10.0 } else { 5.0 };
    [
        (figures.t95_s <= t95_s_max, "time to 95 %"),
        (figures.moved >= 0.93, "bytes of the first minute"),
        (figures.wasted <= 0.05, "bytes for nothing"),
        (figures.wasted_later <= 0.02, "bytes for nothing, later"),
        (figures.back_s <= 5.0, "time back to 95 %"),
    ]
    .into_iter()
    .filter_map(|(is_met, what)| (!is_met).then_some(what))
    .collect()
}
