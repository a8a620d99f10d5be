//! Deletes what only the target has, or moves it to the trash, when everything is copied and nothing is in doubt.

use std::sync::Arc;
use std::time::SystemTime;

use super::comparison::Comparison;
use super::superfluous::SuperfluousObject;
use super::{list, local_path};
use crate::compare::{Evidence, permits};
use crate::entry::{Entry, EntryName, Layout};
use crate::job::run::Run;
use crate::options::{DeletionMode, LinkForm, Selection, SyncOptions};
use crate::report::{
    ChangeKind, ChangedSide, DeletionRefusal, Deletions, Event, PlannedChange, Totals,
};
use crate::store::{self, Removal, RemovalOptions, Remover, Tools};
use crate::{Error, Result, Side};

/// Objects that are deleted before the run looks again whether it was stopped.
const AT_ONCE: usize = 4 * 256;

impl Run<'_> {
    /// Deletes the objects that only the target has; returns what became of them.
    pub(super) async fn delete_superfluous(
        &self,
        tools: &Tools,
        comparison: &Arc<Comparison>,
        options: &SyncOptions,
    ) -> Result<Deletions> {
        let mut evidence = Evidence {
            not_copied: self.not_copied(),
            ..comparison.evidence()
        };
        let mut deletions = Deletions {
            target_objects: evidence.target_objects,
            superfluous: evidence.superfluous,
            left: evidence.superfluous,
            times_set: comparison.times_set(),
            trash: options
                .trash
                .as_ref()
                .map(|trash| EntryName::from(&*trash.of_run(SystemTime::now()))),
            ..Deletions::default()
        };
        if options.deletion == DeletionMode::Off || self.stop.is_on() {
            return Ok(deletions);
        }
        if evidence.source_objects == 0 && evidence.superfluous > 0 {
            evidence.source_objects = u64::from(self.has_other_shards(tools).await?);
        }
        if let Err(refusal) = permits(&evidence, options) {
            deletions.refused = Some(refusal);
        } else if evidence.superfluous == 0 {
            return Ok(deletions);
        }
        self.look_for_soft_delete(tools, &mut deletions).await;
        let is_asked = options.deletion == DeletionMode::Ask && !self.options.preview;
        if deletions.refused.is_none() && is_asked {
            let (objects, all) = (evidence.superfluous, evidence.target_objects);
            let target = self.options.target.to_string();
            if !self.observer.ask_deletion(objects, all, &target) {
                return Ok(deletions);
            }
        }
        if evidence.superfluous > 0 && (deletions.refused.is_none() || self.options.preview) {
            self.delete(tools, comparison, options, &mut deletions)
                .await?;
        }
        Ok(deletions)
    }

    /// Whether the source has objects of other shards. Without an object of this shard it is not empty then.
    async fn has_other_shards(&self, tools: &Tools) -> Result<bool> {
        let selection = &self.options.selection;
        if selection.filter.shard().is_none() {
            return Ok(false);
        }
        let of_all = Selection {
            filter: Arc::new(selection.filter.of_all_shards()),
            ..selection.clone()
        };
        let source = store::open_source(&self.options.source, &of_all);
        let source = source.map_err(|error| error.at(Side::Source))?;
        let mut pages = list(Some(&source), tools);
        while let Some(page) = self.unless_stopped(pages.recv()).await {
            let page = page.map_err(|error| error.at(Side::Source))?;
            let mut entries = page.entries.iter();
            if entries.any(|entry| entry.kind != Layout::Folder) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks whether the service keeps what is deleted, and says so before the first deletion.
    async fn look_for_soft_delete(&self, tools: &Tools, deletions: &mut Deletions) {
        let is_refused = deletions.refused.is_some();
        if deletions.superfluous == 0 || is_refused || deletions.trash.is_some() {
            return;
        }
        let asking = async { Ok(store::soft_delete(&self.options.target, tools).await) };
        let asked = self.stop.unless_stopped(asking).await;
        deletions.soft_delete = asked.unwrap_or_default();
        if let Some(soft_delete) = deletions.soft_delete
            && !self.options.preview
        {
            self.observer.event(Event::Notice(&soft_delete.to_string()));
        }
    }

    /// Objects of the source that are neither at the target nor skipped by rule, and whatever else failed.
    fn not_copied(&self) -> u64 {
        let totals = self.totals;
        let settled = Totals::get(&totals.done) + Totals::get(&totals.skipped);
        Totals::get(&totals.listed).saturating_sub(settled)
            + Totals::get(&totals.directories_failed)
    }

    /// Lists the target again, and deletes of it what was found to be superfluous.
    async fn delete(
        &self,
        tools: &Tools,
        comparison: &Comparison,
        options: &SyncOptions,
        deletions: &mut Deletions,
    ) -> Result<()> {
        let removal = RemovalOptions {
            snapshots: options.deletes_snapshots,
            empty_folders: options.deletes_empty_folders,
        };
        let target = &self.options.target;
        let remover = match &deletions.trash {
            Some(folder) => store::open_trash(target, folder, self.stop)?,
            None => store::open_remover(target, removal)?,
        };
        let listing = self.target_listing(&self.options.selection)?;
        let mut pages = list(listing.as_ref(), tools);
        let mut seen = 0;
        while let Some(page) = self.unless_stopped(pages.recv()).await {
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    let error = &error.at(Side::Target);
                    let what = "the rest of the destination";
                    self.observer.event(Event::Unlisted { what, error });
                    deletions.refused = Some(DeletionRefusal::TargetUnknown);
                    return Ok(());
                }
            };
            // What is superfluous there cannot be deleted.
            for (folder, error) in &page.unlisted {
                let what = &folder.to_string();
                self.observer.event(Event::Unlisted { what, error });
                deletions.refused = Some(DeletionRefusal::TargetUnknown);
            }
            if !page.unlisted.is_empty() {
                return Ok(());
            }
            let superfluous =
                self.still_superfluous(comparison, page.entries, &mut seen, deletions);
            for entries in superfluous.chunks(AT_ONCE) {
                if self.stop.is_on() {
                    return Ok(());
                }
                if self.options.preview {
                    self.would_delete(entries, deletions);
                } else {
                    self.delete_some(tools, &*remover, entries, deletions).await;
                }
            }
        }
        if self.stop.is_on() {
            return Ok(());
        }
        if deletions.refused.is_none() {
            // What is not listed any more is gone.
            let gone = deletions.superfluous.saturating_sub(seen);
            deletions.deleted += gone;
            deletions.left = deletions.left.saturating_sub(gone);
        }
        if options.deletes_empty_folders && !self.options.preview {
            remover.remove_empty_folders(tools).await;
        }
        Ok(())
    }

    /// Those of the entries that only the target has, in the version that was compared. One that was overwritten
    /// since stays, and is a failure: the next sync compares it. `seen` counts all of them.
    fn still_superfluous(
        &self,
        comparison: &Comparison,
        mut entries: Vec<Entry>,
        seen: &mut u64,
        deletions: &mut Deletions,
    ) -> Vec<Entry> {
        entries.retain(|entry| {
            let Some(object) = comparison.find_superfluous(entry) else {
                return false;
            };
            match object {
                SuperfluousObject::AsCompared => {
                    *seen += 1;
                    true
                }
                // A preview says what the next run would do.
                SuperfluousObject::Overwritten if self.options.preview => {
                    *seen += 1;
                    true
                }
                SuperfluousObject::Overwritten => {
                    *seen += 1;
                    if deletions.refused.is_none() {
                        self.not_deleted(entry, &overwritten(&entry.name), deletions);
                    }
                    false
                }
                // The source has it.
                SuperfluousObject::Respelled => {
                    deletions.superfluous -= 1;
                    deletions.left -= 1;
                    false
                }
            }
        });
        entries
    }

    /// Counts and reports an object that could not be deleted.
    fn not_deleted(&self, entry: &Entry, error: &Error, deletions: &mut Deletions) {
        deletions.failed += 1;
        deletions.left -= 1;
        deletions.overwritten += u64::from(matches!(error.bare(), Error::TargetChanged(_)));
        let (name, bytes) = (&entry.name, entry.bytes);
        self.observer
            .event(Event::DeletionFailed { name, bytes, error });
    }

    async fn delete_some(
        &self,
        tools: &Tools,
        remover: &dyn Remover,
        entries: &[Entry],
        deletions: &mut Deletions,
    ) {
        let own: Vec<Entry> = entries.iter().map(|entry| self.own_entry(entry)).collect();
        let results = remover.remove(tools, &own).await;
        for ((entry, own), result) in entries.iter().zip(&own).zip(results) {
            let (name, bytes) = (&entry.name, entry.bytes);
            match result {
                Ok(Removal::Removed | Removal::Missing) => {
                    deletions.deleted += 1;
                    deletions.left -= 1;
                    let etag = entry.version.etag();
                    let trash = deletions.trash.as_ref();
                    let trash = trash.filter(|_| matches!(result, Ok(Removal::Removed)));
                    let trash = trash.map(|folder| folder.below(&own.name));
                    self.observer.event(Event::Deleted {
                        name,
                        bytes,
                        etag,
                        trash: trash.as_ref(),
                    });
                }
                // A link stays, and nobody asked for its removal.
                Ok(Removal::Kept) => deletions.links += 1,
                Ok(Removal::NotEmpty) | Err(Error::Stopped) => {}
                Err(error) => {
                    let error = &self.stop.or_end_run(error);
                    if !matches!(error, Error::Stopped) {
                        self.not_deleted(entry, error, deletions);
                    }
                }
            }
        }
    }

    /// The entry with its name at the target: that of a link on this machine lacks its end in rclone's form.
    fn own_entry(&self, entry: &Entry) -> Entry {
        let is_shorter = entry.kind == Layout::Link
            && self.options.selection.links.form() == Some(LinkForm::Suffix)
            && local_path(&self.options.target).is_some();
        let link = entry.name.of_link().filter(|_| is_shorter);
        Entry {
            name: link.unwrap_or_else(|| entry.name.clone()),
            ..entry.clone()
        }
    }

    fn would_delete(&self, entries: &[Entry], deletions: &mut Deletions) {
        for entry in entries {
            let is_archived = deletions.trash.is_some() && entry.archive.is_some();
            let is_refused = deletions.refused.is_some() || is_archived;
            if !is_refused {
                deletions.deleted += 1;
                deletions.left -= 1;
            }
            self.observer.event(Event::Change(&PlannedChange {
                kind: match &deletions.trash {
                    _ if is_refused => ChangeKind::Keep,
                    Some(_) => ChangeKind::Trash,
                    None => ChangeKind::Delete,
                },
                why: if is_archived {
                    "archived"
                } else if is_refused {
                    "refused"
                } else {
                    "gone"
                },
                name: &entry.name,
                source: None,
                target: Some(ChangedSide {
                    bytes: entry.bytes,
                    modified: entry.modified,
                }),
                etag: entry.version.etag(),
            }));
        }
    }

    /// The next item, or `None` once the run has been stopped.
    pub(super) async fn unless_stopped<T>(
        &self,
        next: impl Future<Output = Option<T>>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stop.stopped() => None,
            next = next => next,
        }
    }
}

fn overwritten(name: &EntryName) -> Error {
    Error::TargetChanged(format!(
        "`{name}` was overwritten since it was compared, and stays"
    ))
}
