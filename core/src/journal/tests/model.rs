//! The meaning of records, written as simply as possible. The journal's own state is compared with it.

use std::collections::BTreeSet;

use crate::entry::Version;
use crate::journal::{Counts, Place, Position, Record, Replayed};
use crate::plan::part::ObjectPart;
use crate::plan::replace::Replace;

/// The name of an entry, and its snapshot.
type Entry = (Vec<u8>, Option<String>);

/// The state from which a run would resume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Model {
    objects: Vec<Object>,
    passed: Vec<u64>,
    marker: Option<String>,
    last: Option<Entry>,
    aside: Option<(Vec<u8>, Option<Entry>)>,
    is_listed: bool,
    answered_all: bool,
    unlisted: Vec<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Object {
    name: Vec<u8>,
    snapshot: Option<String>,
    bytes: u64,
    version: Version,
    replace: Replace,
    aside: bool,
    part: Option<ObjectPart>,
    fate: Fate,
    started: Option<(u64, Vec<u8>)>,
    durable: BTreeSet<u32>,
    copy_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Failed,
    Done,
    Skipped,
}

impl Model {
    pub(super) fn planned_count(&self) -> u64 {
        self.objects.len() as u64
    }

    /// The numbers of the objects that are open.
    pub(super) fn open(&self) -> Vec<u64> {
        let open = |(seq, object): (usize, &Object)| object.is_open().then_some(seq as u64);
        self.objects.iter().enumerate().filter_map(open).collect()
    }

    pub(super) fn apply(&mut self, record: &Record<'_>) {
        match record {
            Record::Page { marker } => {
                if self.marker.as_deref() != Some(&**marker) {
                    self.last = None;
                }
                self.marker = Some((*marker).into());
            }
            Record::Planned(planned) => {
                self.objects.push(Object {
                    name: planned.name.to_vec(),
                    snapshot: planned.snapshot.map(Into::into),
                    bytes: planned.bytes,
                    version: planned.version.clone(),
                    replace: planned.replace.clone(),
                    aside: planned.aside,
                    part: planned.part,
                    fate: Fate::Open,
                    started: None,
                    durable: BTreeSet::new(),
                    copy_id: None,
                });
                self.pass(planned.name, planned.snapshot, planned.aside);
            }
            Record::Passed {
                name,
                snapshot,
                bytes,
                aside,
            } => {
                self.passed.push(*bytes);
                self.pass(name, *snapshot, *aside);
            }
            Record::AnsweredAll => self.answered_all = true,
            Record::Listed => self.is_listed = true,
            Record::Unlisted { what } => {
                if !self.unlisted.contains(&what.to_vec()) {
                    self.unlisted.push(what.to_vec());
                }
            }
            Record::Aside { what } => self.aside = Some((what.to_vec(), None)),
            Record::Relisted { what } => {
                self.aside = None;
                self.unlisted.retain(|one| one != what);
            }
            Record::Started { seq, .. }
            | Record::Durable { seq, .. }
            | Record::CopyStarted { seq, .. }
            | Record::Done { seq, .. }
            | Record::Skipped { seq, .. }
            | Record::Failed { seq, .. }
            | Record::Changed { seq, .. } => {
                let object = &mut self.objects[*seq as usize];
                if object.is_open() {
                    object.apply(record);
                }
            }
            Record::Command(_)
            | Record::Barrier { .. }
            | Record::Base(_)
            | Record::Kept { .. }
            | Record::Run { .. }
            | Record::Target { .. }
            | Record::Ended
            | Record::NewListing
            | Record::DoneDigests { .. }
            | Record::ExportBegun { .. }
            | Record::ExportRange { .. }
            | Record::VolumeAt { .. }
            | Record::VolumeClosed { .. }
            | Record::RangeEmpty { .. }
            | Record::RangeSplit { .. }
            | Record::SettledNames { .. } => {}
        }
    }

    fn pass(&mut self, name: &[u8], snapshot: Option<&str>, aside: bool) {
        let place = Some((name.to_vec(), snapshot.map(Into::into)));
        if !aside {
            self.last = place;
        } else if let Some((_, last)) = &mut self.aside {
            *last = place;
        }
    }

