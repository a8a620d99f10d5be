//! The records of a journal.
//!
//! The coordinator appends them, `state` draws conclusions from them, `encoding` turns them into
//! bytes and back. An object is identified by its sequence number: the first planned object is 0,
//! the next is 1.

use super::command::Command;
use super::export_state::ExportedVolume;
use super::state::{Counts, Place};
use crate::entry::{Entry, Version};
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::part::ObjectPart;
use crate::plan::replace::Replace;

/// A record. Names and texts are borrowed: from the coordinator when it is written, from the
/// replay's buffer when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record<'a> {
    /// The command; the first record, and only the first.
    Command(Command),
    /// The page of the listing that is planned now can be requested again with this continuation
    /// token.
    Page {
        /// The service's token.
        marker: &'a str,
    },
    /// An object is to be copied. It gets the next sequence number.
    Planned(Planned<'a>),
    /// An object was skipped when it was planned: by rule, or by the user's answer.
    Passed {
        /// Its name at the source.
        name: &'a [u8],
        /// Which snapshot of it.
        snapshot: Option<&'a str>,
        /// Its length.
        bytes: u64,
        /// It was found beside the listing; see [`Record::Aside`].
        aside: bool,
    },
    /// An object of several chunks was begun at the target, or begun anew. Its earlier durable
    /// chunks no longer count.
    Started {
        /// Which object.
        seq: u64,
        /// The length of its chunks except the last.
        chunk_bytes: u64,
        /// The target's own text for the unfinished object.
        identity: &'a [u8],
    },
    /// Chunks that have become durable, in addition to earlier ones.
    Durable {
        /// Which object.
        seq: u64,
        /// Their indices.
        runs: ChunkRuns,
    },
    /// The service copies the object under this id.
    CopyStarted {
        /// Which object.
        seq: u64,
        /// The service's id of the copy.
        copy_id: &'a str,
    },
    /// The user answered the overwrite question for all objects.
    AnsweredAll,
    /// The object is at the target, durably.
    Done {
        /// Which object.
        seq: u64,
        /// Its length.
        bytes: u64,
    },
    /// The object was skipped after all.
    Skipped {
        /// Which object.
        seq: u64,
        /// Its length.
        bytes: u64,
    },
    /// The object failed; the next run tries it again.
    Failed {
        /// Which object.
        seq: u64,
        /// Why, as a message; never a secret.
        reason: &'a str,
    },
    /// The source has another version of the object: the copy starts over.
    Changed {
        /// Which object.
        seq: u64,
        /// Its length when it was planned.
        was_bytes: u64,
        /// Its length now.
        bytes: u64,
        /// Its version now.
        version: Version,
    },
    /// A part of the source could not be listed.
    Unlisted {
        /// The folder or page, as the source names it.
        what: &'a [u8],
    },
    /// The listing of such a part begins. Entries that belong to it say so.
    Aside {
        /// The folder or page, as the source names it.
        what: &'a [u8],
    },
    /// Such a part was listed to its end.
    Relisted {
        /// The folder or page, as the source names it.
        what: &'a [u8],
    },
    /// The listing has ended.
    Listed,
    /// Everything before `synced` was durable when this was written. Broken bytes before that
    /// offset are damage; after it, they may be the result of a crash.
    Barrier {
        /// An offset in the file.
        synced: u64,
    },
    /// The beginning of a shortened journal, which stands for all records that were left out.
    Base(Base<'a>),
    /// An object of a shortened journal that is not at the target yet.
    Kept {
        /// Its sequence number.
        seq: u64,
        /// It failed the last time.
        has_failed: bool,
        /// As it was planned.
        planned: Planned<'a>,
    },
    /// A later run of the job begins.
    Run {
        /// When, in seconds since 1970.
        begun: u64,
    },
    /// The identity of the target, which must be the same when the listing goes on.
    Target {
        /// The target's own text for its identity.
        identity: &'a [u8],
    },
    /// The run reached its end, but some objects failed or could not be listed.
    Ended,
    /// The source is listed anew from here on. Done objects stay done where source and target are
    /// unchanged.
    NewListing,
    /// Objects that were at the target before, each by a digest of sixteen bytes (`done_objects`).
    DoneDigests {
        /// The digests, one after the other.
        digests: &'a [u8],
    },
    /// The export of a table begins.
    ExportBegun {
        /// The time in the names of its files.
        time: &'a str,
    },
    /// The next range of partition keys of an export. It gets the next index, from 0 on.
    ExportRange {
        /// Its first key, unless it begins with the first one of the table.
        from: Option<&'a str>,
        /// The key after it, unless it ends with the last one of the table.
        until: Option<&'a str>,
    },
    /// All entities before this token are in the part file of the range's volume, or in earlier
    /// volumes.
    VolumeAt {
        /// The index of the range.
        range: u64,
        /// What the part file has.
        volume: ExportedVolume,
        /// The partition key of the continuation token.
        partition: &'a str,
        /// The row key of the continuation token.
        row: Option<&'a str>,
    },
    /// The range's volume is complete and is a data file now.
    VolumeClosed {
        /// The index of the range.
        range: u64,
        /// What the data file has.
        volume: ExportedVolume,
        /// It has the last entity of the range.
        is_last: bool,
    },
    /// The range has no entities.
    RangeEmpty {
        /// The index of the range.
        range: u64,
    },
    /// A range was split while it was exported. The part from this key on is the next range: it gets
    /// the next index.
    RangeSplit {
        /// The index of the range.
        range: u64,
        /// The first partition key of the next range.
        at: &'a str,
    },
    /// Names of objects that were copied or skipped before, each by a digest of eight bytes
    /// (`done_objects`).
    SettledNames {
        /// The digests, one after the other.
        digests: &'a [u8],
    },
}

/// An object to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned<'a> {
    /// Its name at the source.
    pub name: &'a [u8],
    /// Which snapshot of it.
    pub snapshot: Option<&'a str>,
    /// Its length.
    pub bytes: u64,
    /// Which version of it was listed.
    pub version: Version,
    /// What may be replaced at the target: by option, by answer or by age.
    pub replace: Replace,
    /// It belongs to a part that is listed separately; see [`Record::Aside`].
    pub aside: bool,
    /// The part of it that is to be copied; `None` for all of it.
    pub part: Option<ObjectPart>,
}

impl<'a> Planned<'a> {
    /// The whole object of a listing.
    pub fn of(entry: &'a Entry, replace: &Replace) -> Self {
        Self {
            name: entry.name.as_bytes(),
            snapshot: entry.snapshot.as_ref().map(|snapshot| &*snapshot.id),
            bytes: entry.bytes,
            version: entry.version.clone(),
            replace: replace.clone(),
            aside: false,
            part: None,
        }
    }

    /// The bytes to copy: its own or those of its part.
    pub fn bytes_to_copy(&self) -> u64 {
        self.part.map_or(self.bytes, |part| part.bytes(self.bytes))
    }
}

/// The conclusions from all records that were left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base<'a> {
    /// The sequence number that the next planned object gets.
    pub next_seq: u64,
    /// What was counted.
    pub counts: Counts,
    /// The token of the page that was planned.
    pub marker: Option<&'a str>,
    /// The last entry of the listing that was planned.
    pub last: Option<Place>,
    /// The part that was being listed separately, and its last entry.
    pub aside: Option<(&'a [u8], Option<Place>)>,
}
