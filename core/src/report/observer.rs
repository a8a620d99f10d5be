//! The observer of a run: the console, or a test.

use std::sync::Arc;

use super::{
    ContentDifference, Details, Measured, NothingSelected, OutageNews, PlannedChange, Totals,
    Window,
};
use crate::Error;
use crate::entry::{ETag, EntryName};

/// An event of a run. Events come in the order in which they happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run begins: its counters, to poll.
    Started {
        /// Shared for the whole run.
        totals: &'a Arc<Totals>,
    },
    /// How files are read and written here, and why, if it is not the best way; sent once.
    IoMode(&'a str),
    /// A window has ended: its measurements, and the controller's decision.
    Window(&'a Window),
    /// All transfers have ended: the sums of all requests, including those of the listing.
    Measured(&'a Measured),
    /// Something that the user should know, and that is no failure.
    Notice(&'a str),
    /// A service cannot be reached for a while, or can be reached again.
    Outage(&'a OutageNews),
    /// Something is wrong, but has not failed anything yet.
    Warning(&'a str),
    /// The whole source was listed and nothing was selected, for this likely cause; sent once, at
    /// the end.
    NothingSelected(&'a NothingSelected),
    /// Part of the source cannot be listed; the rest goes on.
    Unlisted {
        /// The folder or page.
        what: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// The attributes and times of a directory could not be kept. Its files are copied.
    DirectoryFailed {
        /// Its name at the source; empty where the directories cannot be listed at all.
        name: &'a EntryName,
        /// Why.
        error: &'a Error,
    },
    /// The service copies an object in its own time, and goes on if this program ends.
    CopyStarted {
        /// Its name at the source.
        name: &'a EntryName,
        /// The service's id of the copy.
        copy_id: &'a str,
    },
    /// An object was queued for the workers.
    Begun {
        /// Its name at the source.
        name: &'a EntryName,
    },
    /// An object is at the target (in a preview: would be copied).
    Done {
        /// Its name at the source.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// What else is known of it (in a preview: nothing).
        details: &'a Details,
    },
    /// An object was skipped.
    Skipped {
        /// Its name at the source.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// Why, as a sentence for the log.
        reason: &'a str,
    },
    /// An object failed.
    Failed {
        /// Its name at the source.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// Why.
        error: &'a Error,
        /// What else is known of it.
        details: &'a Details,
    },
    /// A verification found that the two sides do not have the same.
    Differs {
        /// Its name on either side.
        name: &'a EntryName,
        /// Its length, at the source if that has it.
        bytes: u64,
        /// How it differs.
        difference: ContentDifference,
    },
    /// An object was deleted at the target of a sync or by the command `remove`.
    Deleted {
        /// Its name below that place.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// The version that was deleted, where the store has one.
        etag: Option<&'a ETag>,
        /// Its name in the trash, where it was moved there.
        trash: Option<&'a EntryName>,
    },
    /// An object got other properties by the command `set-properties`. None of its bytes was copied.
    PropertiesSet {
        /// Its name below that place.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
    },
    /// An object that only the target of a sync has could not be deleted, and stays.
    DeletionFailed {
        /// Its name below the target.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// Why.
        error: &'a Error,
    },
    /// What a run without a preview would do with an object.
    Change(&'a PlannedChange<'a>),
    /// Too many objects failed for one cause that concerns every object, without a success between
    /// them. The run ends with the chunks in flight.
    GaveUp {
        /// How many failed.
        failures: u32,
        /// Why the last of them failed.
        error: &'a Error,
    },
    /// An object was not finished, or not begun, when the run was stopped.
    Interrupted {
        /// Its name at the source.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// What else is known of it.
        details: &'a Details,
    },
}

/// The answer to the overwrite question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverwriteAnswer {
    /// Replace this one.
    Yes,
    /// Skip this one.
    No,
    /// Replace this one and every other, without asking again.
    All,
}

/// Observes a run. It is called from the coordinator's thread only; a slow observer slows the run.
pub trait Observer {
    /// Receives an event.
    fn event(&self, event: Event<'_>);

    /// Asks whether `source` may replace `target`. Blocks until there is an answer.
    fn ask_overwrite(&self, source: &str, target: &str) -> OverwriteAnswer;

    /// Asks whether so many of all objects at `target` may be deleted. Blocks until there is an answer.
    fn ask_deletion(&self, _objects: u64, _all: u64, _target: &str) -> bool {
        false
    }
}
