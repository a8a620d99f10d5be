//! The controller on links that exist only in numbers: against the best number that stays, and against the rules that
//! others use. Virtual time; the same seed gives the same run, so nothing here depends on this machine.

use std::sync::OnceLock;

use crate::link::figures::{Best, best, fairness, figures, missed};
use crate::link::rules::Rule;
use crate::link::scenario::{Scenario, drawn, drawn_line, lines, named};
use crate::link::world::World;

/// Links that nobody chose: the seeds 0 to this.
const DRAWN: u64 = 40;

/// And lines of packets, of which it takes fewer to be slow.
const DRAWN_LINES: u64 = 20;

/// The rule for a link.
type OfScenario = fn(&Scenario) -> Rule;

/// The named links with the best that a fixed number brings on each.
fn ground() -> &'static [(Scenario, Best)] {
    static GROUND: OnceLock<Vec<(Scenario, Best)>> = OnceLock::new();
    GROUND.get_or_init(|| {
        let with_best = |scenario: Scenario| {
            let best = best(&scenario);
            (scenario, best)
        };
        named().into_iter().map(with_best).collect()
    })
}

#[test]
fn on_every_named_link_every_figure_is_met() {
    for (scenario, best) in ground() {
        let figures = figures(scenario, best, Rule::ours(scenario.request_bytes));
        let missed = missed(scenario, &figures);
        assert!(
            missed.is_empty(),
            "{}: {missed:?}: {figures:?}",
            scenario.name
        );
    }
}

#[test]
fn on_every_named_link_uploads_that_are_seen_to_arrive_meet_every_figure_too() {
    for (scenario, best) in ground() {
        let up = scenario.clone().upload();
        let figures = figures(&up, best, Rule::ours(up.request_bytes));
        let missed = missed(&up, &figures);
        assert!(missed.is_empty(), "{}: {missed:?}: {figures:?}", up.name);
    }
}

/// A seeking disk is no upload's, and beside 32 others a change is seen late when only answers tell.
const NOT_UP: [&str; 2] = [
    "a disk of 200 MB/s that seeks",
    "32 other connections for 20 s",
];

#[test]
fn where_only_answers_tell_of_uploads_all_but_two_named_links_meet_every_figure() {
    for (scenario, best) in ground() {
        if NOT_UP.iter().any(|name| scenario.name.contains(name)) {
            continue;
        }
        let up = scenario.clone().upload().unseen();
        let figures = figures(&up, best, Rule::ours(up.request_bytes));
        let missed = missed(&up, &figures);
        assert!(missed.is_empty(), "{}: {missed:?}: {figures:?}", up.name);
    }
}

#[test]
fn on_links_that_nobody_chose_nine_of_ten_meet_every_figure_and_none_is_lost() {
    drawn_links_meet(|scenario| scenario);
}

#[test]
fn and_so_do_uploads_over_them() {
    drawn_links_meet(Scenario::upload);
}

/// Nine of ten drawn links meet every figure this way, and none is lost.
fn drawn_links_meet(way: impl Fn(Scenario) -> Scenario) {
    let mut misses = Vec::new();
    for seed in 0..DRAWN {
        let scenario = way(drawn(seed));
        let best = best(&scenario);
        let figures = figures(&scenario, &best, Rule::ours(scenario.request_bytes));
        assert!(
            figures.moved >= 0.7,
            "seed {seed}: {scenario:?}: {figures:?}"
        );
        let not_met = missed(&scenario, &figures);
        if !not_met.is_empty() {
            misses.push(format!("{}: {not_met:?}: {figures:?}", scenario.name));
        }
    }
    assert!(misses.len() as u64 <= DRAWN / 10, "{misses:#?}");
}

/// How many of these meet every figure, and the least that any moved of what the best number moves.
fn met(scenarios: impl IntoIterator<Item = Scenario>) -> (usize, f64) {
    let (mut met, mut least) = (0, f64::INFINITY);
    for scenario in scenarios {
        let best = best(&scenario);
        let figures = figures(&scenario, &best, Rule::ours(scenario.request_bytes));
        met += usize::from(missed(&scenario, &figures).is_empty());
        least = figures.moved.min(least);
    }
    (met, least)
}

