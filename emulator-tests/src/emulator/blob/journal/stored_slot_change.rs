//! What changed in a slot with snapshots or a history: the blob itself, and the changed entries of
//! the maps only.

use std::io;

use serde::{Deserialize, Serialize};

use super::stored_blob::BlobInJournal;
use super::stored_history::StoredDeletedBlob;
use super::stored_slot::StoredSlot;
use crate::emulator::blob::state::{MapChanges, Slot, TrackedMap};
use crate::emulator::clock::Moment;
use crate::emulator::service::recovery::FindBody;

/// Some entries of a map, or all of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredMapChange<K, V> {
    whole: bool,
    /// An entry without a value was removed.
    entries: Vec<(K, Option<V>)>,
}

/// The changes of a history.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredHistoryChange {
    versions: StoredMapChange<Moment, BlobInJournal>,
    deleted: Option<StoredDeletedBlob>,
    deleted_snapshots: StoredMapChange<String, StoredDeletedBlob>,
    deleted_versions: StoredMapChange<Moment, StoredDeletedBlob>,
}

/// The changes of a slot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSlotChange {
    /// The slot without snapshots and history.
    slot: StoredSlot,
    snapshots: StoredMapChange<String, BlobInJournal>,
    /// `None`: there is no history any more.
    history: Option<StoredHistoryChange>,
}

impl<K: Ord + Clone, V> StoredMapChange<K, V> {
    fn take<B>(map: &mut TrackedMap<K, B>, store: impl Fn(&B) -> V) -> Self {
        match map.take_changes() {
            MapChanges::Whole => Self {
                whole: true,
                entries: (map.iter())
                    .map(|(key, value)| (key.clone(), Some(store(value))))
                    .collect(),
            },
            MapChanges::Keys(keys) => Self {
                whole: false,
                entries: (keys.into_iter())
                    .map(|key| {
                        let value = map.get(&key).map(&store);
                        (key, value)
                    })
                    .collect(),
            },
        }
    }

    fn apply<B>(
        self,
        map: &mut TrackedMap<K, B>,
        mut restore: impl FnMut(&V) -> io::Result<B>,
    ) -> io::Result<()> {
        if self.whole {
            map.take_all();
        }
        for (key, value) in self.entries {
            match value {
                Some(value) => map.insert(key, restore(&value)?),
                None => drop(map.remove(&key)),
            }
        }
        Ok(())
    }
}

impl StoredSlotChange {
    /// The changes of a slot since they were taken last; `None` if the slot has neither snapshots
    /// nor a history and is recorded whole.
    pub fn take(slot: &mut Slot) -> Option<Self> {
        if slot.snapshots.is_empty() && slot.history.is_none() {
            slot.snapshots.take_changes();
            return None;
        }
        Some(Self {
            slot: StoredSlot::without_maps(slot),
            snapshots: StoredMapChange::take(&mut slot.snapshots, BlobInJournal::of),
            history: slot.history.as_mut().map(|history| StoredHistoryChange {
                versions: StoredMapChange::take(&mut history.versions, BlobInJournal::of),
                deleted: history.deleted.as_ref().map(StoredDeletedBlob::of),
                deleted_snapshots: StoredMapChange::take(
                    &mut history.deleted_snapshots,
                    StoredDeletedBlob::of,
                ),
                deleted_versions: StoredMapChange::take(
                    &mut history.deleted_versions,
                    StoredDeletedBlob::of,
                ),
            }),
        })
    }

    /// Applies the changes to the slot as it was recorded before.
    pub fn apply(self, slot: &mut Slot, find: FindBody<'_>) -> io::Result<()> {
        let new = self.slot.restore(find)?;
        slot.base = new.base;
        slot.staged = new.staged;
        self.snapshots
            .apply(&mut slot.snapshots, |blob| blob.restore(find))?;
        let Some(change) = self.history else {
            slot.history = None;
            return Ok(());
        };
        let history = slot.history.get_or_insert_default();
        let deleted = change.deleted.as_ref();
        history.deleted = deleted.map(|deleted| deleted.restore(find)).transpose()?;
        (change.versions).apply(&mut history.versions, |blob| blob.restore(find))?;
        (change.deleted_snapshots).apply(&mut history.deleted_snapshots, |deleted| {
            deleted.restore(find)
        })?;
        (change.deleted_versions).apply(&mut history.deleted_versions, |deleted| {
            deleted.restore(find)
        })
    }
}
