//! A container: its properties, and its blobs by name.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::blob::{Blob, Content, Slot};
use super::blocks::UncommittedBlocks;
use crate::emulator::auth::StoredPolicy;
use crate::emulator::blob::journal::{BlobPath, BlobRecord, StoredSlot, VersionStamp};
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::recovery::StoredExtent;
use crate::emulator::service::{ETag, Lease};
use crate::emulator::store::Extent;

/// A container with its lock.
#[derive(Debug)]
pub struct BlobContainer {
    state: Mutex<ContainerState>,
    /// Where changes are recorded, and the names of the account and the container.
    journal: Option<ContainerJournal>,
}

/// A container's part of the journal.
#[derive(Debug, Clone)]
pub struct ContainerJournal {
    /// The journal.
    pub journal: ServiceJournal,
    /// The account's name.
    pub account: String,
    /// The container's name.
    pub container: String,
}

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

/// The locked state of a container. Dropping it records the changes.
#[derive(Debug)]
pub struct LockedContainer<'c> {
    state: MutexGuard<'c, ContainerState>,
    journal: Option<&'c ContainerJournal>,
}

/// A container's own properties.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct ContainerProperties {
    /// Its version.
    pub etag: ETag,
    /// When its properties last changed.
    pub last_modified: Moment,
    /// Metadata in the order given.
    pub metadata: Metadata,
    /// Anonymous access.
    pub public_access: PublicAccess,
    /// Stored access policies.
    pub policies: Vec<StoredPolicy>,
    /// Its lease.
    pub lease: Lease,
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

impl BlobContainer {
    /// An empty container.
    pub fn new(metadata: Metadata, public_access: PublicAccess, now: Moment) -> Self {
        let properties = ContainerProperties {
            etag: ETag::next(),
            last_modified: now.whole_second(),
            metadata,
            public_access,
            policies: Vec::new(),
            lease: Lease::default(),
        };
        Self::restore(properties, BTreeMap::new())
    }

    /// A container of an earlier run.
    pub fn restore(properties: ContainerProperties, blobs: BTreeMap<String, Slot>) -> Self {
        let state = ContainerState {
            properties,
            blobs,
            deleted: false,
            changes: Vec::new(),
        };
        Self {
            state: Mutex::new(state),
            journal: None,
        }
    }

    /// Records its changes from now on.
    pub fn record_to(&mut self, journal: ContainerJournal) {
        self.journal = Some(journal);
    }

    /// Its state, locked. The lock is never held while a body is received or sent.
    pub fn lock(&self) -> LockedContainer<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        LockedContainer {
            state,
            journal: self.journal.as_ref(),
        }
    }

    /// The same for a call: a container that was deleted meanwhile is 404.
    pub fn enter(&self) -> ServiceResult<LockedContainer<'_>> {
        let state = self.lock();
        if state.deleted {
            Err(Refusal::container_not_found())
        } else {
            Ok(state)
        }
    }
}

impl Deref for LockedContainer<'_> {
    type Target = ContainerState;

    fn deref(&self) -> &ContainerState {
        &self.state
    }
}

impl DerefMut for LockedContainer<'_> {
    fn deref_mut(&mut self) -> &mut ContainerState {
        &mut self.state
    }
}

impl Drop for LockedContainer<'_> {
    fn drop(&mut self) {
        let changes = std::mem::take(&mut self.state.changes);
        let Some(journal) = self.journal.filter(|_| !self.state.deleted) else {
            return;
        };
        for record in changes
            .iter()
            .filter_map(|change| self.state.record(journal, change))
        {
            journal.journal.write(&record);
        }
    }
}

impl ContainerState {
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

    /// The container's own properties, for a change.
    pub fn properties_mut(&mut self) -> &mut ContainerProperties {
        self.changes.push(Change::Properties);
        &mut self.properties
    }

    /// Stores an uncommitted block.
    pub fn stage(&mut self, name: &str, id: &str, extent: Extent, now: Moment) {
        let slot = self.blobs.entry(name.to_owned()).or_default();
        let staged = slot.staged.get_or_insert_with(|| UncommittedBlocks {
            blocks: BTreeMap::new(),
            since: now,
        });
        staged.blocks.insert(id.to_owned(), extent);
        self.changes
            .push(Change::Block(name.to_owned(), id.to_owned()));
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

    fn record(&self, journal: &ContainerJournal, change: &Change) -> Option<BlobRecord> {
        let path = |blob: &str| BlobPath {
            account: journal.account.clone(),
            container: journal.container.clone(),
            blob: blob.to_owned(),
        };
        let base = |name: &str| self.blobs.get(name)?.base.as_ref();
        let stamp = |blob: &Blob| VersionStamp {
            etag: blob.etag,
            written: blob.written,
        };
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

impl ContainerProperties {
    /// Gives the container a new version.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
    }
}
