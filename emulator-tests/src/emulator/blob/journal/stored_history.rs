//! A slot's history as the journal stores it.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::stored_blob::BlobInJournal;
use crate::emulator::blob::state::{DeletedBlob, Deletion, History};
use crate::emulator::clock::Moment;
use crate::emulator::service::recovery::FindBody;

/// Versions and deleted blobs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredHistory {
    versions: Vec<(Moment, BlobInJournal)>,
    deleted: Option<StoredDeletedBlob>,
    deleted_snapshots: BTreeMap<String, StoredDeletedBlob>,
    deleted_versions: Vec<(Moment, StoredDeletedBlob)>,
}

/// A deleted blob, snapshot or version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredDeletedBlob {
    blob: BlobInJournal,
    deletion: Deletion,
}

impl StoredHistory {
    /// The stored form of a history.
    pub fn of(history: &History) -> Self {
        let versions = history.versions.iter();
        let snapshots = history.deleted_snapshots.iter();
        let deleted_versions = history.deleted_versions.iter();
        Self {
            versions: versions
                .map(|(id, blob)| (*id, BlobInJournal::of(blob)))
                .collect(),
            deleted: history.deleted.as_ref().map(StoredDeletedBlob::of),
            deleted_snapshots: snapshots
                .map(|(time, blob)| (time.clone(), StoredDeletedBlob::of(blob)))
                .collect(),
            deleted_versions: deleted_versions
                .map(|(id, blob)| (*id, StoredDeletedBlob::of(blob)))
                .collect(),
        }
    }

    /// The history of the stored form.
    pub fn restore(&self, find: FindBody<'_>) -> io::Result<History> {
        let mut history = History::default();
        for (id, blob) in &self.versions {
            history.versions.insert(*id, blob.restore(find)?);
        }
        if let Some(deleted) = &self.deleted {
            history.deleted = Some(deleted.restore(find)?);
        }
        for (time, deleted) in &self.deleted_snapshots {
            let deleted = deleted.restore(find)?;
            history.deleted_snapshots.insert(time.clone(), deleted);
        }
        for (id, deleted) in &self.deleted_versions {
            let deleted = deleted.restore(find)?;
            history.deleted_versions.insert(*id, deleted);
        }
        Ok(history)
    }
}

impl StoredDeletedBlob {
    /// The stored form of a deleted blob.
    pub fn of(deleted: &DeletedBlob) -> Self {
        Self {
            blob: BlobInJournal::of(&deleted.blob),
            deletion: deleted.deletion,
        }
    }

    /// The deleted blob of the stored form.
    pub fn restore(&self, find: FindBody<'_>) -> io::Result<DeletedBlob> {
        Ok(DeletedBlob {
            blob: self.blob.restore(find)?,
            deletion: self.deletion,
        })
    }
}
