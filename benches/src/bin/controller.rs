//! The controller beside fixed numbers and rules of thumb, on links that exist only in numbers.
//!
//! `controller [SEEDS]` prints a line for every named link and for so many drawn ones, links and lines, and disks, down and up,
//! and what is missed there; `controller trace NAME[, up]` one line for every window of one of them.

#[path = "../../../core/tests/it/link/mod.rs"]
#[allow(dead_code, reason = "the core's tests use all of it")]
mod link;

use link::figures::{best, figures};
use link::rules::Rule;
use link::scenario::{Scenario, disks, drawn, drawn_disk, drawn_line, lines, named};
use link::world::World;

/// How many drawn links are shown unless it is said.
const DRAWN: u64 = 20;

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, which] = &words[..]
        && word == "trace"
    {
        let name = which.trim_end_matches(", up");
        let drawn = (0..1000).flat_map(|seed| [drawn(seed), drawn_line(seed), drawn_disk(seed)]);
        let mut found = named()
            .into_iter()
            .chain(lines())
            .chain(disks())
            .chain(drawn);
        let found = found.find(|scenario| scenario.name.contains(name));
        let found = found.map(|scenario| {
            if name == which {
                scenario
            } else {
                scenario.upload()
            }
        });
        match found {
            Some(scenario) => print!("{}", trace(&scenario)),
            None => println!("there is no link `{which}`"),
        }
        return;
    }
    let seeds = words.first().and_then(|word| word.parse().ok());
    println!("{}", title());
    let seeds = 0..seeds.unwrap_or(DRAWN);
    for scenario in named()
        .into_iter()
        .chain(lines())
        .chain(disks())
        .chain(seeds.clone().map(drawn))
        .chain(seeds.clone().map(drawn_line))
        .chain(seeds.map(drawn_disk))
    {
        println!("{}", line(&scenario));
    }
}

fn title() -> String {
    format!(
        "{:62} {:>5} {:>9} | {:>6} {:>6} {:>6} {:>6} {:>4} | share of the best in a minute: {:>5} {:>5} {:>5} {:>5} {:>5}",
        "link",
        "best",
        "MB/s",
        "t95 s",
        "moved",
        "waste",
        "back s",
        "N",
        "16",
        "32",
        "300",
        "aimd",
        "steps"
    )
}

fn line(scenario: &Scenario) -> String {
    let best = best(scenario);
    let ours = figures(scenario, &best, Rule::ours(scenario.request_bytes));
    let others = [
        Rule::Fixed(16),
        Rule::Fixed(32),
        Rule::Fixed(300),
        Rule::aimd(),
        Rule::steps(),
    ];
    let others = others.map(|rule| format!("{:5.2}", figures(scenario, &best, rule).moved));
    format!(
        "{:62} {:5} {:9.1} | {:6.2} {:6.3} {:6.4} {:6.2} {:4} | {:30} {}",
        scenario.name,
        best.number,
        best.phases[0].1 / 1e6,
        ours.t95_s,
        ours.moved,
        ours.wasted,
        ours.back_s,
        ours.number,
        "",
        others.join(" ")
    )
}

fn trace(scenario: &Scenario) -> String {
    let past = World::run(
        scenario,
        vec![(0.0, Rule::ours(scenario.request_bytes))],
        60.0,
    );
    let lines = past[0].iter().map(|window| {
        let decision = window.decision;
        format!(
            "{:6.2} s {:8.1} MB/s, {:6.1} MB/s for nothing, {:3} requests, {:?} at the disk, {}, {:?}, blocks of {} KiB, {}\n",
            window.time,
            window.good_bytes * 4e-6,
            window.failed_bytes * 4e-6,
            decision.concurrency,
            decision.turns,
            decision.phase,
            decision.pace,
            decision.block_bytes / 1024,
            decision.bound
        )
    });
    lines.collect()
}