#[test]
fn on_long_lines_half_meet_every_figure_and_none_is_lost_for_the_slow_beginning_of_its_connections()
{
    let (down, least) = met(lines());
    assert!(down >= 7 && least >= 0.8, "{down}, {least}");
    let (up, least) = met(lines().into_iter().map(Scenario::upload));
    assert!(up >= 7 && least >= 0.8, "{up}, {least}");
}

#[test]
fn what_a_proxy_takes_at_once_deceives_and_no_line_is_lost_for_it() {
    for between in [256.0 * 1024.0, 8.0 * 1024.0 * 1024.0] {
        let up = |line: Scenario| line.upload().through(between);
        let (met, least) = met(lines().into_iter().map(up));
        assert!(met >= 5 && least >= 0.65, "{between}: {met}, {least}");
    }
}

#[test]
fn on_lines_that_nobody_chose_two_of_three_meet_every_figure_and_all_move_nearly_the_most() {
    let (down, least) = met((0..DRAWN_LINES).map(drawn_line));
    assert!(down >= 14 && least >= 0.88, "{down}, {least}");
    let (up, least) = met((0..DRAWN_LINES).map(drawn_line).map(Scenario::upload));
    assert!(up >= 14 && least >= 0.88, "{up}, {least}");
}

#[test]
fn its_worst_link_is_better_than_the_worst_of_every_rule_of_thumb() {
    let worst = |rule: OfScenario| {
        let moved = ground()
            .iter()
            .map(|(scenario, best)| figures(scenario, best, rule(scenario)).moved);
        moved.fold(f64::INFINITY, f64::min)
    };
    let ours = worst(|scenario| Rule::ours(scenario.request_bytes));
    let others: [(&str, OfScenario); 5] = [
        ("8 for each of two cores", |_| Rule::Fixed(16)),
        ("32", |_| Rule::Fixed(32)),
        ("300", |_| Rule::Fixed(300)),
        ("one more, or half", |_| Rule::aimd()),
        ("step by step", |_| Rule::steps()),
    ];
    for (name, rule) in others {
        let theirs = worst(rule);
        assert!(ours > theirs, "{name}: {theirs}, ours {ours}");
    }
}

#[test]
fn two_that_share_a_link_or_a_limit_share_it_fairly() {
    for (scenario, _) in ground() {
        // A disk of one's own, a processor of one's own, and links that change are not shared for long.
        let is_shared = scenario.thrash.is_none()
            && scenario.changes().len() == 1
            && scenario.processor.0 < 1e-5
            && !scenario.is_slow();
        if !is_shared {
            continue;
        }
        for second_at in [0.0, 15.0] {
            let rule = || Rule::ours(scenario.request_bytes);
            let both = World::run(scenario, vec![(0.0, rule()), (second_at, rule())], 75.0);
            let index = fairness(&both, 45.0, 75.0);
            assert!(
                index >= 0.9,
                "{}, the second {second_at} s later: {index}",
                scenario.name
            );
        }
    }
}

#[test]
fn on_every_line_of_packets_some_number_fills_it_where_nothing_is_lost_by_chance() {
    for scenario in lines().into_iter().chain((0..5).map(drawn_line)) {
        let lost = scenario.tcp.is_some_and(|tcp| tcp.loss > 0.0);
        let least = if lost { 0.5 } else { 0.9 };
        let filled = best(&scenario).phases[0].1 / scenario.bandwidth_at(0.0);
        assert!(
            (least..=1.02).contains(&filled),
            "{}: {filled}",
            scenario.name
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let scenario = drawn(7);
    let run = || {
        let past = World::run(
            &scenario,
            vec![(0.0, Rule::ours(scenario.request_bytes))],
            10.0,
        );
        format!("{past:?}")
    };
    assert_eq!(run(), run());
}

#[test]
fn a_remembered_number_is_where_it_begins_and_a_fixed_one_is_where_it_stays() {
    let (scenario, best) = &ground()[10];
    let from = figures(scenario, best, Rule::ours_from(256, scenario.request_bytes));
    let afresh = figures(scenario, best, Rule::ours(scenario.request_bytes));
    assert!(from.t95_s < afresh.t95_s, "{from:?} {afresh:?}");
    let past = World::run(scenario, vec![(0.0, Rule::pinned(7))], 20.0);
    assert!(
        past[0]
            .iter()
            .all(|window| window.decision.concurrency == 7)
    );
}
