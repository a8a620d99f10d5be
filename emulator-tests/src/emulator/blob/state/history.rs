//! What a blob's name keeps beside the blob and its snapshots: previous versions, and what was
//! deleted but can be restored.

use super::blob::Blob;
use super::retention::Deletion;
use super::tracked_map::TrackedMap;
use crate::emulator::clock::Moment;

/// The history of one name.
#[derive(Debug, Default)]
pub struct History {
    /// Previous versions by their id.
    pub versions: TrackedMap<Moment, Blob>,
    /// The deleted blob.
    pub deleted: Option<DeletedBlob>,
    /// Deleted snapshots by their time as the service writes it.
    pub deleted_snapshots: TrackedMap<String, DeletedBlob>,
    /// Deleted versions by their id.
    pub deleted_versions: TrackedMap<Moment, DeletedBlob>,
}

/// A blob, snapshot or version that can be restored.
#[derive(Debug)]
pub struct DeletedBlob {
    /// What was deleted.
    pub blob: Blob,
    /// When, and until when it stays.
    pub deletion: Deletion,
}

impl History {
    /// Whether it keeps nothing.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty() && !self.has_deleted()
    }

    /// Whether something can be restored.
    pub fn has_deleted(&self) -> bool {
        self.deleted.is_some()
            || !self.deleted_snapshots.is_empty()
            || !self.deleted_versions.is_empty()
    }

    /// Removes what can no longer be restored.
    pub fn expire(&mut self, now: Moment) {
        let stays = |deleted: &DeletedBlob| !deleted.deletion.is_over(now);
        self.deleted = self.deleted.take().filter(stays);
        self.deleted_snapshots.retain(stays);
        self.deleted_versions.retain(stays);
    }

    /// Removes everything that was deleted.
    pub fn forget_deleted(&mut self) {
        self.deleted = None;
        self.deleted_snapshots.take_all();
        self.deleted_versions.take_all();
    }

    /// Keeps a previous version.
    pub fn add_version(&mut self, mut version: Blob) {
        version.rest();
        let mut id = version.version_id.unwrap_or(version.written);
        while self.versions.contains_key(&id) || self.deleted_versions.contains_key(&id) {
            id = Moment::from_ticks(id.ticks() + 1);
        }
        version.version_id = Some(id);
        self.versions.insert(id, version);
    }

    /// Keeps a blob that a write replaced, as a deleted snapshot.
    pub fn add_deleted_snapshot(&mut self, mut blob: Blob, deletion: Deletion) {
        blob.rest();
        let mut time = deletion.at;
        while self.deleted_snapshots.contains_key(&time.iso8601()) {
            time = Moment::from_ticks(time.ticks() + 1);
        }
        let deleted = DeletedBlob { blob, deletion };
        self.deleted_snapshots.insert(time.iso8601(), deleted);
    }
}
