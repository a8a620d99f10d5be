//! A container: its properties, and its blobs by name.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::blob::{Blob, Content, Slot};
use super::blocks::Staged;
use super::etag::ETag;
use super::lease::Lease;
use crate::emulator::auth::StoredPolicy;
use crate::emulator::blob::journal::Journal;
use crate::emulator::blob::journal::record::{Place, Record, Stamp};
use crate::emulator::blob::journal::stored::{StoredExtent, StoredSlot};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::store::Extent;

/// What anonymous requests may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PublicAccess {
    /// Nothing.
    #[default]
    Private,
    /// Read blobs.
    Blob,
    /// Read blobs and list them.
    Container,
}

impl PublicAccess {
    /// Reads `x-ms-blob-public-access`.
    pub fn parse(text: &str) -> Answer<Self> {
        match text {
            "" => Ok(Self::Private),
            "blob" => Ok(Self::Blob),
            "container" | "true" => Ok(Self::Container),
            other => Err(Refusal::invalid_header("x-ms-blob-public-access", other)),
        }
    }

    /// The header's value; `None` for private containers.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Private => None,
            Self::Blob => Some("blob"),
            Self::Container => Some("container"),
        }
    }
}

/// A container behind its lock.
#[derive(Debug)]
pub struct Container {
    state: Mutex<ContainerState>,
    /// Where changes are written down, and the account's and container's names.
    book: Option<Book>,
}

/// A container's part of the journal.
#[derive(Debug, Clone)]
pub struct Book {
    /// The journal.
    pub journal: Arc<Journal>,
    /// The account's name.
    pub account: String,
    /// The container's name.
    pub container: String,
}

/// A change of the state that has to be written down before the lock is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    Facts,
    Slot(String),
    Block(String, String),
    Write(String, u64),
    Clear(String, u64, u64),
    Append(String),
}

/// The state of a container, locked. Giving it up writes down what was changed.
#[derive(Debug)]
pub struct Entered<'c> {
    state: MutexGuard<'c, ContainerState>,
    book: Option<&'c Book>,
}

/// What is known of a container but for its blobs.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct ContainerFacts {
    /// Its version.
    pub etag: ETag,
    /// When its properties last changed.
    pub last_modified: Moment,
    /// Metadata in the order given.
    pub metadata: Vec<(String, String)>,
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
    pub facts: ContainerFacts,
    /// Blobs by name.
    pub blobs: BTreeMap<String, Slot>,
    /// It was deleted while somebody still had hold of it.
    pub deleted: bool,
    changes: Vec<Change>,
}

impl Container {
    /// An empty container.
    pub fn new(metadata: Vec<(String, String)>, public_access: PublicAccess, now: Moment) -> Self {
        let facts = ContainerFacts {
            etag: ETag::next(),
            last_modified: now.whole_second(),
            metadata,
            public_access,
            policies: Vec::new(),
            lease: Lease::default(),
        };
        Self::restore(facts, BTreeMap::new())
    }

    /// A container that was written down.
    pub fn restore(facts: ContainerFacts, blobs: BTreeMap<String, Slot>) -> Self {
        let state = ContainerState {
            facts,
            blobs,
            deleted: false,
            changes: Vec::new(),
        };
        Self {
            state: Mutex::new(state),
            book: None,
        }
    }

    /// Writes its changes down from now on.
    pub fn keep_book(&mut self, book: Book) {
        self.book = Some(book);
    }

    /// Its state, for as long as the guard lives. Never held while a body is on the wire.
    pub fn lock(&self) -> Entered<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Entered {
            state,
            book: self.book.as_ref(),
        }
    }

    /// The same for an operation: a container that was deleted meanwhile is 404.
    pub fn enter(&self) -> Answer<Entered<'_>> {
        let state = self.lock();
        if state.deleted {
            Err(Refusal::container_not_found())
        } else {
            Ok(state)
        }
    }
}

impl Deref for Entered<'_> {
    type Target = ContainerState;

    fn deref(&self) -> &ContainerState {
        &self.state
    }
}

