//! The objects of one place that a command without a target selects, in batches: for `remove` and
//! `set_properties`.
//!
//! A run needs no journal: what is done does not have to be found again, so the same command goes on.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::error::TryRecvError;

use super::failure_limit::FailureLimit;
use super::list::is_no_directory;
use super::outcome::Settlement;
use super::{resources, single_thread};
use crate::entry::{Entry, Layout};
use crate::location::Location;
use crate::options::Options;
use crate::report::{
    ChangeKind, ChangedSide, Event, NothingSelected, Observer, PlannedChange, Summary, Totals,
};
use crate::stop::Stop;
use crate::store::{self, ListScope, Page, Tools};
use crate::{Error, Result, Side};

/// Objects that are acted on before the run looks again whether it was stopped.
const AT_ONCE: usize = 4 * 256;

/// What is done with the objects.
pub(super) trait ObjectAction {
    /// What acts on the objects of one place.
    type Opened;

    /// What a preview calls it.
    const KIND: ChangeKind;

    /// Directories are acted on after everything else, and each after those in it.
    const FOLDERS_LAST: bool = false;

    /// Opens a place. Fails where its objects cannot be acted on.
    fn open(&self, place: &Location) -> Result<Self::Opened>;

    /// Acts on these objects, and reports each.
    async fn act(
        &self,
        tools: &Tools,
        opened: &Self::Opened,
        entries: &[Entry],
        run: &SelectedObjects<'_>,
    );

    /// The first of the objects were found, and will be acted on. Returns what the user should know before.
    async fn begin(&self, _tools: &Tools, _place: &Location) -> Option<String> {
        None
    }

    /// All selected objects of the place were acted on.
    async fn end(&self, _tools: &Tools, _opened: &Self::Opened) {}
}

/// Acts on the objects of `options.source` that the selection matches, and reports each to `observer`.
///
/// A place without such objects may be the URL of a single object, which then is the only one. With
/// `options.preview` it only reports what it would do.
///
/// # Errors
///
/// [`Error::NotFound`] when the place names nothing. Fails when it cannot be listed. Failures of single
/// objects are in the summary.
pub(super) fn act_on_all(
    options: &Options,
    action: &impl ObjectAction,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Summary> {
    let begun = Instant::now();
    let totals = Arc::new(Totals::default());
    observer.event(Event::Started { totals: &totals });
    let run = SelectedObjects {
        options,
        observer,
        stop,
        settlement: Settlement {
            totals: &totals,
            observer,
            limit: &FailureLimit::new(stop),
        },
    };
    let settings = resources::settings(options, &totals)?;
    let unlisted = single_thread::run_with(settings, async |tools| run.all(tools, action).await)?;
    Ok(Summary {
        elapsed: begun.elapsed(),
        unlisted,
        ended_by: stop.reason(),
        ..Summary::of(&totals)
    })
}

/// One run over the selected objects.
pub(super) struct SelectedObjects<'a> {
    options: &'a Options,
    observer: &'a dyn Observer,
    stop: &'a Stop,
    pub(super) settlement: Settlement<'a>,
}

