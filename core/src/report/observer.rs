//! Who watches a run: the console, a test.

use std::sync::Arc;

use super::{Details, Measured, NothingSelected, OutageNews, Totals, Window};
use crate::Error;
use crate::entry::EntryName;

/// Something worth telling, in the order in which it happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run begins: its counters, to poll.
    Started {
        /// Shared for the whole run.
        totals: &'a Arc<Totals>,
    },
    /// How files are read and written here, and why if it is not the best way; told once.
    IoMode(&'a str),
    /// A quarter of a second has passed: what moved in it, and what the controller decided.
    Window(&'a Window),
    /// Everything has been carried: all requests together, those of the listing too.
    Measured(&'a Measured),
    /// Something that the user should know and that fails nothing.
    Notice(&'a str),
    /// A service cannot be reached for a while, or can be again.
    Outage(&'a OutageNews),
    /// Something that is not as it should be, and fails nothing yet.
    Warning(&'a str),
    /// The whole source was listed and there is nothing to copy, for this likely cause; told once, at the end.
    NothingSelected(&'a NothingSelected),
    /// Part of the source cannot be listed; the rest goes on.
    Unlisted {
        /// The folder or page.
        what: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// The service copies an object in its own time, and goes on if this program ends.
    CopyStarted {
        /// Its name at the source.
        name: &'a EntryName,
        /// What the service calls the copy.
        copy_id: &'a str,
    },
    /// An object is on its way: the workers have it before them.
    Begun {
        /// Its name at the source.
        name: &'a EntryName,
    },
    /// An object is at its destination (in a preview: would be copied).
    Done {
        /// Its name at the source.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// What else is known of it (in a preview: nothing).
        details: &'a Details,
    },
    /// An object was left alone.
    Skipped {
        /// Its name at the source.
        name: &'a EntryName,
        /// Its length.
        bytes: u64,
        /// In the program's voice.
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
    /// So many objects failed of one cause that concerns every object, without a success between them: the run ends
    /// with what is under way.
    GaveUp {
        /// How many did.
        failures: u32,
        /// Why the last of them did.
        error: &'a Error,
    },
    /// An object was not finished, or not begun, when the run was called off.
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
pub enum Answer {
    /// Replace this one.
    Yes,
    /// Leave this one.
    No,
    /// Replace this one and every other, without asking again.
    All,
}

/// Watches a run. Called from the coordinator's thread only; a slow observer slows the run.
pub trait Observer {
    /// Something happened.
    fn event(&self, event: Event<'_>);

    /// May `target` be replaced by `source`? Blocks until there is an answer.
    fn ask_overwrite(&self, source: &str, target: &str) -> Answer;
}
