//! A crash at every call that changes the disk: what is left is a beginning of what was written, never less than was
//! synced, and the next run goes on from it - and is cut off in its turn.

use std::sync::Arc;

use super::disk::{Crash, Disk};
use super::model::{Model, script::Said};
use super::seed::Chance;
use super::{command, say};
use crate::journal::append::RecordBuffer;
use crate::journal::claim::Ready;
use crate::journal::{Claim, File, Record, Replayed, Result, compact, each_record};

/// How often a run of the simulation is cut off.
const LIVES: u64 = 4;

/// What was written in one life of a journal, beside what the disk has of it.
struct Life {
    /// What the records before this life came to.
    before: Model,
    /// What was said since, and where each record ends in the file.
    said: Vec<(Said, u64)>,
    /// Records in the file that belong to `before`, barriers not counted.
    old_records: usize,
    /// Everything before this offset is durable.
    synced: u64,
    /// Which generation of the journal has these records.
    generation: u32,
}

/// One run of the simulation.
fn simulate(seed: u64) {
    let about = format!("SEED={seed}");
    let mut chance = Chance::of(seed);
    let disk = Disk::new(chance.next());
    let mut life = None;
    for _ in 0..LIVES {
        let calls = chance.below(40);
        disk.cut_after(calls);
        // The cut comes as an error from somewhere in the middle of it.
        let _ = live(&disk, &mut life, &mut chance, &about);
        assert!(disk.is_cut(), "{about}: the cut never came");
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

/// Resumes or begins, and then says one thing after the other until the disk is cut.
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

/// Goes on, in one of the two ways in which a journal is made ready.
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

    /// What all records so far come to.
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

/// Compares what is left with what was said, and forgets what was lost.
fn examine(disk: &Disk, life: &mut Option<Life>, about: &str) {
    let claim = Claim::within(Arc::new(disk.clone()), "j").expect(about);
    // A crash never makes a journal that is refused.
    let Some(replayed) = claim.look().expect(about) else {
        // It may be gone only as long as it has not begun.
        let never_began = life
            .as_ref()
            .is_none_or(|life| life.said.is_empty() && life.before == Model::default());
        assert!(never_began, "{about}: the journal is gone");
        *life = None;
        return;
    };
    let (known, generation) = match life {
        // It was laid down completely, and the crash came before that was known.
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
    // A shorter journal took the place of the one that was resumed, and says the same.
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

/// A journal is cut off at each call of a new listing's beginning.
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
            // Before it is replaced the old one is made durable.
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

/// A resumed journal whose name was not durable yet, one whose last records were not, and one that came back in place of
/// a shorter one and said less.
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
