//! Reads a journal: from the file to the state in which a run can go on.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::command::Command;
use super::done_objects;
use super::error::{Error, Result};
use super::export_state::ExportState;
use super::frame::{HEADER_BYTES, Header, NoHeader, Seal};
use super::record::{Planned, Record};
use super::scan::{Frames, JournalEnd, record_at};
use super::state::{Counts, JournalState, Position, Started};
use super::storage::{File, read_full};
use crate::entry::{EntryName, Version};
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::part::ObjectPart;
use crate::plan::replace::Replace;

/// The content of a journal.
pub struct Replayed {
    pub(super) place: String,
    pub(super) header: Header,
    pub(super) state: JournalState,
    pub(super) file: Arc<dyn File>,
    /// The end of the last sound record.
    pub(super) end: u64,
    command: Command,
}

/// An object that is not at the target yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingObject {
    /// Its sequence number.
    pub seq: u64,
    /// Its name at the source.
    pub name: EntryName,
    /// Which snapshot of it.
    pub snapshot: Option<Box<str>>,
    /// Its length when it was last found.
    pub bytes: u64,
    /// Its version then.
    pub version: Version,
    /// What may be replaced at the target: by option, by answer or by age.
    pub replace: Replace,
    /// It belongs to a part that is listed separately.
    pub aside: bool,
    /// The part of it that is to be copied; `None` for all of it.
    pub part: Option<ObjectPart>,
    /// Its beginning at the target, if it was begun.
    pub started: Option<Started>,
    /// Its durable chunks.
    pub durable: ChunkRuns,
    /// The service's id of its copy.
    pub copy_id: Option<Box<str>>,
    /// It failed when it was last tried.
    pub has_failed: bool,
}

impl PendingObject {
    /// The object as it is planned.
    pub(crate) fn planned(&self) -> Planned<'_> {
        Planned {
            name: self.name.as_bytes(),
            snapshot: self.snapshot.as_deref(),
            bytes: self.bytes,
            version: self.version.clone(),
            replace: self.replace.clone(),
            aside: self.aside,
            part: self.part,
        }
    }

    /// The bytes to copy of an object of `object_bytes`: all or those of its part.
    pub fn bytes_to_copy(&self, object_bytes: u64) -> u64 {
        self.part
            .map_or(object_bytes, |part| part.bytes(object_bytes))
    }
}

/// Reads the journal in `file`, which is displayed as `place`.
///
/// What a crash left after the last sound record is ignored, not cut off.
///
/// Fails, without a change to anything, when the file is no journal, has another version, or is
/// damaged before its end.
pub fn replay(file: Arc<dyn File>, place: &str) -> Result<Replayed> {
    let header = header(&*file, place)?;
    let damaged = |offset| Error::Damaged {
        place: place.into(),
        offset,
    };
    let failed = |error: io::Error| Error::disk("read", place, &error);
    let mut frames = Frames::new(&*file, header.seal()).map_err(failed)?;
    let mut state = JournalState::default();
    while let Some((offset, bytes)) = frames.next().map_err(failed)? {
        Record::read(bytes)
            .and_then(|record| state.apply(offset, record).ok())
            .ok_or_else(|| damaged(offset))?;
    }
    let end = frames.offset();
    if frames.end().map_err(failed)? == JournalEnd::Damage {
        return Err(damaged(end));
    }
    // A journal gets its name only after the command is in it.
    let command = state
        .command
        .take()
        .filter(|command| command.fingerprint() == header.fingerprint)
        .ok_or_else(|| damaged(HEADER_BYTES as u64))?;
    Ok(Replayed {
        place: place.into(),
        header,
        state,
        file,
        end,
        command,
    })
}