impl DerefMut for Entered<'_> {
    fn deref_mut(&mut self) -> &mut ContainerState {
        &mut self.state
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let changes = std::mem::take(&mut self.state.changes);
        let Some(book) = self.book.filter(|_| !self.state.deleted) else {
            return;
        };
        for record in changes
            .iter()
            .filter_map(|change| self.state.record(book, change))
        {
            book.journal.write(&record);
        }
    }
}

impl ContainerState {
    /// The place of a name to change, made when there is none.
    pub fn slot(&mut self, name: &str) -> &mut Slot {
        self.changes.push(Change::Slot(name.to_owned()));
        self.blobs.entry(name.to_owned()).or_default()
    }

    /// The place of a name to change, if there is one.
    pub fn slot_mut(&mut self, name: &str) -> Option<&mut Slot> {
        let slot = self.blobs.get_mut(name)?;
        self.changes.push(Change::Slot(name.to_owned()));
        Some(slot)
    }

    /// The container's own properties to change.
    pub fn facts_mut(&mut self) -> &mut ContainerFacts {
        self.changes.push(Change::Facts);
        &mut self.facts
    }

    /// Stages a block.
    pub fn stage(&mut self, name: &str, id: &str, extent: Extent, now: Moment) {
        let slot = self.blobs.entry(name.to_owned()).or_default();
        let staged = slot.staged.get_or_insert_with(|| Staged {
            blocks: BTreeMap::new(),
            since: now,
        });
        staged.blocks.insert(id.to_owned(), extent);
        self.changes
            .push(Change::Block(name.to_owned(), id.to_owned()));
    }

    /// Notes that pages were written at this offset, and nothing else of the blob changed but its version.
    pub fn note_write(&mut self, name: &str, offset: u64) {
        self.changes.push(Change::Write(name.to_owned(), offset));
    }

    /// Notes that pages were cleared.
    pub fn note_clear(&mut self, name: &str, offset: u64, length: u64) {
        self.changes
            .push(Change::Clear(name.to_owned(), offset, length));
    }

    /// Notes that a block was appended.
    pub fn note_append(&mut self, name: &str) {
        self.changes.push(Change::Append(name.to_owned()));
    }

    /// Forgets a name that holds nothing any more.
    pub fn tidy(&mut self, name: &str) {
        if self.blobs.get(name).is_some_and(Slot::is_empty) {
            self.blobs.remove(name);
        }
    }

    /// All of the state as records.
    pub fn records(&self, account: &str, container: &str) -> Vec<Record> {
        let place = |blob: &str| Place {
            account: account.to_owned(),
            container: container.to_owned(),
            blob: blob.to_owned(),
        };
        let slots = self.blobs.iter();
        let slots =
            slots.map(|(name, slot)| Record::Slot(place(name), Box::new(StoredSlot::of(slot))));
        std::iter::once(Record::Container(place(""), self.facts.clone()))
            .chain(slots)
            .collect()
    }

    fn record(&self, book: &Book, change: &Change) -> Option<Record> {
        let place = |blob: &str| Place {
            account: book.account.clone(),
            container: book.container.clone(),
            blob: blob.to_owned(),
        };
        let base = |name: &str| self.blobs.get(name)?.base.as_ref();
        let stamp = |blob: &Blob| Stamp {
            etag: blob.etag,
            written: blob.written,
        };
        Some(match change {
            Change::Facts => Record::Container(place(""), self.facts.clone()),
            Change::Slot(name) => {
                let stored = self.blobs.get(name).map(StoredSlot::of).unwrap_or_default();
                Record::Slot(place(name), Box::new(stored))
            }
            Change::Block(name, id) => {
                let staged = self.blobs.get(name)?.staged.as_ref()?;
                Record::Block(
                    place(name),
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
                Record::Write(place(name), *offset, extent, stamp(blob))
            }
            Change::Clear(name, offset, length) => {
                Record::Clear(place(name), *offset, *length, stamp(base(name)?))
            }
            Change::Append(name) => {
                let blob = base(name)?;
                let Content::Append(list) = &blob.content else {
                    return None;
                };
                Record::Append(
                    place(name),
                    StoredExtent::of(&list.blocks().last()?.extent),
                    stamp(blob),
                )
            }
        })
    }
}

impl ContainerFacts {
    /// Marks the container as changed.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
    }
}
