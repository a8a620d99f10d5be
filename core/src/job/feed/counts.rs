//! Counts what a listing brings: pages, objects that need nothing, and entries that were not planned.

use super::Feed;
use crate::Error;
use crate::entry::{Entry, EntryName};
use crate::job::sync::SyncAction;
use crate::journal::Record;
use crate::report::{Event, Totals};
use crate::store::Page;

/// Entries of a page that are still to be planned.
#[derive(Debug)]
pub(super) struct UnplannedEntries {
    pub(super) count: u64,
    bytes: u64,
}

impl UnplannedEntries {
    pub(super) fn of(entries: &[Entry]) -> Self {
        Self {
            count: entries.len() as u64,
            bytes: entries.iter().map(|entry| entry.bytes).sum(),
        }
    }

    pub(super) fn take(&mut self, entry: &Entry) {
        self.count -= 1;
        self.bytes -= entry.bytes;
    }
}

/// What a listing came to.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// How many parts could not be listed, and which of them were folders.
    pub(super) unlisted: u64,
    pub(super) folders: Vec<EntryName>,
    /// The listing came to its end.
    pub(super) is_whole: bool,
}

impl Feed<'_> {
    /// Counts the entries of a page, and reports its notices, unlisted folders and equal objects. Returns the
    /// entries and the names without an object.
    pub(super) fn count_page(
        &self,
        page: Page,
        listed: &mut Listed,
    ) -> (Vec<Entry>, Vec<(EntryName, Error)>) {
        let totals = &self.context.totals;
        self.recorder.page(page.marker.as_deref());
        self.recorder.report_trouble(self.observer);
        for (folder, error) in page.unlisted {
            if error.ends_run() {
                self.stop.or_end_run(error);
            } else {
                let (what, error) = (&folder.to_string(), &error);
                self.observer.event(Event::Unlisted { what, error });
            }
            let what = folder.as_bytes();
            self.recorder.append(&Record::Unlisted { what });
            listed.folders.push(folder);
            listed.unlisted += 1;
        }
        for notice in &page.notices {
            self.observer.event(Event::Notice(notice));
        }
        Totals::add(&totals.listed, page.entries.len() as u64);
        Totals::add(
            &totals.listed_bytes,
            page.entries.iter().map(|entry| entry.bytes).sum(),
        );
        for (name, bytes) in &page.equal {
            self.equal(name, *bytes);
        }
        (page.entries, page.unfound)
    }

    /// Counts an object of which a sync needs nothing. The next run compares it again, so that the journal does not
    /// have it.
    fn equal(&self, name: &EntryName, bytes: u64) {
        let totals = &self.context.totals;
        Totals::add(&totals.listed, 1);
        Totals::add(&totals.listed_bytes, bytes);
        let reason = SyncAction::Nothing.skip_reason(name);
        self.settlement().skip(name, bytes, &reason);
    }

    /// Counts an object as done that an earlier run copied and that is still at the target.
    pub(super) fn in_place(&self, entry: &Entry, is_aside: bool) {
        self.recorder.in_place(entry, is_aside);
        let (totals, bytes) = (&self.context.totals, entry.bytes);
        for counter in [
            &totals.settled_bytes,
            &totals.kept_bytes,
            &totals.done_bytes,
            &totals.done_before_bytes,
        ] {
            Totals::add(counter, bytes);
        }
        Totals::add(&totals.done, 1);
        Totals::add(&totals.done_before, 1);
    }

    /// Takes back the count of entries that were not planned because the run was stopped. The next
    /// run lists them again.
    pub(super) fn take_back(&self, unplanned: &UnplannedEntries) {
        let totals = &self.context.totals;
        Totals::take_back(&totals.listed, unplanned.count);
        Totals::take_back(&totals.listed_bytes, unplanned.bytes);
    }
}
