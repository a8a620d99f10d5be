//! The conclusions from the records so far, without files.
//!
//! `replay` feeds it. After every prefix of a journal a run can go on from its state.

use std::collections::HashMap;

use super::command::Command;
use super::export_state::{ExportState, ExportToken, ExportedRange};
use super::objects::Objects;
use super::record::{Base, Planned, Record};
use crate::entry::{EntryName, Version};
use crate::plan::chunk_runs::ChunkRuns;

/// The counts of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects selected.
    pub listed: u64,
    /// Their bytes.
    pub listed_bytes: u64,
    /// Objects at the target.
    pub done: u64,
    /// Their bytes.
    pub done_bytes: u64,
    /// Objects skipped.
    pub skipped: u64,
    /// Their bytes.
    pub skipped_bytes: u64,
}

impl Counts {
    pub(super) const NUMBERS: usize = 6;

    pub(super) fn numbers(&self) -> [u64; Self::NUMBERS] {
        [
            self.listed,
            self.listed_bytes,
            self.done,
            self.done_bytes,
            self.skipped,
            self.skipped_bytes,
        ]
    }

    pub(super) fn of(numbers: [u64; Self::NUMBERS]) -> Self {
        let [
            listed,
            listed_bytes,
            done,
            done_bytes,
            skipped,
            skipped_bytes,
        ] = numbers;
        Self {
            listed,
            listed_bytes,
            done,
            done_bytes,
            skipped,
            skipped_bytes,
        }
    }

    fn list(&mut self, bytes: u64) {
        self.listed = self.listed.saturating_add(1);
        self.listed_bytes = self.listed_bytes.saturating_add(bytes);
    }

    fn skip(&mut self, bytes: u64) {
        self.skipped = self.skipped.saturating_add(1);
        self.skipped_bytes = self.skipped_bytes.saturating_add(bytes);
    }
}

/// One entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: EntryName,
    /// Which snapshot of it; the object itself comes after its snapshots.
    pub snapshot: Option<Box<str>>,
}

impl Place {
    pub(super) fn of(name: &[u8], snapshot: Option<&str>) -> Self {
        Self {
            name: EntryName::new(name),
            snapshot: snapshot.map(Into::into),
        }
    }
}

/// How far the listing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The continuation token of the page of `last`; none for the first page, and none where the
    /// source needs none.
    pub marker: Option<String>,
    /// The last entry that was planned or skipped, of that page if there is one.
    pub last: Option<Place>,
    /// The part that was being listed separately, and its last entry.
    pub aside: Option<(Box<[u8]>, Option<Place>)>,
}

impl Position {
    /// Begins a page. Nothing of it has been planned, unless it is the present page, which a later
    /// run goes on with.
    fn turn_to(&mut self, marker: &str) {
        if self.marker.as_deref() != Some(marker) {
            self.marker = Some(marker.into());
            self.last = None;
        }
    }
}

/// The beginning of an object at the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The length of its chunks except the last.
    pub chunk_bytes: u64,
    /// The target's own text for the unfinished object.
    pub identity: Box<[u8]>,
}

/// What is known of an open object in addition to its plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Detail {
    pub(super) changed: Option<(u64, Version)>,
    pub(super) started: Option<Started>,
    pub(super) durable: ChunkRuns,
    pub(super) copy_id: Option<Box<str>>,
}

/// A record that no program writes in this place: the file is damaged, although its checksums are
/// sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Impossible;

/// The conclusions.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a conclusion of its own"
)]
pub(super) struct JournalState {
    pub(super) command: Option<Command>,
    pub(super) next_seq: u64,
    pub(super) counts: Counts,
    pub(super) objects: Objects,
    pub(super) details: HashMap<u64, Box<Detail>>,
    pub(super) position: Position,
    pub(super) is_listed: bool,
    pub(super) unlisted: Vec<Box<[u8]>>,
    pub(super) answered_all: bool,
    /// The last run reached its end.
    pub(super) has_ended: bool,
    /// The present listing is not the first one.
    pub(super) is_new_listing: bool,
    /// The target's identity.
    pub(super) target: Option<Box<[u8]>>,
    /// When the runs after the first one began.
    pub(super) later_runs: Vec<u64>,
    /// The export of a table, if the job is one.
    pub(super) export: Option<ExportState>,
}

