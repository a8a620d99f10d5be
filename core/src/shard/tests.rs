//! The shards of a plan together are the listing, and nothing of its objects is in two.

use std::path::Path;
use std::time::UNIX_EPOCH;

use proptest::prelude::*;
use tempfile::tempdir;

use super::{
    Division, Error, LocalFolder, ObjectFailure, ObjectOutcome, ObjectResult, Plan, PlanFolder,
    PlanWriter, Refused, ShardResult, ShardState,
};
use crate::entry::{Entry, EntryName, Version};
use crate::journal::{Command, Needs, peek};
use crate::plan::chunks::Chunks;
use crate::plan::replace::Replace;

/// What an object costs beside its bytes.
const OBJECT_COST: u64 = 4 << 20;

/// Names and lengths.
type Objects = Vec<(Vec<u8>, u64)>;

/// Names, offsets and lengths: an object or a part of one.
type Pieces = Vec<(Vec<u8>, u64, u64)>;

/// The length of the chunks of objects that are split.
const CHUNK_BYTES: u64 = 4 << 20;

/// How a plan is interrupted, after so many objects.
#[derive(Debug, Clone, Copy)]
enum Interruption {
    Stopped(usize),
    Killed(usize),
}

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

fn plan(division: Division, split_above: u64) -> Plan {
    Plan {
        id: [7; 16],
        program: "1".into(),
        begun: 0,
        source: "/a".into(),
        target: "/b".into(),
        words: vec!["/Source:/a".into()],
        fingerprint: command().fingerprint(),
        division,
        split_above,
        is_sealed: false,
        refused: Refused::default(),
        unlisted: 0,
        shards: Vec::new(),
        split: Vec::new(),
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

/// Plans these objects without splitting any.
fn whole(
    objects: &[(Vec<u8>, u64)],
    division: Division,
    stop: Option<Interruption>,
) -> (Plan, Vec<Objects>) {
    let (state, shards) = planned(objects, (division, 0), stop);
    let whole = |(name, offset, bytes): (Vec<u8>, u64, u64)| {
        assert_eq!(offset, 0);
        (name, bytes)
    };
    let shards = shards
        .into_iter()
        .map(|shard| shard.into_iter().map(whole).collect());
    (state, shards.collect())
}

/// Plans these objects. With `stop` the plan is interrupted and continued.
fn planned(
    objects: &[(Vec<u8>, u64)],
    (division, split_above): (Division, u64),
    stop: Option<Interruption>,
) -> (Plan, Vec<Pieces>) {
    let place = tempdir().expect("a folder for temporary files");
    let folder = LocalFolder::at(place.path());
    let command = command();
    let mut state = plan(division, split_above);
    let own: &dyn PlanFolder = &folder;
    let saved = || own.plan().expect("it reads back");
    let text = state.to_json();
    folder
        .replace(Plan::NAME, text.as_bytes())
        .expect("it is writable");
    for stop in stop.into_iter().map(Some).chain([None]) {
        let mut writer =
            PlanWriter::new(state, place.path(), &folder, &command).expect("it is writable");
        let after = writer.scope().expect("it has its shards").after;
        writer.plan_rest().expect("it is writable");
        let rest = objects.iter().filter(|(name, _)| {
            let last = after.as_ref().map(|(name, _)| name.as_bytes());
            last.is_none_or(|last| &name[..] > last)
        });
        writer.page(Some("page")).expect("it is writable");
        let most = match stop {
            Some(Interruption::Stopped(most) | Interruption::Killed(most)) => most,
            None => usize::MAX,
        };
        for (name, bytes) in rest.take(most) {
            let object = entry(name, *bytes);
            let planned = if writer.splits(*bytes) {
                let chunks = Chunks::new(*bytes, CHUNK_BYTES);
                writer.plan_parts(&object, &Replace::Nothing, &chunks)
            } else {
                writer.plan(&object, &Replace::Nothing)
            };
            planned.expect("it is writable");
        }
        state = match stop {
            // The table of contents is older than the last shards.
            Some(Interruption::Killed(_)) => {
                drop(writer);
                saved()
            }
            _ => writer.finish(stop.is_none()).expect("it is writable"),
        };
        if state.shards.is_empty() {
            // Such a plan is made anew.
            state = plan(division, split_above);
        }
    }
    assert_eq!(saved(), state);
    let shards = (0..state.shards.len() as u32).map(|index| {
        let shard = peek(place.path(), &Plan::shard_name(index)).0;
        let shard = shard.expect("it is sound").expect("it is there");
        assert_eq!(shard.job(), state.job(index));
        assert!(shard.is_listed());
        let pending = shard.pending().map(|object| {
            let object = object.expect("it is sound");
            let offset = object.part.map_or(0, |part| part.offset());
            let bytes = object.bytes_to_copy(object.bytes);
            (object.name.as_bytes().to_vec(), offset, bytes)
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

fn interruption() -> impl Strategy<Value = Option<Interruption>> {
    let at = (0..60_usize, any::<bool>());
    prop::option::of(at.prop_map(|(at, is_killed)| {
        if is_killed {
            Interruption::Killed(at)
        } else {
            Interruption::Stopped(at)
        }
    }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// D7: every byte of the listing is in one shard, wherever the plan was interrupted.
    #[test]
    fn shards_with_parts_are_the_listing_byte_by_byte(
        objects in objects(),
        division in prop_oneof![
            (1..400_000_000_u64).prop_map(Division::Bytes),
            (1..20_u32).prop_map(Division::Shards),
        ],
        split_above in 1..60_000_000_u64,
        stop in interruption(),
    ) {
        let stop = stop.filter(|_| matches!(division, Division::Bytes(_)));
        let (state, shards) = planned(&objects, (division, split_above), stop);
        prop_assert!(state.is_sealed);
        let mut pieces = shards.concat();
        pieces.sort();
        let mut pieces = pieces.into_iter().peekable();
        for (name, bytes) in &objects {
            let mut end = 0;
            let is_of = |piece: &(Vec<u8>, u64, u64)| piece.0 == *name;
            let mut count = 0;
            while let Some((_, offset, bytes)) = pieces.next_if(is_of) {
                prop_assert_eq!(offset, end);
                end += bytes;
                count += 1;
            }
            prop_assert_eq!(end, *bytes);
            prop_assert!(*bytes > split_above || count == 1);
        }
        prop_assert_eq!(pieces.next(), None);
        let (sum, _) = state.sums();
        prop_assert_eq!(sum, objects.len() as u64);
        // The table of contents says where each part is.
        for (index, shard) in (0..).zip(&shards) {
            let planned = &state.shards[index as usize];
            prop_assert_eq!(planned.objects + planned.parts, shard.len() as u64);
            let in_table = state.split.iter().flat_map(|object| &object.shards);
            let in_table = in_table.filter(|shard| **shard == index).count();
            prop_assert_eq!(planned.parts, in_table as u64);
        }
        for object in &state.split {
            prop_assert_eq!(object.shards.len(), object.parts as usize);
        }
    }

    #[test]
    fn shards_by_size_are_the_listing_in_its_order(
        objects in objects(),
        most in 1..400_000_000_u64,
        stop in interruption(),
    ) {
        let (state, shards) = whole(&objects, Division::Bytes(most), stop);
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
        let (state, shards) = whole(&objects, Division::Shards(count), None);
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A plan by range has every name in one shard, and all versions of a name in the same.
    #[test]
    fn ranges_of_a_plan_have_every_object_once(
        objects in objects(),
        repeats in prop::collection::vec(1..4_usize, 60),
        most in 1..400_000_000_u64,
    ) {
        let place = tempdir().expect("a folder for temporary files");
        let folder = LocalFolder::at(place.path());
        let command = command();
        let state = plan(Division::Ranges(most), 0);
        let mut writer =
            PlanWriter::new(state, place.path(), &folder, &command).expect("it is writable");
        let mut count = 0;
        for ((name, bytes), versions) in objects.iter().zip(&repeats) {
            for _ in 0..*versions {
                let planned = writer.plan_in_range(&entry(name, *bytes), most);
                planned.expect("it is writable");
                count += 1;
            }
        }
        let state = writer.finish(true).expect("it is writable");
        prop_assert!(state.is_sealed);
        let (sum, _) = state.sums();
        prop_assert_eq!(sum, count);
        let mut end = None;
        for shard in &state.shards {
            let range = shard.range.as_ref().expect("it is a range");
            prop_assert_eq!(&range.from, &end);
            end.clone_from(&range.until);
            let is_within = |name: &[u8]| {
                range.from.as_deref().is_none_or(|from| from <= name)
                    && range.until.as_deref().is_none_or(|until| name < until)
            };
            let own = objects.iter().zip(&repeats).filter(|((name, _), _)| is_within(name));
            let own: usize = own.map(|(_, versions)| versions).sum();
            prop_assert_eq!(shard.objects, own as u64);
        }
        prop_assert_eq!(end, None);
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
    let (_, shards) = whole(&objects, Division::Shards(32), None);
    let mean = cost(&objects) / 32;
    for shard in &shards {
        assert!(cost(shard) * 20 <= mean * 21, "{} of {mean}", cost(shard));
    }
}

/// A plan of one shard with one object, in this folder.
fn one_shard(place: &Path) -> (Plan, LocalFolder) {
    let folder = LocalFolder::at(place);
    let command = command();
    let state = plan(Division::Shards(1), 0);
    let mut writer = PlanWriter::new(state, place, &folder, &command).expect("it is writable");
    let planned = writer.plan(&entry(b"a", 5), &Replace::Nothing);
    planned.expect("it is writable");
    let state = writer.finish(true).expect("it is writable");
    (state, folder)
}

/// The part files of a download have names by this number, so that two workers never write into one.
#[test]
fn each_copy_of_a_shard_has_a_number_of_its_own_and_keeps_it() {
    let place = tempdir().expect("a folder for temporary files");
    let (plan, folder) = one_shard(place.path());
    let number = |state: &Path| {
        let state = ShardState::of(&plan, 0, state).expect("the plan has it");
        let claimed = state.claim(&folder, &plan).expect("nobody has it");
        claimed.worker()
    };
    let states = [(); 2].map(|()| tempdir().expect("a folder for temporary files"));
    let first = states.each_ref().map(|state| number(state.path()));
    let again = states.each_ref().map(|state| number(state.path()));
    assert_eq!(first, again);
    assert_ne!(first[0], first[1]);
}

#[test]
fn a_copy_with_open_objects_has_no_result() {
    let place = tempdir().expect("a folder for temporary files");
    let (plan, folder) = one_shard(place.path());
    let worker = tempdir().expect("a folder for temporary files");
    let state = ShardState::of(&plan, 0, worker.path()).expect("the plan has it");
    drop(state.claim(&folder, &plan).expect("nobody has it"));
    let refused = ShardResult::publish(&folder, &plan, 0, &state);
    let text = match refused {
        Err(Error::Unreadable(text)) => text,
        other => panic!("{other:?}"),
    };
    assert!(
        text.contains("has 0 done and 0 skipped object(s) of 1"),
        "{text}"
    );
    let found = ShardResult::find(&folder, &plan, 0).expect("it can be read");
    assert_eq!(found, None);
}

#[test]
fn the_result_of_an_object_counts_for_its_own_plan_only() {
    let place = tempdir().expect("a folder for temporary files");
    let folder = LocalFolder::at(place.path());
    let (plan, command) = (plan(Division::Shards(1), 1), command());
    let mut writer =
        PlanWriter::new(plan, place.path(), &folder, &command).expect("it is writable");
    let chunks = Chunks::new(2 * CHUNK_BYTES, CHUNK_BYTES);
    let planned = writer.plan_parts(&entry(b"a", 2 * CHUNK_BYTES), &Replace::Nothing, &chunks);
    planned.expect("it is writable");
    let plan = writer.finish(true).expect("it is writable");
    let object = &plan.split[0];
    let other = Plan {
        id: [9; 16],
        ..plan.clone()
    };
    let find = || {
        let result = ObjectResult::find(&folder, &plan, object).expect("it can be read");
        let failure = ObjectFailure::find(&folder, &plan, object).expect("it can be read");
        (result.is_some(), failure.is_some())
    };
    for (of, is_found) in [(&other, false), (&plan, true)] {
        let failure = ObjectFailure::now(of, object, vec!["full".to_owned()]);
        failure.publish(&folder, object).expect("it is writable");
        assert_eq!(find(), (false, is_found));
        let result = ObjectResult::now(of, object, ObjectOutcome::Done);
        result.publish(&folder, object).expect("it is writable");
        assert_eq!(find(), (is_found, false));
        folder.remove(&ObjectResult::name(object)).expect("ours");
    }
}
