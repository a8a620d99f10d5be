//! Crashes at calls that change the disk. A crash leaves a prefix of what was written, and at least what
//! was synced. The next run resumes from that, and crashes too.

use std::sync::Arc;

use super::disk::{Crash, Disk};
use super::model::{Model, script::Said};
use super::seed::Chance;
use super::{command, say};
use crate::journal::append::RecordBuffer;
use crate::journal::claim::Ready;
use crate::journal::{Claim, File, Record, Replayed, Result, compact, each_record};

/// How often a simulation crashes.
const LIVES: u64 = 4;

/// The records of one run between two crashes.
struct Life {
    /// The state before these records.
    before: Model,
    /// The records, and where each one ends in the file.
    said: Vec<(Said, u64)>,
    /// The number of records in the file that belong to `before`, without barriers.
    old_records: usize,
    /// Everything before this offset is durable.
    synced: u64,
    /// The generation of the journal that has these records.
    generation: u32,
}

/// Simulates several runs with a crash each.
fn simulate(seed: u64) {
    let about = format!("SEED={seed}");
    let mut chance = Chance::of(seed);
    let disk = Disk::new(chance.next());
    let mut life = None;
    for _ in 0..LIVES {
        let calls = chance.below(40);
        disk.cut_after(calls);
        // The crash is an error of one of its calls.
        let _ = live(&disk, &mut life, &mut chance, &about);
        assert!(disk.is_cut(), "{about}: the disk never failed");
        let crash = [
            Crash::Killed,
            Crash::AllLost,
            Crash::Beginning,
            Crash::AnyPart,
        ];
        disk.crash(crash[chance.below(4) as usize]);
        examine(&disk, &mut life, &about);
    }
}

/// Begins or resumes a journal, and writes records until the disk fails.
fn live(disk: &Disk, life: &mut Option<Life>, chance: &mut Chance, about: &str) -> Option<()> {
    let claim = Claim::within(Arc::new(disk.clone()), "j").ok()?;
    let ready = match claim.look().expect(about) {
        None => {
            let ready = claim.home.lay(&command("/data")).ok()?;
            *life = Some(Life::begins(Model::default(), &ready, about));
            ready
        }
        Some(replayed) => resume(&claim, &replayed, life, chance, about).ok()?,
    };
    let life = life.as_mut().expect(about);
    let mut model = life.model();
    let mut records = RecordBuffer::new(&ready.header, ready.end, ready.next_seq);
    let mut group = Vec::new();
    let mut written = ready.end;
    loop {
        for _ in 0..chance.below(6) {
            let said = Said::next(chance, &model);
            records.push(&said.record());
            model.apply(&said.record());
            life.said.push((said, records.end()));
        }
        let offset = records.take(&mut group);
        ready.file.write_at(&group, offset).ok()?;
        written = written.max(offset + group.len() as u64);
        if chance.once_in(3) {
            ready.file.sync().ok()?;
            life.synced = written;
            records.synced(written);
        }
    }
}

/// Resumes a journal, in one of the two ways in which it is prepared.
fn resume(
    claim: &Claim,
    replayed: &Replayed,
    life: &mut Option<Life>,
    chance: &mut Chance,
    about: &str,
) -> Result<Ready> {
    let known = life.as_ref().expect(about).model();
    known.compare(replayed, about);
    let ready = if chance.once_in(2) {
        compact::cut(&claim.home, replayed)?
    } else {
        compact::shorten(&claim.home, replayed)?
    };
    *life = Some(Life::begins(known, &ready, about));
    Ok(ready)
}

impl Life {
    fn begins(before: Model, ready: &Ready, about: &str) -> Self {
        Self {
            before,
            said: Vec::new(),
            old_records: count(&*ready.file, about),
            synced: 0,
            generation: ready.header.generation,
        }
    }

    /// The state after all records.
    fn model(&self) -> Model {
        let mut model = self.before.clone();
        for (said, _) in &self.said {
            model.apply(&said.record());
        }
        model
    }
}

fn count(file: &dyn File, about: &str) -> usize {
    let mut count = 0;
    each_record(file, "j", |_, record| {
        count += usize::from(!matches!(record, Record::Barrier { .. }));
    })
    .expect(about);
    count
}

