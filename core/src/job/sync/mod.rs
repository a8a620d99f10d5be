//! The command `sync`: the target becomes like the source.
//!
//! A sync is a copy whose source is compared with its target while both are listed. `joined_source` is the
//! source of that copy: it lists what the source has, and remembers what the target has of it.
//! `comparison` decides for each object whether it is copied (`action`), when the planner asks. `superfluous`
//! remembers which objects only the target has, and `service_clock` how the two clocks differ. When everything is copied and nothing is in doubt,
//! `deletion` deletes these, each only as the version that was compared, or moves them to the trash.
//! What a filter leaves out is neither compared nor copied nor deleted, on either side; `excluded` names it in
//! a preview.
//!
//! A run that was interrupted compares both sides from their beginning again. What it copied before is
//! equal then, what it deleted is gone, and objects that were begun go on where they stopped.

mod joined_source;

mod action;

mod comparison;

mod service_clock;

mod superfluous;

mod deletion;

mod excluded;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::collision::folds_names;
use super::run::Run;
use crate::compare::overlap;
use crate::journal::Replayed;
use crate::location::Location;
use crate::options::{DeletionMode, Selection, SyncOptions};
use crate::plan::history::Note;
use crate::plan::route::Way;
use crate::report::Event;
use crate::select::Filter;
use crate::store::{self, Ends, Source, Tools};
use crate::{Error, Result, Side};

pub(super) use action::SyncAction;
pub(super) use comparison::Comparison;
use comparison::{ComparedSides, TimeKeeping};
use joined_source::JoinedSource;
use service_clock::ClockDifference;

