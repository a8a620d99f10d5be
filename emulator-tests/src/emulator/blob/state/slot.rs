//! The slot of a blob's name: the blob, its snapshots, its uncommitted blocks and its history.

use super::blob::Blob;
use super::blocks::UncommittedBlocks;
use super::history::{DeletedBlob, History};
use super::retention::Retention;
use super::tracked_map::TrackedMap;
use crate::emulator::clock::Moment;

/// Everything that is stored under a blob's name.
#[derive(Debug, Default)]
pub struct Slot {
    /// The blob itself.
    pub base: Option<Blob>,
    /// Snapshots by their time as the service writes it.
    pub snapshots: TrackedMap<String, Blob>,
    /// Blocks that are not committed yet.
    pub staged: Option<UncommittedBlocks>,
    /// Versions and deleted blobs, if there are any.
    pub history: Option<Box<History>>,
}

impl Slot {
    /// Whether nothing is stored under the name.
    pub fn is_empty(&self) -> bool {
        self.base.is_none()
            && self.staged.is_none()
            && self.snapshots.is_empty()
            && self.history.is_none()
    }

    /// Replaces the blob. The new one keeps the lease of the old one.
    pub fn replace(&mut self, mut blob: Blob, retention: &Retention) -> &Blob {
        match self.base.take() {
            Some(mut before) => {
                blob.lease = std::mem::take(&mut before.lease);
                self.keep(before, retention);
            }
            None => self.replace_deleted(&blob, retention.now),
        }
        blob.version_id = self.new_version_id(retention);
        self.staged = None;
        self.base.insert(blob)
    }

    /// Keeps the blob as a previous version before a call changes it, if it is a version or the
    /// account makes versions. The blob becomes the next version.
    pub fn begin_version(&mut self, retention: &Retention) {
        let Some(before) = &self.base else { return };
        if !retention.versioning && before.version_id.is_none() {
            return;
        }
        let before = before.clone();
        self.history_mut().add_version(before);
        let id = self.new_version_id(retention);
        if let Some(base) = &mut self.base {
            base.version_id = id;
        }
    }

    /// Deletes the blob with its uncommitted blocks. Returns whether it is gone for good.
    pub fn delete_base(&mut self, retention: &Retention) -> bool {
        self.staged = None;
        let Some(mut blob) = self.base.take() else {
            return true;
        };
        if retention.versioning || blob.version_id.is_some() {
            self.history_mut().add_version(blob);
            return false;
        }
        let Some(deletion) = retention.deletion() else {
            return true;
        };
        blob.rest();
        self.history_mut().deleted = Some(DeletedBlob { blob, deletion });
        false
    }

    /// Deletes all snapshots. Returns whether they are gone for good.
    pub fn delete_snapshots(&mut self, retention: &Retention) -> bool {
        let snapshots = self.snapshots.take_all();
        let Some(deletion) = retention.deletion() else {
            return true;
        };
        if !snapshots.is_empty() {
            let deleted = snapshots.into_iter();
            let deleted = deleted.map(|(time, blob)| (time, DeletedBlob { blob, deletion }));
            self.history_mut().deleted_snapshots.extend(deleted);
        }
        false
    }

    /// Deletes one snapshot. Returns whether it is gone for good; `None` if there is none.
    pub fn delete_snapshot(&mut self, time: &str, retention: &Retention) -> Option<bool> {
        let (time, blob) = self.snapshots.remove(time)?;
        let Some(deletion) = retention.deletion() else {
            return Some(true);
        };
        let deleted = DeletedBlob { blob, deletion };
        self.history_mut().deleted_snapshots.insert(time, deleted);
        Some(false)
    }

    /// Deletes one previous version. Returns whether it is gone for good; `None` if there is none.
    pub fn delete_version(&mut self, id: Moment, retention: &Retention) -> Option<bool> {
        let history = self.history.as_mut()?;
        let (_, blob) = history.versions.remove(&id)?;
        if let Some(deletion) = retention.deletion() {
            let deleted = DeletedBlob { blob, deletion };
            history.deleted_versions.insert(id, deleted);
            return Some(false);
        }
        self.tidy_history();
        Some(true)
    }

