//! The controller on links that exist only in numbers: against the best number that stays, and against the rules that
//! others use. Virtual time; the same seed gives the same run, so nothing here depends on this machine.

use std::sync::OnceLock;

use crate::link::figures::{Best, best, fairness, figures, missed};
use crate::link::rules::Rule;
use crate::link::scenario::{Scenario, drawn, drawn_line, lines, named};
use crate::link::world::World;

/// Links drawn from seeds: with each change of the program, and for the figures that
/// `scripts/scenes.sh` measures.
const DRAWN: u64 = 8;
const DRAWN_FOR_FIGURES: u64 = 40;

/// The same for lines of packets, of which it takes fewer to be slow.
const DRAWN_LINES: u64 = 4;
const DRAWN_LINES_FOR_FIGURES: u64 = 20;

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
fn on_every_named_link_uploads_seen_to_arrive_meet_every_figure() {
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
fn uploads_seen_by_answers_meet_every_figure_on_all_but_two_named_links() {
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
fn drawn_links_meet_nearly_every_figure_and_none_is_lost() {
    drawn_links_meet(DRAWN, |scenario| scenario);
}

#[test]
fn uploads_over_drawn_links_meet_nearly_every_figure_and_none_is_lost() {
    drawn_links_meet(DRAWN, Scenario::upload);
}

#[test]
#[ignore = "a measurement of minutes: scripts/scenes.sh runs it"]
fn nine_of_ten_drawn_links_meet_every_figure_and_none_is_lost() {
    drawn_links_meet(DRAWN_FOR_FIGURES, |scenario| scenario);
}

#[test]
#[ignore = "a measurement of minutes: scripts/scenes.sh runs it"]
fn nine_of_ten_uploads_over_drawn_links_meet_every_figure() {
    drawn_links_meet(DRAWN_FOR_FIGURES, Scenario::upload);
}

/// Nine of ten drawn links meet every figure this way, and none is lost.
fn drawn_links_meet(seeds: u64, way: impl Fn(Scenario) -> Scenario) {
    let mut misses = Vec::new();
    for seed in 0..seeds {
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
    assert!(misses.len() as u64 <= seeds.div_ceil(10), "{misses:#?}");
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

/// Every third of the long lines.
fn some_lines() -> impl Iterator<Item = Scenario> {
    lines().into_iter().step_by(3)
}

#[test]
fn no_long_line_is_lost_for_the_slow_start_of_its_connections() {
    let (_, down) = met(some_lines());
    let (_, up) = met(some_lines().map(Scenario::upload));
    assert!(down >= 0.8 && up >= 0.8, "{down}, {up}");
}

#[test]
#[ignore = "a measurement of minutes: scripts/scenes.sh runs it"]
fn half_of_the_long_lines_meet_every_figure_and_none_is_lost() {
    let (down, least) = met(lines());
    assert!(down >= 7 && least >= 0.8, "{down}, {least}");
    let (up, least) = met(lines().into_iter().map(Scenario::upload));
    assert!(up >= 7 && least >= 0.8, "{up}, {least}");
}

#[test]
fn no_upload_through_a_proxy_that_takes_all_at_once_is_lost() {
    for between in [256.0 * 1024.0, 8.0 * 1024.0 * 1024.0] {
        let up = |line: Scenario| line.upload().through(between);
        let (_, least) = met(some_lines().map(up));
        assert!(least >= 0.65, "{between}: {least}");
    }
}

#[test]
#[ignore = "a measurement of minutes: scripts/scenes.sh runs it"]
fn through_a_proxy_that_takes_all_at_once_five_lines_meet_every_figure() {
    for between in [256.0 * 1024.0, 8.0 * 1024.0 * 1024.0] {
        let up = |line: Scenario| line.upload().through(between);
        let (met, least) = met(lines().into_iter().map(up));
        assert!(met >= 5 && least >= 0.65, "{between}: {met}, {least}");
    }
}

#[test]
fn drawn_lines_move_nearly_the_most() {
    let (_, down) = met((0..DRAWN_LINES).map(drawn_line));
    let (_, up) = met((0..DRAWN_LINES).map(drawn_line).map(Scenario::upload));
    assert!(down >= 0.88 && up >= 0.88, "{down}, {up}");
}

#[test]
#[ignore = "a measurement of minutes: scripts/scenes.sh runs it"]
fn two_of_three_drawn_lines_meet_every_figure_and_move_nearly_the_most() {
    let drawn = || (0..DRAWN_LINES_FOR_FIGURES).map(drawn_line);
    let (down, least) = met(drawn());
    assert!(down >= 14 && least >= 0.88, "{down}, {least}");
    let (up, least) = met(drawn().map(Scenario::upload));
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
fn some_number_fills_every_line_of_packets_that_loses_nothing_by_chance() {
    for scenario in lines().into_iter().chain((0..DRAWN_LINES).map(drawn_line)) {
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
fn a_remembered_number_is_where_it_begins_and_a_fixed_one_stays() {
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