impl JournalState {
    /// Takes the next record, which lies at `offset`.
    pub(super) fn apply(&mut self, offset: u64, record: Record<'_>) -> Result<(), Impossible> {
        if self.command.is_none() != matches!(record, Record::Command(_)) {
            return Err(Impossible);
        }
        match record {
            Record::Command(command) => self.command = Some(command),
            Record::Page { marker } => self.position.turn_to(marker),
            Record::Planned(planned) => self.plan(offset, &planned)?,
            Record::Passed {
                name,
                snapshot,
                bytes,
                aside,
            } => {
                self.counts.list(bytes);
                self.counts.skip(bytes);
                self.pass(name, snapshot, aside);
            }
            Record::Started {
                seq,
                chunk_bytes,
                identity,
            } => {
                self.objects.mark(seq, false);
                if let Some(detail) = self.detail(seq)? {
                    let started = Started {
                        chunk_bytes,
                        identity: identity.into(),
                    };
                    detail.started = Some(started);
                    detail.durable = ChunkRuns::default();
                }
            }
            Record::Durable { seq, runs } => {
                if let Some(detail) = self.detail(seq)? {
                    detail.durable.union(&runs);
                }
            }
            Record::CopyStarted { seq, copy_id } => {
                self.objects.mark(seq, false);
                if let Some(detail) = self.detail(seq)? {
                    detail.copy_id = Some(copy_id.into());
                }
            }
            Record::AnsweredAll => self.answered_all = true,
            Record::Done { seq, bytes } => {
                if self.settle(seq)? {
                    self.counts.done = self.counts.done.saturating_add(1);
                    self.counts.done_bytes = self.counts.done_bytes.saturating_add(bytes);
                }
            }
            Record::Skipped { seq, bytes } => {
                if self.settle(seq)? {
                    self.counts.skip(bytes);
                }
            }
            Record::Failed { seq, .. } => {
                self.known(seq)?;
                self.objects.mark(seq, true);
            }
            Record::Changed {
                seq,
                was_bytes,
                bytes,
                version,
            } => self.change(seq, was_bytes, bytes, version)?,
            Record::Unlisted { what } => {
                if !self.unlisted.iter().any(|known| **known == *what) {
                    self.unlisted.push(what.into());
                }
            }
            Record::Aside { what } => self.position.aside = Some((what.into(), None)),
            Record::Relisted { what } => {
                self.position.aside = None;
                self.unlisted.retain(|known| **known != *what);
            }
            Record::Listed => self.is_listed = true,
            Record::Base(base) => self.begin(base)?,
            Record::Kept {
                seq, has_failed, ..
            } => {
                // The base has counted it, and it does not change the position.
                self.known(seq)?;
                self.objects.open(seq, offset);
                self.objects.mark(seq, has_failed);
            }
            Record::Run { begun } => {
                self.later_runs.push(begun);
                self.has_ended = false;
            }
            Record::Target { identity } => self.target = Some(identity.into()),
            Record::Ended => self.has_ended = true,
            Record::NewListing => self.is_new_listing = true,
            // A barrier only matters at the end of the file; `DoneObjects` reads the others for a
            // new listing.
            Record::Barrier { .. } | Record::DoneDigests { .. } | Record::SettledNames { .. } => {}
            record @ (Record::ExportBegun { .. }
            | Record::ExportRange { .. }
            | Record::VolumeAt { .. }
            | Record::VolumeClosed { .. }
            | Record::RangeEmpty { .. }
            | Record::RangeSplit { .. }) => self.export(&record)?,
        }
        Ok(())
    }

    /// Takes a record of an export.
    fn export(&mut self, record: &Record<'_>) -> Result<(), Impossible> {
        if let Record::ExportBegun { time } = record {
            let begun = ExportState {
                time: (*time).into(),
                ..ExportState::default()
            };
            return match self.export.replace(begun) {
                None => Ok(()),
                Some(_) => Err(Impossible),
            };
        }
        let export = self.export.as_mut().ok_or(Impossible)?;
        match record {
            Record::ExportRange { from, until } => export.ranges.push(ExportedRange {
                from: from.map(Into::into),
                until: until.map(Into::into),
                ..ExportedRange::default()
            }),
            Record::VolumeAt {
                range,
                volume,
                partition,
                row,
            } => {
                let token = ExportToken {
                    partition: (*partition).into(),
                    row: row.map(Into::into),
                };
                export.range(*range)?.open = Some((*volume, token));
            }
            Record::VolumeClosed {
                range,
                volume,
                is_last,
            } => export.range(*range)?.close(*volume, *is_last)?,
            Record::RangeEmpty { range } => export.range(*range)?.is_done = true,
            Record::RangeSplit { range, at } => export.split(*range, at)?,
            _ => return Err(Impossible),
        }
        Ok(())
    }

    /// Takes the beginning of a shortened journal.
    fn begin(&mut self, base: Base<'_>) -> Result<(), Impossible> {
        if self.next_seq != 0 || self.counts != Counts::default() {
            return Err(Impossible);
        }
        self.next_seq = base.next_seq;
        self.counts = base.counts;
        self.position = Position {
            marker: base.marker.map(Into::into),
            last: base.last,
            aside: base.aside.map(|(what, last)| (what.into(), last)),
        };
        Ok(())
    }

    fn plan(&mut self, offset: u64, planned: &Planned<'_>) -> Result<(), Impossible> {
        self.objects.open(self.next_seq, offset);
        self.next_seq = self.next_seq.checked_add(1).ok_or(Impossible)?;
        self.counts.list(planned.bytes_to_copy());
        self.pass(planned.name, planned.snapshot, planned.aside);
        Ok(())
    }

    /// Moves the position to after an entry.
    fn pass(&mut self, name: &[u8], snapshot: Option<&str>, aside: bool) {
        let place = Some(Place::of(name, snapshot));
        if !aside {
            self.position.last = place;
        } else if let Some((_, last)) = &mut self.position.aside {
            *last = place;
        }
    }

    fn settle(&mut self, seq: u64) -> Result<bool, Impossible> {
        self.known(seq)?;
        self.details.remove(&seq);
        Ok(self.objects.settle(seq))
    }

    fn change(
        &mut self,
        seq: u64,
        was_bytes: u64,
        bytes: u64,
        version: Version,
    ) -> Result<(), Impossible> {
        if let Some(detail) = self.detail(seq)? {
            *detail = Detail {
                changed: Some((bytes, version)),
                ..Detail::default()
            };
            let others = self.counts.listed_bytes.saturating_sub(was_bytes);
            self.counts.listed_bytes = others.saturating_add(bytes);
            self.objects.mark(seq, false);
        }
        Ok(())
    }

    /// The details of an object; `None` if it is settled.
    fn detail(&mut self, seq: u64) -> Result<Option<&mut Detail>, Impossible> {
        self.known(seq)?;
        Ok(self
            .objects
            .is_open(seq)
            .then(|| &mut **self.details.entry(seq).or_default()))
    }

    fn known(&self, seq: u64) -> Result<(), Impossible> {
        if seq < self.next_seq {
            Ok(())
        } else {
            Err(Impossible)
        }
    }
}
