//! From records to containers with their blobs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::Arc;

use super::record::{BlobPath, BlobRecord, VersionStamp};
use super::stored_slot::StoredSlot;
use crate::emulator::blob::state::{
    BlobContainer, Block, ContainerProperties, Content, Slot, UncommittedBlocks,
};
use crate::emulator::service::recovery::{Recovery, StoredExtent, placeholder};

/// A container of an earlier run.
#[derive(Debug)]
pub struct RestoredContainer {
    /// The account's name.
    pub account: String,
    /// The container's name.
    pub name: String,
    /// The container with its blobs.
    pub container: BlobContainer,
}

/// Containers with their slots, by account and name.
type ContainersByName = BTreeMap<(String, String), (ContainerProperties, BTreeMap<String, Slot>)>;

/// Applies the records, and finds the bodies of what is left.
pub fn restore(
    records: Vec<BlobRecord>,
    recovery: &mut Recovery,
) -> io::Result<Vec<RestoredContainer>> {
    let mut state = ContainersByName::new();
    for record in records {
        apply(&mut state, record);
    }
    let mut find = |stored: StoredExtent| recovery.body(stored);
    let mut restored = Vec::new();
    for ((account, name), (properties, slots)) in state {
        let mut blobs = BTreeMap::new();
        for (blob, slot) in slots {
            let slot = StoredSlot::of(&slot).restore(&mut find).map_err(|error| {
                io::Error::other(format!(
                    "the bytes of `{account}/{name}/{blob}` are missing: {error}"
                ))
            })?;
            blobs.insert(blob, slot);
        }
        restored.push(RestoredContainer {
            account,
            name,
            container: BlobContainer::restore(properties, blobs),
        });
    }
    Ok(restored)
}

fn apply(state: &mut ContainersByName, record: BlobRecord) {
    match record {
        BlobRecord::Container(path, properties) => {
            match state.entry((path.account, path.container)) {
                Entry::Occupied(mut known) => known.get_mut().0 = properties,
                Entry::Vacant(new) => {
                    new.insert((properties, BTreeMap::new()));
                }
            }
        }
        BlobRecord::NoContainer(path) => {
            state.remove(&(path.account, path.container));
        }
        BlobRecord::Slot(path, stored) => {
            // Placeholders are always found.
            let Ok(slot) = stored.restore(&mut |extent| Ok(placeholder(extent))) else {
                return;
            };
            let name = path.blob.clone();
            let Some(slots) = slots(state, path) else {
                return;
            };
            if slot.is_empty() {
                slots.remove(&name);
            } else {
                slots.insert(name, slot);
            }
        }
        BlobRecord::Block(path, id, extent, since) => {
            let name = path.blob.clone();
            let Some(slots) = slots(state, path) else {
                return;
            };
            let slot = slots.entry(name).or_default();
            let staged = slot.staged.get_or_insert_with(|| UncommittedBlocks {
                blocks: BTreeMap::new(),
                since,
            });
            staged.blocks.insert(id, placeholder(extent));
        }
        BlobRecord::Write(path, offset, extent, stamp) => change(state, path, stamp, |content| {
            if let Content::Page(pages) = content {
                Arc::make_mut(pages).write(offset, placeholder(extent));
            }
        }),
        BlobRecord::Clear(path, offset, length, stamp) => change(state, path, stamp, |content| {
            if let Content::Page(pages) = content {
                Arc::make_mut(pages).clear(offset, length);
            }
        }),
        BlobRecord::Append(path, extent, stamp) => change(state, path, stamp, |content| {
            if let Content::Append(list) = content {
                Arc::make_mut(list).push(Block {
                    id: String::new(),
                    extent: placeholder(extent),
                });
            }
        }),
    }
}

fn slots(state: &mut ContainersByName, path: BlobPath) -> Option<&mut BTreeMap<String, Slot>> {
    state
        .get_mut(&(path.account, path.container))
        .map(|(_, slots)| slots)
}

fn change(
    state: &mut ContainersByName,
    path: BlobPath,
    stamp: VersionStamp,
    act: impl FnOnce(&mut Content),
) {
    let name = path.blob.clone();
    let slot = slots(state, path).and_then(|slots| slots.get_mut(&name));
    if let Some(blob) = slot.and_then(|slot| slot.base.as_mut()) {
        act(&mut blob.content);
        blob.etag = stamp.etag;
        blob.written = stamp.written;
        blob.last_modified = stamp.written.whole_second();
    }
}