    fn counts(&self) -> Counts {
        let sum = |fate| {
            let of = self.objects.iter().filter(move |one| one.fate == fate);
            of.fold((0, 0), |(count, bytes), one| (count + 1, bytes + one.bytes))
        };
        let (done, done_bytes) = sum(Fate::Done);
        let (skipped, skipped_bytes) = sum(Fate::Skipped);
        let passed = self.passed.len() as u64;
        let passed_bytes = self.passed.iter().sum::<u64>();
        Counts {
            listed: self.planned_count() + passed,
            listed_bytes: self.objects.iter().map(|one| one.bytes).sum::<u64>() + passed_bytes,
            done,
            done_bytes,
            skipped: skipped + passed,
            skipped_bytes: skipped_bytes + passed_bytes,
        }
    }

    /// Panics where the journal has another state.
    pub(super) fn compare(&self, replayed: &Replayed, about: &str) {
        assert_eq!(replayed.counts(), self.counts(), "{about}");
        assert_eq!(replayed.position(), &self.position(), "{about}");
        assert_eq!(replayed.is_listed(), self.is_listed, "{about}");
        assert_eq!(replayed.answered_all(), self.answered_all, "{about}");
        let unlisted: Vec<_> = replayed.unlisted().iter().map(|one| one.to_vec()).collect();
        assert_eq!(unlisted, self.unlisted, "{about}");
        let mut failed = 0;
        let mut pending = replayed.pending();
        for seq in self.open() {
            let said = pending.next().expect(about).expect(about);
            let object = &self.objects[seq as usize];
            failed += u64::from(said.has_failed);
            let durable = said
                .durable
                .iter()
                .flat_map(|(first, count)| first..first + count);
            let started = said.started.as_ref();
            let as_object = Object {
                name: said.name.as_bytes().to_vec(),
                snapshot: said.snapshot.as_deref().map(Into::into),
                bytes: said.bytes,
                version: said.version.clone(),
                replace: said.replace.clone(),
                aside: said.aside,
                part: said.part,
                fate: if said.has_failed {
                    Fate::Failed
                } else {
                    Fate::Open
                },
                started: started.map(|one| (one.chunk_bytes, one.identity.to_vec())),
                durable: durable.collect(),
                copy_id: said.copy_id.as_deref().map(Into::into),
            };
            assert_eq!((said.seq, &as_object), (seq, object), "{about}");
        }
        assert!(pending.next().is_none(), "{about}");
        assert_eq!(replayed.failed_count(), failed, "{about}");
        let counts = replayed.counts();
        let sum = counts.done + counts.skipped + replayed.pending_count();
        assert_eq!(counts.listed, sum, "{about}");
    }

    fn position(&self) -> Position {
        let place = |(name, snapshot): &Entry| Place::of(name, snapshot.as_deref());
        Position {
            marker: self.marker.clone(),
            last: self.last.as_ref().map(place),
            aside: self
                .aside
                .as_ref()
                .map(|(what, last)| (what.clone().into(), last.as_ref().map(place))),
        }
    }
}

impl Object {
    fn is_open(&self) -> bool {
        matches!(self.fate, Fate::Open | Fate::Failed)
    }

    fn apply(&mut self, record: &Record<'_>) {
        match record {
            Record::Started {
                chunk_bytes,
                identity,
                ..
            } => {
                self.started = Some((*chunk_bytes, identity.to_vec()));
                self.durable.clear();
                self.fate = Fate::Open;
            }
            Record::Durable { runs, .. } => {
                let indices = runs.iter().flat_map(|(first, count)| first..first + count);
                self.durable.extend(indices);
            }
            Record::CopyStarted { copy_id, .. } => {
                self.copy_id = Some((*copy_id).into());
                self.fate = Fate::Open;
            }
            Record::Done { .. } => self.fate = Fate::Done,
            Record::Skipped { .. } => self.fate = Fate::Skipped,
            Record::Failed { .. } => self.fate = Fate::Failed,
            Record::Changed { bytes, version, .. } => {
                self.bytes = *bytes;
                self.version = version.clone();
                self.started = None;
                self.durable.clear();
                self.copy_id = None;
                self.fate = Fate::Open;
            }
            _ => {}
        }
    }
}

/// Random records in an order in which a run could write them. Workers report about any open object, in
/// any order, while the listing continues.
pub(super) mod script {
    use super::super::seed::Chance;
    use super::Model;
    use crate::entry::{ETag, Version};
    use crate::journal::{Planned, Record};
    use crate::plan::chunk_runs::ChunkRuns;
    use crate::plan::part::{ObjectPart, PartRole};
    use crate::plan::replace::Replace;

    /// A record that owns its fields.
    #[derive(Debug, Clone)]
    pub(in super::super) struct Said {
        what: u8,
        seq: u64,
        number: u64,
        other: u64,
        name: String,
        runs: ChunkRuns,
    }

