//! From a journal back to the state.
//!
//! Records are applied with placeholders in the place of bodies: what was deleted later may have no file any more. Only
//! what is left at the end must have all of its bytes.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::record::{Place, Record, Stamp};
use super::stored::{StoredExtent, StoredSlot};
use crate::emulator::blob::state::{Block, ContainerFacts, Content, Slot, Staged};
use crate::emulator::store::{DirStore, Extent, ExtentFile};

/// A container as the journal left it.
#[derive(Debug)]
pub struct Remembered {
    /// Account.
    pub account: String,
    /// Container.
    pub name: String,
    /// Its properties.
    pub facts: ContainerFacts,
    /// Its blobs.
    pub blobs: BTreeMap<String, Slot>,
}

/// Stands for a body while records are applied.
#[derive(Debug)]
struct Placeholder(StoredExtent);

impl ExtentFile for Placeholder {
    fn id(&self) -> u64 {
        self.0.id
    }

    fn length(&self) -> u64 {
        self.0.length
    }

    fn open(&self) -> io::Result<File> {
        Err(io::ErrorKind::NotFound.into())
    }
}

type State = BTreeMap<(String, String), (ContainerFacts, BTreeMap<String, Slot>)>;

/// Reads the journal, finds the bodies, and removes the files of all others.
pub fn replay(journal: &Path, store: &DirStore) -> io::Result<Vec<Remembered>> {
    let mut state = State::new();
    for record in read(journal)? {
        apply(&mut state, record);
    }
    let mut extents: HashMap<u64, Extent> = HashMap::new();
    let mut find = |stored: StoredExtent| -> io::Result<Extent> {
        if let Some(extent) = extents.get(&stored.id) {
            return Ok(extent.clone());
        }
        let extent = store.find(stored.id, stored.length)?;
        extents.insert(stored.id, extent.clone());
        Ok(extent)
    };
    let mut remembered = Vec::new();
    for ((account, name), (facts, slots)) in state {
        let mut blobs = BTreeMap::new();
        for (blob, slot) in slots {
            let slot = StoredSlot::of(&slot).restore(&mut find).map_err(|error| {
                io::Error::other(format!(
                    "the bytes of `{account}/{name}/{blob}` are missing: {error}"
                ))
            })?;
            blobs.insert(blob, slot);
        }
        remembered.push(Remembered {
            account,
            name,
            facts,
            blobs,
        });
    }
    store.sweep(&extents.keys().copied().collect::<HashSet<u64>>())?;
    Ok(remembered)
}

/// The records of a journal. Half a line at its end was never acknowledged.
fn read(journal: &Path) -> io::Result<Vec<Record>> {
    let text = match fs::read(journal) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let lines = text[..whole]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).map_err(io::Error::from))
        .collect()
}

fn apply(state: &mut State, record: Record) {
    match record {
        Record::Container(place, facts) => match state.entry((place.account, place.container)) {
            Entry::Occupied(mut known) => known.get_mut().0 = facts,
            Entry::Vacant(new) => {
                new.insert((facts, BTreeMap::new()));
            }
        },
        Record::NoContainer(place) => {
            state.remove(&(place.account, place.container));
        }
        Record::Slot(place, stored) => {
            // Placeholders are always found.
            let Ok(slot) = stored.restore(&mut |extent| Ok(placeholder(extent))) else {
                return;
            };
            let name = place.blob.clone();
            let Some(slots) = slots(state, place) else {
                return;
            };
            if slot.is_empty() {
                slots.remove(&name);
            } else {
                slots.insert(name, slot);
            }
        }
        Record::Block(place, id, extent, since) => {
            let name = place.blob.clone();
            let Some(slots) = slots(state, place) else {
                return;
            };
            let slot = slots.entry(name).or_default();
            let staged = slot.staged.get_or_insert_with(|| Staged {
                blocks: BTreeMap::new(),
                since,
            });
            staged.blocks.insert(id, placeholder(extent));
        }
        Record::Write(place, offset, extent, stamp) => change(state, place, stamp, |content| {
            if let Content::Page(pages) = content {
                Arc::make_mut(pages).write(offset, placeholder(extent));
            }
        }),
        Record::Clear(place, offset, length, stamp) => change(state, place, stamp, |content| {
            if let Content::Page(pages) = content {
                Arc::make_mut(pages).clear(offset, length);
            }
        }),
        Record::Append(place, extent, stamp) => change(state, place, stamp, |content| {
            if let Content::Append(list) = content {
                Arc::make_mut(list).push(Block {
                    id: String::new(),
                    extent: placeholder(extent),
                });
            }
        }),
    }
}

fn slots(state: &mut State, place: Place) -> Option<&mut BTreeMap<String, Slot>> {
    state
        .get_mut(&(place.account, place.container))
        .map(|(_, slots)| slots)
}

fn change(state: &mut State, place: Place, stamp: Stamp, act: impl FnOnce(&mut Content)) {
    let name = place.blob.clone();
    let slot = slots(state, place).and_then(|slots| slots.get_mut(&name));
    if let Some(blob) = slot.and_then(|slot| slot.base.as_mut()) {
        act(&mut blob.content);
        blob.etag = stamp.etag;
        blob.written = stamp.written;
        blob.last_modified = stamp.written.whole_second();
    }
}

fn placeholder(extent: StoredExtent) -> Extent {
    Extent::File(Arc::new(Placeholder(extent)))
}
