//! A container: its properties, and its blobs by name.

use std::collections::BTreeMap;

use crate::emulator::blob::journal::{
    BlobPath, BlobRecord, StoredSlot, StoredSlotChange, VersionStamp,
};
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::state::{
    Blob, ContainerProperties, Content, Encryption, Slot, UncommittedBlocks,
};
use crate::emulator::clock::Moment;
use crate::emulator::error::Refusal;
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::recovery::StoredExtent;
use crate::emulator::service::{ETag, Lease, Recorded, RecordedState};
use crate::emulator::store::Extent;

/// A container with its lock and its part of the journal.
pub type BlobContainer = Recorded<ContainerState>;

/// A change that is recorded before the lock is released.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Properties,
    Slot(String),
    Block(String, String),
    Write(String, u64),
    Clear(String, u64, u64),
    Append(String),
}

/// Everything a container holds.
#[derive(Debug)]
pub struct ContainerState {
    /// The container's own properties.
    pub properties: ContainerProperties,
    /// Blobs by name.
    pub blobs: BTreeMap<String, Slot>,
    /// Whether the container was deleted while a request still uses it.
    pub deleted: bool,
    changes: Vec<Change>,
}

impl ContainerState {
    /// An empty container.
    pub fn new(metadata: Metadata, public_access: PublicAccess, now: Moment) -> Self {
        let properties = ContainerProperties {
            etag: ETag::next(),
            created: now,
            last_modified: now.whole_second(),
            metadata,
            public_access,
            policies: Vec::new(),
            lease: Lease::default(),
            default_scope: None,
            denies_other_scopes: false,
        };
        Self::restore(properties, BTreeMap::new())
    }

    /// A container of an earlier run.
    pub fn restore(properties: ContainerProperties, blobs: BTreeMap<String, Slot>) -> Self {
        Self {
            properties,
            blobs,
            deleted: false,
            changes: Vec::new(),
        }
    }

    /// The slot of a name, for a change. It is created when it is missing.
    pub fn slot(&mut self, name: &str) -> &mut Slot {
        self.changes.push(Change::Slot(name.to_owned()));
        self.blobs.entry(name.to_owned()).or_default()
    }

    /// The slot of a name, for a change, if there is one.
    pub fn slot_mut(&mut self, name: &str) -> Option<&mut Slot> {
        let slot = self.blobs.get_mut(name)?;
        self.changes.push(Change::Slot(name.to_owned()));
        Some(slot)
    }

    /// Updates copies and rehydrations of a blob for this time, before a call reads it.
    pub fn advance(&mut self, name: &str, now: Moment, is_polled: bool) {
        let base = self.blobs.get_mut(name).and_then(|slot| slot.base.as_mut());
        if base.is_some_and(|blob| blob.advance(now, is_polled)) {
            self.changes.push(Change::Slot(name.to_owned()));
        }
    }

    /// The container's own properties, for a change.
    pub fn properties_mut(&mut self) -> &mut ContainerProperties {
        self.changes.push(Change::Properties);
        &mut self.properties
    }

    /// Stores an uncommitted block.
    pub fn stage(
        &mut self,
        name: &str,
        id: &str,
        extent: Extent,
        encryption: Encryption,
        now: Moment,
    ) {
        let slot = self.blobs.entry(name.to_owned()).or_default();
        let staged = slot.staged.get_or_insert_with(|| UncommittedBlocks {
            blocks: BTreeMap::new(),
            since: now,
            encryption,
        });
        staged.blocks.insert(id.to_owned(), extent);
        self.changes.push(if staged.encryption.is_account() {
            Change::Block(name.to_owned(), id.to_owned())
        } else {
            // The record of a block has no key.
            Change::Slot(name.to_owned())
        });
    }

    /// Records that pages were written at this offset, and that nothing else but the version
    /// changed.
    pub fn note_write(&mut self, name: &str, offset: u64) {
        self.changes.push(Change::Write(name.to_owned(), offset));
    }

    /// Records that pages were cleared.
    pub fn note_clear(&mut self, name: &str, offset: u64, length: u64) {
        self.changes
            .push(Change::Clear(name.to_owned(), offset, length));
    }

    /// Records that a block was appended.
    pub fn note_append(&mut self, name: &str) {
        self.changes.push(Change::Append(name.to_owned()));
    }

    /// Removes a slot that is empty.
    pub fn tidy(&mut self, name: &str) {
        if self.blobs.get(name).is_some_and(Slot::is_empty) {
            self.blobs.remove(name);
        }
    }

    /// The whole state as records.
    pub fn records(&self, account: &str, container: &str) -> Vec<BlobRecord> {
        let path = |blob: &str| BlobPath {
            account: account.to_owned(),
            container: container.to_owned(),
            blob: blob.to_owned(),
        };
        let slots = self.blobs.iter();
        let slots =
            slots.map(|(name, slot)| BlobRecord::Slot(path(name), Box::new(StoredSlot::of(slot))));
        std::iter::once(BlobRecord::Container(path(""), self.properties.clone()))
            .chain(slots)
            .collect()
    }

    fn record(&mut self, container: &BlobPath, change: &Change) -> Option<BlobRecord> {
        let path = |blob: &str| BlobPath {
            blob: blob.to_owned(),
            ..container.clone()
        };
        let stamp = |blob: &Blob| VersionStamp {
            etag: blob.etag,
            written: blob.written,
        };
        if let Change::Slot(name) = change {
            let slot = self.blobs.get_mut(name);
            if let Some(stored) = slot.and_then(StoredSlotChange::take) {
                return Some(BlobRecord::SlotChange(path(name), Box::new(stored)));
            }
        }
        let base = |name: &str| self.blobs.get(name)?.base.as_ref();
        Some(match change {
            Change::Properties => BlobRecord::Container(path(""), self.properties.clone()),
            Change::Slot(name) => {
                let stored = self.blobs.get(name).map(StoredSlot::of).unwrap_or_default();
                BlobRecord::Slot(path(name), Box::new(stored))
            }
            Change::Block(name, id) => {
                let staged = self.blobs.get(name)?.staged.as_ref()?;
                BlobRecord::Block(
                    path(name),
                    id.clone(),
                    StoredExtent::of(staged.blocks.get(id)?),
                    staged.since,
                )
            }
            Change::Write(name, offset) => {
                let blob = base(name)?;
                let Content::Page(pages) = &blob.content else {
                    return None;
                };
                let extent = StoredExtent::of(&pages.run_at(*offset)?.extent);
                BlobRecord::Write(path(name), *offset, extent, stamp(blob))
            }
            Change::Clear(name, offset, length) => {
                BlobRecord::Clear(path(name), *offset, *length, stamp(base(name)?))
            }
            Change::Append(name) => {
                let blob = base(name)?;
                let Content::Append(list) = &blob.content else {
                    return None;
                };
                BlobRecord::Append(
                    path(name),
                    StoredExtent::of(&list.blocks().last()?.extent),
                    stamp(blob),
                )
            }
        })
    }
}

impl RecordedState for ContainerState {
    /// The container's path.
    type Names = BlobPath;
    type Record = BlobRecord;

    fn is_deleted(&self) -> bool {
        self.deleted
    }

    fn not_found() -> Refusal {
        Refusal::container_not_found()
    }

    fn take_records(&mut self, names: &BlobPath) -> Vec<BlobRecord> {
        let changes = std::mem::take(&mut self.changes);
        let changes = changes.iter();
        changes
            .filter_map(|change| self.record(names, change))
            .collect()
    }

    fn forget_changes(&mut self) {
        self.changes.clear();
    }
}