impl Run<'_> {
    /// Copies and deletes; returns how many parts of both sides could not be listed.
    pub(super) async fn sync(
        &self,
        options: &SyncOptions,
        earlier: Option<Replayed>,
        mut notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        self.check_sync()?;
        let tools = self.resources.tools()?;
        let helpers = self.resources.helpers(self.options);
        let ends = self.open(&tools, &helpers).await?;
        let clocks = self.clock_difference(&tools, options);
        // The future is large and is awaited once.
        let clocks = Box::pin(self.with_service_reports(clocks)).await?;
        let (ends, comparison) = self.joined(ends, options, clocks)?;
        let unlisted = if self.options.preview {
            self.preview_between(&tools, &helpers, &ends, Some(&comparison))
                .await?
        } else {
            // The future is large and is awaited once.
            let comparison = Some(&*comparison);
            let copying =
                self.copy_between(&tools, &helpers, &ends, comparison, earlier, &mut notes);
            Box::pin(copying).await?
        };
        self.warn_of_trash(options, &comparison);
        let deleting = self.delete_superfluous(&tools, &comparison, options);
        // The future is large and is awaited once.
        let mut deletions = Box::pin(self.with_service_reports(deleting)).await?;
        let reporting = self.report_excluded(&tools, &comparison);
        deletions.excluded = Box::pin(self.with_service_reports(reporting)).await?;
        drop((ends, comparison));
        helpers.join();
        *self.deletions.borrow_mut() = Some(deletions);
        Ok(unlisted)
    }

    /// Says that the source has objects which would be in the trash of the target.
    fn warn_of_trash(&self, options: &SyncOptions, comparison: &Comparison) {
        if let (Some(trash), objects @ 1..) = (&options.trash, comparison.in_trash()) {
            self.observer.event(Event::Warning(&format!(
                "{objects} object(s) of the source are in `{}`, which is the trash at the destination, and are not copied",
                trash.name()
            )));
        }
    }

    /// Refuses places that a sync would read and write at once.
    fn check_sync(&self) -> Result<()> {
        let (source, target) = (&self.options.source, &self.options.target);
        match self.route.way {
            Way::Stream | Way::ServerCopy => {}
            Way::Pipe | Way::Export | Way::Import => {
                return Err(Error::Usage(format!(
                    "a sync is between folders, containers and file shares: `{source}` or `{target}` is none"
                )));
            }
        }
        if overlap(source, target) {
            return Err(Error::Usage(format!(
                "`{source}` and `{target}` overlap: a sync would read what it writes"
            )));
        }
        Ok(())
    }

    /// The ends of the copy, whose source is compared with the target.
    fn joined(
        &self,
        ends: Ends,
        options: &SyncOptions,
        clocks: ClockDifference,
    ) -> Result<(Ends, Arc<Comparison>)> {
        let (source, target) = (&self.options.source, &self.options.target);
        if ends.single.is_some() {
            return Err(Error::Usage(format!(
                "`{source}` is a single object, and a sync compares folders: copy it instead"
            )));
        }
        let root = local_path(target).map(real_path);
        let listed = self.listed_source(&ends, options)?;
        let comparison = Arc::new(Comparison::new(
            with_protected(options, root.as_deref()),
            self.options.preview,
            Arc::clone(&self.options.selection.filter),
            ComparedSides {
                source: Arc::clone(&ends.source),
                listed,
                source_times: TimeKeeping::of(source),
                target: self.target_listing(&self.options.selection)?,
                target_times: TimeKeeping::of(target),
                writer: Arc::downgrade(&ends.target),
                root,
                clocks,
            },
        ));
        let source = Arc::new(JoinedSource::new(Arc::clone(&comparison)));
        let ends = Ends { source, ..ends };
        Ok((ends, comparison))
    }

    /// The source as it is listed. At a target that ignores case, an object that the filter leaves out may have
    /// another spelling, which the filter does not leave out: all names are listed then, so that it stays.
    fn listed_source(&self, ends: &Ends, options: &SyncOptions) -> Result<Arc<dyn Source>> {
        let selection = &self.options.selection;
        let filter = &selection.filter;
        // Names that differ by case only belong to one shard.
        let needs_all = options.deletion != DeletionMode::Off
            && !filter.of_all_shards().selects_all_names()
            && filter.listed().is_none();
        if !needs_all || !folds_names(&*ends.target) {
            return Ok(Arc::clone(&ends.source));
        }
        let everything = Selection {
            filter: Arc::new(filter.of_shard_alone()),
            ..selection.clone()
        };
        store::open_source(&self.options.source, &everything)
            .map_err(|error| error.at(Side::Source))
    }

    /// The target as a source, with what a selection's filter selects; `None` where there is no such folder of this machine yet.
    pub(super) fn target_listing(&self, wanted: &Selection) -> Result<Option<Arc<dyn Source>>> {
        let selection = Selection {
            recursive: true,
            metadata: true,
            own_files: wanted.own_files.clone(),
            links: wanted.links,
            remembers_md5: wanted.remembers_md5,
            filter: self.without_trash(wanted.listing_filter())?,
            ..Selection::default()
        };
        let opened = store::list_target(&self.options.target, &selection);
        let is_missing = local_path(&self.options.target)
            .is_some_and(|path| !path.exists() && !path.is_symlink());
        match opened {
            Ok(source) => Ok(Some(source)),
            Err(_) if is_missing => Ok(None),
            Err(error) => Err(error.at(Side::Target)),
        }
    }

    /// The filter of a listing of the target, without what is in the trash, where no other rule selects names.
    /// Otherwise the comparison leaves it out.
    fn without_trash(&self, filter: Arc<Filter>) -> Result<Arc<Filter>> {
        let trash = self
            .options
            .sync
            .as_ref()
            .and_then(|sync| sync.trash.as_ref());
        match trash {
            Some(trash) if filter.selects_all() => {
                let mut filter = Filter::default();
                filter.exclude_path(trash.name().as_bytes())?;
                Ok(Arc::new(filter))
            }
            _ => Ok(filter),
        }
    }

    /// What the journal of an earlier run says of the place where its listing stopped does not count.
    pub(super) fn compares_anew(&self) -> Option<&'static str> {
        if self.options.sync.is_some() {
            Some("a sync compares both sides from their beginning")
        } else {
            let lists_anew = "a move lists what the source still has";
            self.options.moves.is_some().then_some(lists_anew)
        }
    }
}

/// The path of a place on this machine.
fn local_path(place: &Location) -> Option<&Path> {
    match place {
        Location::Local(path) => Some(path),
        Location::Blob(_)
        | Location::Share(_)
        | Location::Table(_)
        | Location::Pipe
        | Location::Synthetic(_)
        | Location::Discard(_) => None,
    }
}

/// The path without links, where it exists.
fn real_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The options with the protected folders as they are found below `root`. One that holds the whole root
/// protects nothing: the files that this run writes itself are never listed.
fn with_protected(options: &SyncOptions, root: Option<&Path>) -> SyncOptions {
    let folders = options.protected.iter().map(|folder| real_path(folder));
    let within = folders.filter(|folder| root.is_some_and(|root| !root.starts_with(folder)));
    SyncOptions {
        protected: within.collect(),
        ..options.clone()
    }
}

/// Lists a side of a sync; nothing where that side does not exist.
fn list(source: Option<&Arc<dyn Source>>, tools: &Tools) -> store::Pages {
    match source {
        Some(source) => Arc::clone(source).list_by_bytes(tools),
        None => tokio::sync::mpsc::channel(1).1,
    }
}
