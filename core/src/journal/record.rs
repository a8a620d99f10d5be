//! Records: what a journal says, one sentence each.
//!
//! The coordinator appends them, `state` draws its conclusions from them, `encoding` turns them into bytes and back. An
//! object is called by its sequence number: the first one planned is 0, the next is 1.

use super::command::Command;
use super::state::{Counts, Place};
use crate::entry::Version;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::replace::Replace;

/// One sentence of a journal. Names and texts are borrowed: from the coordinator on the way in, from the buffer of the
/// replay on the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record<'a> {
    /// What the journal is about; the first record, and only the first.
    Command(Command),
    /// The page of the listing that is handled now can be had again with this continuation token.
    Page {
        /// The service's token.
        marker: &'a str,
    },
    /// An object is to be copied. It gets the next sequence number.
    Planned(Planned<'a>),
    /// An object was left alone when it was planned: by rule, or because somebody said no.
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
    /// An object of several chunks was begun at its destination, or begun anew: what was durable of it counts no more.
    Started {
        /// Which object.
        seq: u64,
        /// The length of its chunks but the last.
        chunk_bytes: u64,
        /// What it is called there until it is complete: the destination's business.
        identity: &'a [u8],
    },
    /// Chunks that a crash cannot take away any more, beside those named before.
    Durable {
        /// Which object.
        seq: u64,
        /// Their indices.
        runs: ChunkRuns,
    },
    /// The service copies the object and calls that so.
    CopyStarted {
        /// Which object.
        seq: u64,
        /// The service's name for the copy.
        copy_id: &'a str,
    },
    /// The question whether something may be replaced was answered once for all objects.
    AnsweredAll,
    /// The object is at its destination, whatever happens.
    Done {
        /// Which object.
        seq: u64,
        /// Its length.
        bytes: u64,
    },
    /// The object was left alone after all.
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
        /// Why, in the program's voice; never a secret.
        reason: &'a str,
    },
    /// The object was found again as another version: it starts over.
    Changed {
        /// Which object.
        seq: u64,
        /// The length it was planned with.
        was_bytes: u64,
        /// Its length now.
        bytes: u64,
        /// Its version now.
        version: Version,
    },
    /// A part of the source could not be listed.
    Unlisted {
        /// The folder or page, as the source calls it.
        what: &'a [u8],
    },
    /// Such a part is listed now, beside the listing: the entries that say so are found in it.
    Aside {
        /// The folder or page, as the source calls it.
        what: &'a [u8],
    },
    /// Such a part was listed to its end.
    Relisted {
        /// The folder or page, as the source calls it.
        what: &'a [u8],
    },
    /// The listing has ended.
    Listed,
    /// When this was written, everything before `synced` was durable. Damage before that place is damage; behind it,
    /// it may be what a crash leaves.
    Barrier {
        /// An offset in the file.
        synced: u64,
    },
    /// What a shortened journal begins with, in place of the records that were left out.
    Base(Base<'a>),
    /// An object of a shortened journal that is not at its destination yet.
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
    /// What the objects are copied to: it must be the same thing still when the listing goes on.
    Target {
        /// The destination's own words for it.
        identity: &'a [u8],
    },
    /// The run reached its end; some objects failed or could not be listed.
    Ended,
    /// The source is listed anew from here on. What was done before holds where source and destination still have it.
    NewListing,
    /// Objects that were at their destination before, each by a digest of sixteen bytes (`done_objects`).
    DoneDigests {
        /// One behind the other.
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
    /// What may be replaced at the destination: by option, by answer or by age.
    pub replace: Replace,
    /// It was found beside the listing; see [`Record::Aside`].
    pub aside: bool,
}

/// The conclusions from all records that were left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base<'a> {
    /// The sequence number that the next planned object gets.
    pub next_seq: u64,
    /// What was counted.
    pub counts: Counts,
    /// The token of the page that was handled.
    pub marker: Option<&'a str>,
    /// The last entry of the listing that was handled.
    pub last: Option<Place>,
    /// The part that was being listed beside the listing, and the last entry of it.
    pub aside: Option<(&'a [u8], Option<Place>)>,
}
