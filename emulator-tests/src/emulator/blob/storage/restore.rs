//! From records to containers with their blobs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::sync::Arc;

use super::container::ContainerState;
use crate::emulator::blob::journal::{BlobPath, BlobRecord, StoredSlot, VersionStamp};
use crate::emulator::blob::state::{
    Block, ContainerProperties, Content, Deletion, Encryption, Slot, UncommittedBlocks,
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
    pub container: ContainerState,
    /// Its version and deletion, if it is a deleted one.
    pub deleted: Option<(String, Deletion)>,
}

/// What an earlier run left.
#[derive(Debug, Default)]
pub struct RestoredState {
    /// Deleted containers, then the others.
    pub containers: Vec<RestoredContainer>,
    /// Service properties as documents by account.
    pub service_properties: BTreeMap<String, String>,
}

/// A container's properties and slots.
type ContainerParts = (ContainerProperties, BTreeMap<String, Slot>);
/// An account's and a container's name.
type ContainerName = (String, String);

/// The state while records are applied.
#[derive(Default)]
struct State {
    containers: BTreeMap<ContainerName, ContainerParts>,
    /// By name and version.
    deleted: BTreeMap<(ContainerName, String), (ContainerParts, Deletion)>,
    service_properties: BTreeMap<String, String>,
}

/// Applies the records, and finds the bodies of what is left.
pub fn restore(records: Vec<BlobRecord>, recovery: &mut Recovery) -> io::Result<RestoredState> {
    let mut state = State::default();
    for record in records {
        apply(&mut state, record);
    }
    let mut find = |stored: StoredExtent| recovery.body(stored);
    let mut restored = Vec::new();
    let deleted = state.deleted.into_iter();
    let deleted = deleted
        .map(|((name, version), (parts, deletion))| (name, parts, Some((version, deletion))));
    let present = state.containers.into_iter();
    let present = present.map(|(name, parts)| (name, parts, None));
    for ((account, name), (properties, slots), deleted) in deleted.chain(present) {
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
            container: ContainerState::restore(properties, blobs),
            deleted,
        });
    }
    Ok(RestoredState {
        containers: restored,
        service_properties: state.service_properties,
    })
}

fn apply(state: &mut State, record: BlobRecord) {
    match record {
        BlobRecord::Container(path, properties) => {
            match state.containers.entry((path.account, path.container)) {
                Entry::Occupied(mut known) => known.get_mut().0 = properties,
                Entry::Vacant(new) => {
                    new.insert((properties, BTreeMap::new()));
                }
            }
        }
        BlobRecord::NoContainer(path) => {
            state.containers.remove(&(path.account, path.container));
        }
        BlobRecord::DeletedContainer(path, version, deletion) => {
            let name = (path.account, path.container);
            if let Some(parts) = state.containers.remove(&name) {
                state.deleted.insert((name, version), (parts, deletion));
            }
        }
        BlobRecord::RestoredContainer(path, version) => {
            let name = (path.account, path.container);
            if let Some((parts, _)) = state.deleted.remove(&(name.clone(), version)) {
                state.containers.insert(name, parts);
            }
        }
        BlobRecord::ExpiredContainer(path, version) => {
            let name = (path.account, path.container);
            state.deleted.remove(&(name, version));
        }
        BlobRecord::ServiceProperties(account, document) => {
            state.service_properties.insert(account, document);
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
        BlobRecord::SlotChange(path, change) => {
            let name = path.blob.clone();
            if let Some(slots) = slots(state, path) {
                let slot = slots.entry(name).or_default();
                // Placeholders are always found.
                let _ = change.apply(slot, &mut |extent| Ok(placeholder(extent)));
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
                encryption: Encryption::Account,
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

fn slots(state: &mut State, path: BlobPath) -> Option<&mut BTreeMap<String, Slot>> {
    state
        .containers
        .get_mut(&(path.account, path.container))
        .map(|(_, slots)| slots)
}

fn change(state: &mut State, path: BlobPath, stamp: VersionStamp, act: impl FnOnce(&mut Content)) {
    let name = path.blob.clone();
    let slot = slots(state, path).and_then(|slots| slots.get_mut(&name));
    if let Some(blob) = slot.and_then(|slot| slot.base.as_mut()) {
        act(&mut blob.content);
        blob.etag = stamp.etag;
        blob.written = stamp.written;
        blob.last_modified = stamp.written.whole_second();
    }
}
