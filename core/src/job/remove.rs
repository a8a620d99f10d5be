//! The command `remove`: every selected object of a place is deleted.
//!
//! Each object is deleted only as the version that was listed. A run needs no journal: what is gone is not
//! listed again, so the same command goes on.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::error::TryRecvError;

use super::failure_limit::FailureLimit;
use super::list::is_no_directory;
use super::outcome::Settlement;
use super::run::summary;
use super::single_thread;
use crate::entry::Entry;
use crate::options::Options;
use crate::report::{
    ChangeKind, ChangedSide, Event, NothingSelected, Observer, PlannedChange, Summary, Totals,
};
use crate::stop::Stop;
use crate::store::{self, ListScope, Page, Removal, RemovalOptions, Remover, Tools};
use crate::{Error, Result, Side};

/// Objects that are deleted before the run looks again whether it was stopped.
const AT_ONCE: usize = 4 * 256;

/// Deletes the objects of `options.source` that the selection matches, and reports each to `observer`.
///
/// A place without such objects may be the URL of a single object, which then is the only one. With
/// `options.preview` it only reports what it would delete. Directories of a share that are empty afterwards
/// are deleted too.
///
/// # Errors
///
/// [`Error::NotFound`] when the place names nothing. Fails when it cannot be listed. Failures of single
/// objects are in the summary.
pub fn remove(
    options: &Options,
    removal: RemovalOptions,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Summary> {
    let begun = Instant::now();
    let totals = Arc::new(Totals::default());
    observer.event(Event::Started { totals: &totals });
    let run = RemoveRun {
        options,
        removal,
        observer,
        stop,
        settlement: Settlement {
            totals: &totals,
            observer,
            limit: &FailureLimit::new(stop),
        },
    };
    let unlisted = single_thread::run(&options.engine, async |tools| run.all(tools).await)?;
    Ok(Summary {
        elapsed: begun.elapsed(),
        unlisted,
        ended_by: stop.reason(),
        ..summary(&totals)
    })
}

struct RemoveRun<'a> {
    options: &'a Options,
    removal: RemovalOptions,
    observer: &'a dyn Observer,
    stop: &'a Stop,
    settlement: Settlement<'a>,
}

impl RemoveRun<'_> {
    /// Deletes everything; returns how many parts of the place could not be listed.
    async fn all(&self, tools: &Tools) -> Result<u64> {
        let (place, selection) = (&self.options.source, &self.options.selection);
        if !selection.recursive && selection.pattern.is_none() {
            if self.single(tools).await? {
                return Ok(0);
            }
            let text = format!("`{place}` is not there, or is a directory");
            return Err(Error::NotFound(text));
        }
        let source = store::open_source(place, selection)?;
        let remover = store::open_remover(place, self.removal)?;
        let mut pages = Arc::clone(&source).list(tools, ListScope::default());
        let mut unlisted = 0;
        let mut is_empty = true;
        while let Some(page) = self.next(pages.recv()).await {
            let page = match page {
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
            for entries in page.entries.chunks(AT_ONCE) {
                if self.stop.is_on() {
                    break;
                }
                self.delete(tools, &*remover, entries).await;
            }
        }
        let is_whole = matches!(pages.try_recv(), Err(TryRecvError::Disconnected));
        if !is_empty {
            if !self.options.preview && is_whole {
                remover.remove_empty_folders(tools).await;
            }
        } else if !self.stop.is_on() && !self.is_single(tools).await? {
            let why = store::why_nothing(&*source, tools, selection).await;
            let why = why.ok().flatten();
            if let Some(why) = &why {
                self.observer.event(Event::NothingSelected(why));
            }
        }
        Totals::add(&self.settlement.totals.listing_done, u64::from(is_whole));
        Ok(unlisted)
    }

    /// Deletes the single object that the place names, if nothing was selected below it.
    async fn is_single(&self, tools: &Tools) -> Result<bool> {
        let selection = &self.options.selection;
        let names_folder = selection.pattern.is_some() || selection.filter.listed().is_some();
        let is_asked_for = self.options.source.may_be_object() && !names_folder;
        Ok(is_asked_for && self.single(tools).await?)
    }

    /// Deletes the single object that the place names. Returns whether there is one.
    async fn single(&self, tools: &Tools) -> Result<bool> {
        let Some((above, entry)) = store::named_object(&self.options.source, tools).await? else {
            return Ok(false);
        };
        if !self.options.selection.filter.selects(&entry) {
            self.observer
                .event(Event::NothingSelected(&NothingSelected::Filtered));
            return Ok(true);
        }
        let remover = store::open_remover(&above, self.removal)?;
        self.delete(tools, &*remover, &[entry]).await;
        Totals::add(&self.settlement.totals.listing_done, 1);
        Ok(true)
    }

    async fn delete(&self, tools: &Tools, remover: &dyn Remover, entries: &[Entry]) {
        let totals = self.settlement.totals;
        Totals::add(&totals.listed, entries.len() as u64);
        let bytes = entries.iter().map(|entry| entry.bytes).sum();
        Totals::add(&totals.listed_bytes, bytes);
        if self.options.preview {
            for entry in entries {
                self.would_delete(entry);
            }
            return;
        }
        let results = remover.remove(tools, entries).await;
        for (entry, result) in entries.iter().zip(results) {
            match result {
                Ok(Removal::Removed | Removal::Missing) => self.settlement.deleted(entry),
                Ok(Removal::Kept) => {
                    let reason = "it is a symbolic link";
                    self.settlement.skip(&entry.name, entry.bytes, reason);
                }
                Err(error) => {
                    let error = self.stop.or_end_run(error);
                    let (name, bytes) = (&entry.name, entry.bytes);
                    self.settlement.fail_unstarted(name, bytes, &error);
                }
            }
        }
    }

    fn would_delete(&self, entry: &Entry) {
        Totals::add(&self.settlement.totals.done, 1);
        Totals::add(&self.settlement.totals.done_bytes, entry.bytes);
        self.observer.event(Event::Change(&PlannedChange {
            kind: ChangeKind::Delete,
            why: "named",
            name: &entry.name,
            source: None,
            target: Some(ChangedSide {
                bytes: entry.bytes,
                modified: entry.modified,
            }),
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