/// Compares the journal on the disk with the records that were written, and removes those that were lost.
fn examine(disk: &Disk, life: &mut Option<Life>, about: &str) {
    let claim = Claim::within(Arc::new(disk.clone()), "j").expect(about);
    // No crash leaves a journal that is refused.
    let Some(replayed) = claim.look().expect(about) else {
        // It may be missing only if no record was written.
        let never_began = life
            .as_ref()
            .is_none_or(|life| life.said.is_empty() && life.before == Model::default());
        assert!(never_began, "{about}: the journal is gone");
        *life = None;
        return;
    };
    let (known, generation) = match life {
        // The journal was made completely, and the crash came before the call returned.
        None => (Model::default(), 0),
        Some(life) => (life.model(), life.generation),
    };
    let there = count(&*replayed.file, about);
    let is_shorter = replayed.header.generation != generation;
    if let Some(life) = life
        && !is_shorter
    {
        let kept = there - life.old_records;
        let is_durable = |(_, end): &&(Said, u64)| *end <= life.synced;
        let synced = life.said.iter().filter(is_durable).count();
        assert!(
            (synced..=life.said.len()).contains(&kept),
            "{about}: {kept} records of {synced} that were synced"
        );
        life.said.truncate(kept);
        return life.model().compare(&replayed, about);
    }
    // A shorter journal with the same state has replaced the one that was resumed.
    known.compare(&replayed, about);
    *life = Some(Life {
        before: known,
        said: Vec::new(),
        old_records: there,
        synced: 0,
        generation: replayed.header.generation,
    });
}

#[test]
fn every_crash_leaves_a_prefix_with_all_that_was_synced() {
    for seed in 0..1500 {
        simulate(seed);
    }
}

/// Crashes at each call with which a new listing begins.
fn begin_anew(seed: u64) {
    let mut chance = Chance::of(seed);
    for calls in 0.. {
        let about = format!("SEED={seed}, {calls} calls");
        let disk = Disk::new(chance.next());
        let claim = Claim::within(Arc::new(disk.clone()), "j").expect(&about);
        let ready = claim.home.lay(&command("/data")).expect(&about);
        let mut model = Model::default();
        let mut records = RecordBuffer::new(&ready.header, ready.end, ready.next_seq);
        for _ in 0..chance.below(60) {
            let said = Said::next(&mut chance, &model);
            records.push(&said.record());
            model.apply(&said.record());
        }
        let mut bytes = Vec::new();
        let offset = records.take(&mut bytes);
        ready.file.write_at(&bytes, offset).expect(&about);
        let replayed = claim.look().expect(&about).expect(&about);
        disk.cut_after(calls);
        let begun = compact::list_anew(&claim.home, &replayed);
        let crash = [Crash::AllLost, Crash::Beginning, Crash::AnyPart];
        let is_complete = begun.is_ok() && !disk.is_cut();
        disk.crash(crash[chance.below(3) as usize]);
        let claim = Claim::within(Arc::new(disk.clone()), "j").expect(&about);
        let left = claim.look().expect(&about).expect(&about);
        if left.is_new_listing() {
            let open: Vec<_> = left.pending().map(|one| one.expect(&about).seq).collect();
            assert_eq!(open, model.open(), "{about}");
            assert_eq!(left.counts().listed, model.open().len() as u64, "{about}");
        } else if calls > 1 {
            // The old journal is made durable before it is replaced.
            model.compare(&left, &about);
        }
        if is_complete {
            assert!(left.is_new_listing(), "{about}");
            return;
        }
    }
}

#[test]
fn a_crash_during_a_new_listing_leaves_the_old_journal_or_the_new() {
    for seed in 0..150 {
        begin_anew(seed);
    }
}

/// A resumed journal whose name was not durable, one whose last records were not durable, and one that
/// came back in place of a shorter one and had fewer records.
#[test]
fn crashes_that_once_lost_something() {
    for seed in [79, 282, 36_455] {
        simulate(seed);
    }
}

#[test]
#[ignore = "minutes where nothing is optimised: `scripts/journal.sh crash`"]
fn a_hundred_thousand_crashes() {
    let first = std::env::var("SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let first = first.unwrap_or(0_u64);
    say(&format!("SEED={first}"));
    for seed in first..first + 100_000 {
        simulate(seed);
    }
}