/// Passes every record of a journal to `hand`, with its offset: for callers that need more than a
/// run does.
pub fn each_record(
    file: &dyn File,
    place: &str,
    mut hand: impl FnMut(u64, Record<'_>),
) -> Result<()> {
    let header = header(file, place)?;
    let failed = |error: io::Error| Error::disk("read", place, &error);
    let mut frames = Frames::new(file, header.seal()).map_err(failed)?;
    while let Some((offset, bytes)) = frames.next().map_err(failed)? {
        if let Some(record) = Record::read(bytes) {
            hand(offset, record);
        }
    }
    Ok(())
}

fn header(file: &dyn File, place: &str) -> Result<Header> {
    let mut bytes = [0; HEADER_BYTES];
    let filled = read_full(file, &mut bytes, 0).map_err(|e| Error::disk("read", place, &e))?;
    let place = || place.to_owned();
    Header::read(&bytes[..filled]).map_err(|no_header| match no_header {
        NoHeader::Foreign => Error::Foreign { place: place() },
        NoHeader::OtherVersion(found) => Error::OtherVersion {
            place: place(),
            found,
        },
        NoHeader::Damaged => Error::Damaged {
            place: place(),
            offset: 0,
        },
    })
}

impl Replayed {
    /// The command that the journal belongs to.
    pub fn command(&self) -> &Command {
        &self.command
    }

    /// The job's id: the same in every run of it.
    pub fn job(&self) -> [u8; 16] {
        self.header.job
    }

    /// The counts. Pending objects are counted as listed and nowhere else.
    pub fn counts(&self) -> Counts {
        self.state.counts
    }

    /// How many objects are not at the target yet, including failed ones.
    pub fn pending_count(&self) -> u64 {
        self.state.objects.count()
    }

    /// How many of these failed when they were last tried.
    pub fn failed_count(&self) -> u64 {
        self.state.objects.failed()
    }

    /// How far the listing is.
    pub fn position(&self) -> &Position {
        &self.state.position
    }

    /// Whether the listing has ended.
    pub fn is_listed(&self) -> bool {
        self.state.is_listed
    }

    /// The parts of the source that could not be listed.
    pub fn unlisted(&self) -> &[Box<[u8]>] {
        &self.state.unlisted
    }

    /// Whether the user answered the overwrite question for all objects.
    pub fn answered_all(&self) -> bool {
        self.state.answered_all
    }

    /// Whether the last run reached its end, and the rest has failed or could not be listed.
    ///
    /// A journal of an earlier version does not record it; there it is concluded when all was
    /// listed and all open objects have failed.
    ///
    /// The export of a table goes on with its ranges in any case, and never begins anew.
    pub fn has_ended(&self) -> bool {
        if self.state.export.is_some() {
            return false;
        }
        self.state.has_ended || self.is_listed() && self.failed_count() == self.pending_count()
    }

    /// Whether the present listing is not the job's first one.
    pub fn is_new_listing(&self) -> bool {
        self.state.is_new_listing
    }

    /// The target's identity, in the target's own text, if it was recorded.
    pub fn target(&self) -> Option<&[u8]> {
        self.state.target.as_deref()
    }

    /// The export of a table, if the job is one and was begun.
    pub fn export(&self) -> Option<&ExportState> {
        self.state.export.as_ref()
    }

    /// When the runs of the job began, in order, in seconds since 1970.
    pub fn runs(&self) -> impl Iterator<Item = u64> + '_ {
        std::iter::once(self.command.begun).chain(self.state.later_runs.iter().copied())
    }

    /// Names and lengths of some of the done objects, at most `most`.
    pub fn some_done(&self, most: usize) -> Result<Vec<(Box<[u8]>, u64)>> {
        done_objects::sample(self, most)
    }

    /// The objects that are not at the target yet, in the order of their planning.
    ///
    /// Their names are read from the file during the iteration, also when the journal is appended
    /// to or shortened meanwhile.
    pub fn pending(&self) -> impl Iterator<Item = Result<PendingObject>> + '_ {
        let seal = self.header.seal();
        let mut buffer = Vec::new();
        let mut next = 0;
        std::iter::from_fn(move || {
            let (seq, offset, has_failed) = self.state.objects.next(next)?;
            next = seq + 1;
            Some(self.read_pending(&seal, seq, offset, has_failed, &mut buffer))
        })
    }

    fn read_pending(
        &self,
        seal: &Seal,
        seq: u64,
        offset: u64,
        has_failed: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<PendingObject> {
        let bytes = record_at(&*self.file, seal, offset, buffer)
            .map_err(|error| Error::disk("read", &self.place, &error))?;
        let Some(Record::Planned(planned) | Record::Kept { planned, .. }) =
            bytes.and_then(Record::read)
        else {
            return Err(Error::Damaged {
                place: self.place.clone(),
                offset,
            });
        };
        Ok(self.with_details(seq, planned, has_failed))
    }

    fn with_details(&self, seq: u64, planned: Planned<'_>, has_failed: bool) -> PendingObject {
        let detail = self.state.details.get(&seq).map(|detail| &**detail);
        let changed = detail.and_then(|detail| detail.changed.clone());
        let (bytes, version) = changed.unwrap_or((planned.bytes, planned.version));
        PendingObject {
            seq,
            name: EntryName::new(planned.name),
            snapshot: planned.snapshot.map(Into::into),
            bytes,
            version,
            replace: planned.replace,
            aside: planned.aside,
            part: planned.part,
            started: detail.and_then(|detail| detail.started.clone()),
            durable: detail.map_or_else(ChunkRuns::default, |detail| detail.durable.clone()),
            copy_id: detail.and_then(|detail| detail.copy_id.clone()),
            has_failed,
        }
    }
}

impl fmt::Debug for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayed")
            .field("place", &self.place)
            .field("end", &self.end)
            .field("counts", &self.counts())
            .field("pending", &self.pending_count())
            .finish_non_exhaustive()
    }
}
