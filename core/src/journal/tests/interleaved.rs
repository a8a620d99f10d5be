//! Replays records and compares the state with the reference model, for any prefix and any order of reports.

use std::sync::Arc;

use proptest::prelude::*;

use super::command;
use super::disk::Disk;
use super::model::{Model, script::Said};
use super::seed::Chance;
use crate::journal::append::RecordBuffer;
use crate::journal::{Claim, compact, replay};

/// Writes `count` random records, and compares the file with the model.
fn written(seed: u64, count: usize, about: &str) {
    let mut chance = Chance::of(seed);
    let disk = Disk::new(seed);
    let folder = Arc::new(disk);
    let claim = Claim::within(folder, "j").unwrap();
    let mut ready = claim.home.lay(&command("/data")).unwrap();
    let mut model = Model::default();
    let mut group = Vec::new();
    let mut line = RecordBuffer::new(&ready.header, ready.end, ready.next_seq);
    for step in 0..count {
        let said = Said::next(&mut chance, &model);
        line.push(&said.record());
        model.apply(&said.record());
        if chance.once_in(5) || step + 1 == count {
            let offset = line.take(&mut group);
            ready.file.write_at(&group, offset).unwrap();
            if chance.once_in(3) {
                line.synced(offset + group.len() as u64);
            }
            let replayed = replay(Arc::clone(&ready.file), "j").unwrap();
            if line.is_empty() {
                model.compare(&replayed, about);
            }
            if line.is_empty() && chance.once_in(10) {
                ready = compact::shorten(&claim.home, &replayed).unwrap();
                assert_eq!(ready.next_seq, model.planned_count());
                line = RecordBuffer::new(&ready.header, ready.end, ready.next_seq);
                let again = replay(Arc::clone(&ready.file), "j").unwrap();
                model.compare(&again, about);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_order_of_reports_leads_to_the_state_that_the_reference_says(seed: u64, count in 1..200_usize) {
        written(seed, count, &format!("seed {seed}, {count} records"));
    }
}