impl SelectedObjects<'_> {
    /// Acts on everything; returns how many parts of the place could not be listed.
    async fn all<A: ObjectAction>(&self, tools: &Tools, action: &A) -> Result<u64> {
        let (place, selection) = (&self.options.source, &self.options.selection);
        let has_versions = selection.filter.versions().is_some();
        if !selection.recursive && selection.pattern.is_none() && !has_versions {
            if self.single(tools, action).await? {
                return Ok(0);
            }
            let text = format!("`{place}` is not there, or is a directory");
            return Err(Error::NotFound(text));
        }
        let source = store::open_source(place, selection)?;
        let opened = action.open(&store::listed_folder(place, selection))?;
        let mut pages = Arc::clone(&source).list(tools, ListScope::default());
        let mut unlisted = 0;
        let mut is_empty = true;
        let mut folders = Vec::new();
        while let Some(page) = self.next(pages.recv()).await {
            let mut page = match page {
                Ok(page) => page,
                // The URL may name a file of a share, which cannot be listed.
                Err(error) if is_empty && is_no_directory(&error) && place.may_be_object() => break,
                Err(error) if is_empty => return Err(error.at(Side::Source)),
                Err(error) => {
                    let what = "the rest of the place";
                    let error = &error;
                    self.observer.event(Event::Unlisted { what, error });
                    return Ok(unlisted + 1);
                }
            };
            is_empty &= page.is_empty();
            unlisted += self.report(&page);
            if A::FOLDERS_LAST {
                folders.extend(
                    page.entries
                        .extract_if(.., |entry| entry.kind == Layout::Folder),
                );
            }
            for entries in page.entries.chunks(AT_ONCE) {
                if self.stop.is_on() {
                    break;
                }
                self.act(tools, action, &opened, entries).await;
            }
        }
        let is_whole = matches!(pages.try_recv(), Err(TryRecvError::Disconnected));
        if is_whole {
            self.act_on_folders(tools, action, &opened, folders).await;
        }
        if !is_empty {
            if !self.options.preview && is_whole {
                action.end(tools, &opened).await;
            }
        } else if !self.stop.is_on() && !self.is_single(tools, action).await? {
            let why = store::why_nothing(&*source, tools, selection).await;
            let why = why.ok().flatten();
            if let Some(why) = &why {
                self.observer.event(Event::NothingSelected(why));
            }
        }
        Totals::add(&self.settlement.totals.listing_done, u64::from(is_whole));
        Ok(unlisted)
    }

    /// Acts on directories, the deepest first.
    async fn act_on_folders<A: ObjectAction>(
        &self,
        tools: &Tools,
        action: &A,
        opened: &A::Opened,
        mut folders: Vec<Entry>,
    ) {
        let depth = |entry: &Entry| {
            let slashes = entry.name.as_bytes().iter().filter(|byte| **byte == b'/');
            slashes.count()
        };
        folders.sort_by_key(|entry| Reverse(depth(entry)));
        for level in folders.chunk_by(|one, other| depth(one) == depth(other)) {
            for entries in level.chunks(AT_ONCE) {
                if self.stop.is_on() {
                    return;
                }
                self.act(tools, action, opened, entries).await;
            }
        }
    }

    /// Acts on the single object that the place names, if nothing was selected below it.
    async fn is_single<A: ObjectAction>(&self, tools: &Tools, action: &A) -> Result<bool> {
        let selection = &self.options.selection;
        let names_folder = selection.pattern.is_some()
            || selection.filter.listed().is_some()
            || selection.filter.versions().is_some();
        let is_asked_for = self.options.source.may_be_object() && !names_folder;
        Ok(is_asked_for && self.single(tools, action).await?)
    }

    /// Acts on the single object that the place names. Returns whether there is one.
    async fn single<A: ObjectAction>(&self, tools: &Tools, action: &A) -> Result<bool> {
        let Some((above, entry)) = store::named_object(&self.options.source, tools).await? else {
            return Ok(false);
        };
        if !self.options.selection.filter.selects(&entry) {
            self.observer
                .event(Event::NothingSelected(&NothingSelected::Filtered));
            return Ok(true);
        }
        let opened = action.open(&above)?;
        self.act(tools, action, &opened, &[entry]).await;
        Totals::add(&self.settlement.totals.listing_done, 1);
        Ok(true)
    }

    async fn act<A: ObjectAction>(
        &self,
        tools: &Tools,
        action: &A,
        opened: &A::Opened,
        entries: &[Entry],
    ) {
        let totals = self.settlement.totals;
        if Totals::get(&totals.listed) == 0 && !entries.is_empty() {
            let beginning = async { Ok(action.begin(tools, &self.options.source).await) };
            let notice = self.stop.unless_stopped(beginning).await;
            if let Some(notice) = notice.unwrap_or_default() {
                self.observer.event(Event::Notice(&notice));
            }
        }
        Totals::add(&totals.listed, entries.len() as u64);
        let bytes = entries.iter().map(|entry| entry.bytes).sum();
        Totals::add(&totals.listed_bytes, bytes);
        if self.options.preview {
            for entry in entries {
                self.would_act(A::KIND, entry);
            }
            return;
        }
        action.act(tools, opened, entries, self).await;
    }

    /// Reports a failure. A service that cannot be reached ends the run.
    pub(super) fn fail(&self, entry: &Entry, error: Error) {
        let error = self.stop.or_end_run(error);
        self.settlement
            .fail_unstarted(&entry.name, entry.bytes, &error);
    }

    fn would_act(&self, kind: ChangeKind, entry: &Entry) {
        Totals::add(&self.settlement.totals.done, 1);
        Totals::add(&self.settlement.totals.done_bytes, entry.bytes);
        self.observer.event(Event::Change(&PlannedChange {
            kind,
            why: "named",
            name: &entry.name,
            source: None,
            target: Some(ChangedSide {
                bytes: entry.bytes,
                modified: entry.modified,
            }),
            etag: entry.version.etag().filter(|_| kind == ChangeKind::Delete),
        }));
    }

    /// Reports what a page says besides its entries; returns how many folders could not be listed.
    fn report(&self, page: &Page) -> u64 {
        for (folder, error) in &page.unlisted {
            let what = &folder.to_string();
            self.observer.event(Event::Unlisted { what, error });
        }
        for notice in &page.notices {
            self.observer.event(Event::Notice(notice));
        }
        for (name, error) in &page.unfound {
            Totals::add(&self.settlement.totals.listed, 1);
            self.settlement.fail_unstarted(name, 0, error);
        }
        page.unlisted.len() as u64
    }

    /// The next item, or `None` once the run has been stopped.
    async fn next<T>(&self, next: impl Future<Output = Option<T>>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stop.stopped() => None,
            next = next => next,
        }
    }
}