    impl Said {
        /// The record as the journal writes it.
        pub(in super::super) fn record(&self) -> Record<'_> {
            let seq = self.seq;
            let version = || match self.number % 3 {
                0 => Version::Service(ETag(format!("\"0x{:x}\"", self.other))),
                _ => Version::Local {
                    modified_ns: i128::from(self.other) * -7 + i128::from(self.number),
                    inode: self.other,
                },
            };
            let snapshot = (self.number % 7 == 3).then_some("2026-11-22T00:00:00.1234567Z");
            match self.what {
                0 => Record::Page { marker: &self.name },
                1 | 2 => Record::Planned(Planned {
                    name: self.name.as_bytes(),
                    snapshot,
                    bytes: self.number,
                    version: version(),
                    replace: match self.number % 5 {
                        0 => Replace::Anything,
                        1 => Replace::Only(version()),
                        2 => Replace::Only(Version::Local {
                            modified_ns: -1,
                            inode: self.number,
                        }),
                        _ => Replace::Nothing,
                    },
                    aside: self.what == 2,
                    part: (self.number % 3 == 2).then_some(ObjectPart {
                        object: self.other,
                        chunk_bytes: 1 + self.number,
                        // All of it, so that the counts of the model are those of whole objects.
                        first: 0,
                        chunks: 1 + u32::from(self.what),
                        role: PartRole::Range,
                    }),
                }),
                3 | 4 => Record::Passed {
                    name: self.name.as_bytes(),
                    snapshot,
                    bytes: self.number,
                    aside: self.what == 4,
                },
                5 => Record::Started {
                    seq,
                    chunk_bytes: self.number,
                    identity: self.name.as_bytes(),
                },
                6 => Record::Durable {
                    seq,
                    runs: self.runs.clone(),
                },
                7 => Record::CopyStarted {
                    seq,
                    copy_id: &self.name,
                },
                8 => Record::Done {
                    seq,
                    bytes: self.number,
                },
                9 => Record::Skipped {
                    seq,
                    bytes: self.number,
                },
                10 => Record::Failed {
                    seq,
                    reason: &self.name,
                },
                11 => Record::Changed {
                    seq,
                    was_bytes: self.other,
                    bytes: self.number,
                    version: version(),
                },
                12 => Record::Unlisted {
                    what: self.name.as_bytes(),
                },
                13 => Record::Aside {
                    what: self.name.as_bytes(),
                },
                14 => Record::Relisted {
                    what: self.name.as_bytes(),
                },
                15 => Record::AnsweredAll,
                _ => Record::Listed,
            }
        }

        /// A record that may follow in the state of `model`.
        pub(in super::super) fn next(chance: &mut Chance, model: &Model) -> Self {
            let mut said = Self {
                what: 1,
                seq: 0,
                number: chance.below(1 << 20),
                other: chance.next() >> chance.below(64),
                name: format!("f{}/object {}", chance.below(5), chance.below(1 << 30)),
                runs: ChunkRuns::default(),
            };
            let open = model.open();
            if open.is_empty() || open.len() < 12 && chance.once_in(3) {
                // A record of the listing. A folder that failed is listed again beside it.
                said.what = match (chance.below(16), &model.aside, model.unlisted.first()) {
                    (0, ..) => 0,
                    (1 | 2, ..) => 3,
                    (3, ..) => 12,
                    (4, ..) => 15,
                    (5, ..) => 16,
                    (6 | 7, Some(_), _) => 2,
                    (8, Some(_), _) => 4,
                    (9, Some((what, _)), _) => {
                        said.name = String::from_utf8_lossy(what).into();
                        14
                    }
                    (9, None, Some(what)) => {
                        said.name = String::from_utf8_lossy(what).into();
                        13
                    }
                    _ => 1,
                };
                return said;
            }
            said.seq = open[chance.below(open.len() as u64) as usize];
            let object = &model.objects[said.seq as usize];
            said.what = match chance.below(12) {
                0 => 5,
                1..=3 => 6,
                4 => 7,
                5 => 9,
                6 => 10,
                7 => 11,
                _ => 8,
            };
            match said.what {
                6 => {
                    for _ in 0..=chance.below(3) {
                        said.runs
                            .add(chance.below(40) as u32, 1 + chance.below(5) as u32);
                    }
                }
                8 | 9 => said.number = object.bytes,
                11 => said.other = object.bytes,
                _ => {}
            }
            said
        }
    }
}
