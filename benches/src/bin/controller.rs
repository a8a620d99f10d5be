//! The controller beside fixed numbers and rules of thumb, on links that exist only in numbers.
//!
//! `controller [SEEDS]` prints a line for every named link and for so many drawn ones, links and lines, and disks, down and up,
//! and what is missed there; `controller trace NAME[, up]` one line for every window of one of them.

#[path = "../../../core/tests/it/link/mod.rs"]
#[allow(dead_code, reason = "the core's tests use all of it")]
mod link;

use link::figures::{Best, Figures, best, figures, missed};
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
    let seeds = 0..seeds.unwrap_or(DRAWN);
    let kinds = [
        ("named links", named()),
        ("named lines", lines()),
        ("named disks", disks()),
        ("drawn links", seeds.clone().map(drawn).collect()),
        ("drawn lines", seeds.clone().map(drawn_line).collect()),
        ("drawn disks", seeds.map(drawn_disk).collect()),
    ];
    println!("{}", title());
    let mut sums = Vec::new();
    for (kind, scenarios) in kinds {
        let mut sum = [(0, f64::INFINITY); 2];
        for scenario in &scenarios {
            let best = best(scenario);
            let up = scenario.clone().upload();
            for (scenario, (met, worst)) in [scenario, &up].into_iter().zip(&mut sum) {
                let ours = figures(scenario, &best, Rule::ours(scenario.request_bytes));
                println!("{}", line(scenario, &best, &ours));
                *met += usize::from(missed(scenario, &ours).is_empty());
                *worst = worst.min(ours.moved);
            }
        }
        let [down, up] = sum.map(|(met, worst)| format!("{met} (worst {worst:.2})"));
        sums.push(format!(
            "of {} {kind} all is met: {down}, up {up}",
            scenarios.len()
        ));
    }
    println!("{}", sums.join("\n"));
}

fn title() -> String {
    format!(
        "{:72} {:>5} {:>9} | {:>6} {:>6} {:>6} {:>6} {:>4} | {:>5} {:>5} {:>5} {:>5} {:>5} | missed",
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

fn line(scenario: &Scenario, best: &Best, ours: &Figures) -> String {
    let others = [
        Rule::Fixed(16),
        Rule::Fixed(32),
        Rule::Fixed(300),
        Rule::aimd(),
        Rule::steps(),
    ];
    let others = others.map(|rule| format!("{:5.2}", figures(scenario, best, rule).moved));
    format!(
        "{:72} {:5} {:9.1} | {:6.2} {:6.3} {:6.4} {:6.2} {:4} | {} | {}",
        scenario.name,
        best.number,
        best.phases[0].1 / 1e6,
        ours.t95_s,
        ours.moved,
        ours.wasted,
        ours.back_s,
        ours.number,
        others.join(" "),
        missed(scenario, ours).join(", ")
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
