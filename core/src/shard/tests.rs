//! The shards of a plan together are the listing, and none of its objects is in two.

use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use tempfile::tempdir;

use super::{Division, LocalFolder, Plan, PlanFolder, PlanWriter, Refused};
use crate::entry::{Entry, EntryName, Version};
use crate::journal::{Command, Needs, peek};
use crate::plan::replace::Replace;

/// What an object costs beside its bytes.
const OBJECT_COST: u64 = 4 << 20;

/// Names and lengths.
type Objects = Vec<(Vec<u8>, u64)>;

fn command() -> Command {
    Command {
        words: vec![b"/Source:/a".to_vec()],
        shown: String::new(),
        program: String::new(),
        folder: Vec::new(),
        begun: 0,
        needs: Needs::default(),
    }
}

fn plan(division: Division) -> Plan {
    Plan {
        id: [7; 16],
        program: "1".into(),
        begun: 0,
        source: "/a".into(),
        target: "/b".into(),
        words: vec!["/Source:/a".into()],
        fingerprint: command().fingerprint(),
        division,
        is_sealed: false,
        refused: Refused::default(),
        unlisted: 0,
        shards: Vec::new(),
    }
}

fn entry(name: &[u8], bytes: u64) -> Entry {
    Entry {
        bytes,
        modified: UNIX_EPOCH,
        version: Version::Local {
            modified_ns: 5,
            inode: 6,
        },
        ..Entry::unknown(EntryName::new(name))
    }
}

/// Plans these objects. With `stop` the plan is interrupted after so many, and continued.
fn planned(
    objects: &[(Vec<u8>, u64)],
    division: Division,
    stop: Option<usize>,
) -> (Plan, Vec<Objects>) {
    let place = tempdir().expect("a folder for temporary files");
    let folder = LocalFolder::at(place.path());
    let command = command();
    let mut state = plan(division);
    for stop in stop.into_iter().map(Some).chain([None]) {
        let mut writer =
            PlanWriter::new(state, place.path(), &folder, &command).expect("it is writable");
        let after = writer.scope().expect("it has its shards").after;
        let rest = objects.iter().filter(|(name, _)| {
            let last = after.as_ref().map(|(name, _)| name.as_bytes());
            last.is_none_or(|last| &name[..] > last)
        });
        writer.page(Some("page")).expect("it is writable");
        for (name, bytes) in rest.take(stop.unwrap_or(usize::MAX)) {
            let planned = writer.plan(&entry(name, *bytes), &Replace::Nothing);
            planned.expect("it is writable");
        }
        state = writer.finish(stop.is_none()).expect("it is writable");
    }
    let text = folder.read(Plan::NAME).expect("it is there");
    let read = Plan::read(&text.expect("it was saved"), "plan");
    assert_eq!(read.expect("it reads back"), state);
    let shards = (0..state.shards.len() as u32).map(|index| {
        let shard = peek(place.path(), &Plan::shard_name(index)).0;
        let shard = shard.expect("it is sound").expect("it is there");
        assert_eq!(shard.job(), state.job(index));
        assert!(shard.is_listed());
        let pending = shard.pending().map(|object| {
            let object = object.expect("it is sound");
            (object.name.as_bytes().to_vec(), object.bytes)
        });
        pending.collect()
    });
    let shards = shards.collect();
    (state, shards)
}

fn cost(objects: &[(Vec<u8>, u64)]) -> u64 {
    objects.iter().map(|(_, bytes)| bytes + OBJECT_COST).sum()
}

fn objects() -> impl Strategy<Value = Objects> {
    let names = prop::collection::btree_map(
        prop::collection::vec(1..=255_u8, 1..6),
        0..90_000_000_u64,
        0..60,
    );
    names.prop_map(|names| names.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shards_by_size_are_the_listing_in_its_order(
        objects in objects(),
        most in 1..400_000_000_u64,
        stop in prop::option::of(0..60_usize),
    ) {
        let (state, shards) = planned(&objects, Division::Bytes(most), stop);
        prop_assert!(state.is_sealed);
        prop_assert_eq!(&shards.concat(), &objects);
        for shard in &shards {
            prop_assert!(shard.len() <= 1 || cost(shard) <= most, "{}", cost(shard));
        }
    }

    #[test]
    fn shards_by_number_are_the_listing_and_cost_about_the_same(
        objects in objects(),
        count in 1..20_u32,
    ) {
        let (state, shards) = planned(&objects, Division::Shards(count), None);
        prop_assert!(state.is_sealed);
        prop_assert_eq!(shards.len(), count as usize);
        let mut all = shards.concat();
        all.sort();
        prop_assert_eq!(&all, &objects);
        let largest = objects.iter().map(|(_, bytes)| bytes + OBJECT_COST).max().unwrap_or(0);
        let mean = cost(&objects) / u64::from(count);
        for shard in &shards {
            // A run begins in the cheapest shard, and is a small part of it or one object.
            prop_assert!(cost(shard) <= mean + mean / 32 + 2 * largest, "{} {mean}", cost(shard));
        }
    }
}

#[test]
fn ten_thousand_like_objects_spread_within_a_twentieth() {
    let objects: Vec<_> = (0..10_000_u32)
        .map(|number| {
            (
                format!("{number:05}").into_bytes(),
                u64::from(number % 97) << 12,
            )
        })
        .collect();
    let (_, shards) = planned(&objects, Division::Shards(32), None);
    let mean = cost(&objects) / 32;
    for shard in &shards {
        assert!(cost(shard) * 20 <= mean * 21, "{} of {mean}", cost(shard));
    }
}