    /// Removes a deleted snapshot for good. Returns whether there was one.
    pub fn remove_deleted_snapshot(&mut self, time: &str) -> bool {
        let history = self.history.as_mut();
        let found = history.and_then(|history| history.deleted_snapshots.remove(time));
        self.tidy_history();
        found.is_some()
    }

    /// Removes a deleted version for good. Returns whether there was one.
    pub fn remove_deleted_version(&mut self, id: Moment) -> bool {
        let history = self.history.as_mut();
        let found = history.and_then(|history| history.deleted_versions.remove(&id));
        self.tidy_history();
        found.is_some()
    }

    /// Restores what was deleted. Returns whether there is a blob, or anything was restored.
    pub fn restore(&mut self, now: Moment) -> bool {
        self.expire(now);
        let mut restored = self.base.is_some();
        if let Some(history) = &mut self.history {
            restored |= history.has_deleted();
            if self.base.is_none() {
                self.base = history.deleted.take().map(|deleted| deleted.blob);
            }
            let snapshots = history.deleted_snapshots.take_all().into_iter();
            self.snapshots
                .extend(snapshots.map(|(time, deleted)| (time, deleted.blob)));
            let versions = history.deleted_versions.take_all().into_iter();
            history
                .versions
                .extend(versions.map(|(id, deleted)| (id, deleted.blob)));
        }
        self.tidy_history();
        restored
    }

    /// Removes what can no longer be restored.
    pub fn expire(&mut self, now: Moment) {
        if let Some(history) = &mut self.history {
            history.expire(now);
            self.tidy_history();
        }
    }

    /// The version of this id: the blob itself or a previous version.
    pub fn version(&self, id: Moment) -> Option<&Blob> {
        let current = self.base.as_ref();
        current
            .filter(|blob| blob.version_id == Some(id))
            .or_else(|| self.history.as_ref()?.versions.get(&id))
    }

    /// The same for a change.
    pub fn version_mut(&mut self, id: Moment) -> Option<&mut Blob> {
        match &mut self.base {
            Some(blob) if blob.version_id == Some(id) => Some(blob),
            _ => self.history.as_mut()?.versions.get_mut(&id),
        }
    }

    fn history_mut(&mut self) -> &mut History {
        self.history.get_or_insert_default()
    }

    fn tidy_history(&mut self) {
        self.history = self.history.take().filter(|history| !history.is_empty());
    }

    /// Keeps a blob that a write replaces.
    fn keep(&mut self, before: Blob, retention: &Retention) {
        if retention.versioning || before.version_id.is_some() {
            self.history_mut().add_version(before);
        } else if let Some(deletion) = retention.deletion() {
            self.history_mut().add_deleted_snapshot(before, deletion);
        }
    }

    /// A new blob takes the place of a deleted one: that becomes a deleted snapshot, unless the new
    /// one has another type.
    fn replace_deleted(&mut self, blob: &Blob, now: Moment) {
        self.expire(now);
        let Some(history) = &mut self.history else {
            return;
        };
        if let Some(deleted) = history.deleted.take() {
            if deleted.blob.content.same_kind(&blob.content) {
                history.add_deleted_snapshot(deleted.blob, deleted.deletion);
            } else {
                history.forget_deleted();
            }
        }
        self.tidy_history();
    }

    /// The id of a version that is written now, later than those of all others.
    fn new_version_id(&self, retention: &Retention) -> Option<Moment> {
        if !retention.versioning {
            return None;
        }
        let newest = self.history.as_ref().and_then(|history| {
            let deleted = history.deleted_versions.keys().next_back();
            history.versions.keys().next_back().max(deleted).copied()
        });
        let after = newest.map(|newest| Moment::from_ticks(newest.ticks() + 1));
        Some(after.map_or(retention.now, |after| after.max(retention.now)))
    }
}
