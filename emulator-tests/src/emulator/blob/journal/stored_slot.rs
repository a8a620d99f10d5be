//! A blob's slot as the journal stores it: without bytes, which are named by their numbers in the
//! store.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::stored_blob::BlobInJournal;
use super::stored_history::StoredHistory;
use crate::emulator::blob::state::{Encryption, Slot, TrackedMap, UncommittedBlocks};
use crate::emulator::clock::Moment;
use crate::emulator::service::recovery::{FindBody, StoredExtent};

/// A slot.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StoredSlot {
    base: Option<BlobInJournal>,
    snapshots: BTreeMap<String, BlobInJournal>,
    staged: Option<(BTreeMap<String, StoredExtent>, Moment)>,
    #[serde(default, skip_serializing_if = "Encryption::is_account")]
    staged_encryption: Encryption,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    history: Option<Box<StoredHistory>>,
}

impl StoredSlot {
    /// The stored form of a slot.
    pub fn of(slot: &Slot) -> Self {
        let snapshots = slot.snapshots.iter();
        Self {
            snapshots: snapshots
                .map(|(time, blob)| (time.clone(), BlobInJournal::of(blob)))
                .collect(),
            history: (slot.history.as_ref()).map(|history| Box::new(StoredHistory::of(history))),
            ..Self::without_maps(slot)
        }
    }

    /// The same without snapshots and history.
    pub fn without_maps(slot: &Slot) -> Self {
        Self {
            base: slot.base.as_ref().map(BlobInJournal::of),
            snapshots: BTreeMap::new(),
            staged: slot.staged.as_ref().map(|staged| {
                let blocks = staged.blocks.iter();
                (
                    blocks
                        .map(|(id, extent)| (id.clone(), StoredExtent::of(extent)))
                        .collect(),
                    staged.since,
                )
            }),
            staged_encryption: (slot.staged.as_ref())
                .map(|staged| staged.encryption.clone())
                .unwrap_or_default(),
            history: None,
        }
    }

    /// The slot of the stored form.
    pub fn restore(&self, find: FindBody<'_>) -> io::Result<Slot> {
        let base = self
            .base
            .as_ref()
            .map(|blob| blob.restore(find))
            .transpose()?;
        let mut snapshots = TrackedMap::default();
        for (time, blob) in &self.snapshots {
            snapshots.insert(time.clone(), blob.restore(find)?);
        }
        let mut staged = None;
        if let Some((stored, since)) = &self.staged {
            let mut blocks = BTreeMap::new();
            for (id, extent) in stored {
                blocks.insert(id.clone(), find(*extent)?);
            }
            staged = Some(UncommittedBlocks {
                blocks,
                since: *since,
                encryption: self.staged_encryption.clone(),
            });
        }
        let history = self.history.as_ref();
        let history = history.map(|history| history.restore(find)).transpose()?;
        Ok(Slot {
            base,
            snapshots,
            staged,
            history: history.map(Box::new),
        })
    }
}
