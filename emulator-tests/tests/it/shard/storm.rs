//! Many shards, two workers for each, killed at random and woken late: nothing is lost, nothing counted twice. The
//! largest objects are in parts.
//!
//! `AZRING_SHARD_KILLS` says how many workers are killed (`scripts/shard_model.sh`: 20, with 64 shards), and
//! `AZRING_SEED` which.

use std::time::Duration;

use azring_emulator_tests::background_run::BackgroundRun;
use azring_emulator_tests::command::Folder;
use azring_emulator_tests::emulator::clock::pause;
use rustix::process::Signal;

use super::scene::{Scene, tree};
use crate::kills::Draw;

/// Workers at once.
const WORKERS: usize = 4;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("it is a number"))
}

/// A worker that runs, with the state that outlives it.
struct Worker {
    shard: u64,
    state: Folder,
    run: BackgroundRun,
}

fn wait(worker: &mut Worker) {
    while !worker.run.has_ended() {
        pause(Duration::from_millis(1));
    }
}

#[test]
fn killed_and_late_workers_lose_nothing_and_count_nothing_twice() {
    let shards = number("AZRING_SHARDS", 8);
    let (mut kills, mut zombies) = (number("AZRING_SHARD_KILLS", 4), number("AZRING_ZOMBIES", 2));
    let mut draw = Draw::new("shards");
    let scene = Scene::new(tree(shards * 12));
    scene
        .plan(&[&format!("/Shards:{shards}"), "/SplitAbove:4M", "/Y"])
        .run()
        .succeeded();
    // Every shard twice, on two states.
    let mut waiting: Vec<(u64, Folder)> = (0..shards * 2)
        .map(|number| (number % shards, Folder::new()))
        .collect();
    let (mut running, mut asleep): (Vec<Worker>, Vec<Worker>) = Default::default();
    while !(waiting.is_empty() && running.is_empty()) {
        while running.len() < WORKERS
            && let Some((shard, state)) = waiting.pop()
        {
            let run = scene.run_in(&shard.to_string(), &state).launch();
            running.push(Worker { shard, state, run });
        }
        let mut worker = running.swap_remove(draw.below(running.len() as u64) as usize);
        match draw.below(3) {
            0 if kills > 0 => {
                pause(Duration::from_micros(draw.below(60_000)));
                kills -= u64::from(worker.run.kill());
                // The next attempt has the old state, or lost it.
                let is_kept = draw.below(2) == 0;
                let state = if is_kept { worker.state } else { Folder::new() };
                waiting.push((worker.shard, state));
            }
            1 if zombies > 0 => {
                pause(Duration::from_micros(draw.below(60_000)));
                worker.run.signal(Signal::STOP);
                zombies -= 1;
                waiting.push((worker.shard, Folder::new()));
                asleep.push(worker);
            }
            _ => wait(&mut worker),
        }
    }
    for mut worker in asleep {
        worker.run.signal(Signal::CONT);
        wait(&mut worker);
    }
    scene.assert_complete();
}
