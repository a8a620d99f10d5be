//! Everything that a share has, and the changes that are not recorded yet.

use std::collections::BTreeMap;

use crate::emulator::clock::Moment;
use crate::emulator::error::Refusal;
use crate::emulator::service::recovery::StoredExtent;
use crate::emulator::service::{Locked, Recorded, RecordedState};
use crate::emulator::share::journal::{FileStamp, SharePath, ShareRecord, StoredNode};
use crate::emulator::share::state::{FileNode, FileTree, Permissions, ShareProperties};
use crate::emulator::store::Extent;

/// A share with its lock and its part of the journal.
pub type FileShare = Recorded<ShareState>;

/// The locked state of a share.
pub type LockedShare<'s> = Locked<'s, ShareState>;

/// A change that is recorded before the lock is released.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ShareChange {
    Properties,
    Permission(String),
    Node(u64),
    NoNode(u64),
    Write(u64, u64),
    Clear(u64, u64, u64),
    Snapshot(String),
    NoSnapshot(String),
}

/// A share as it was at one time. It never changes.
#[derive(Debug, Clone)]
pub struct ShareSnapshot {
    /// The share's properties.
    pub properties: ShareProperties,
    /// Its directories and files.
    pub tree: FileTree,
}

/// Everything that a share has.
#[derive(Debug)]
pub struct ShareState {
    properties: ShareProperties,
    tree: FileTree,
    permissions: Permissions,
    snapshots: BTreeMap<String, ShareSnapshot>,
    /// Whether the share was deleted while a request still uses it.
    pub deleted: bool,
    changes: Vec<ShareChange>,
}

impl ShareState {
    /// A share with this content.
    pub fn new(properties: ShareProperties, tree: FileTree) -> Self {
        Self {
            properties,
            tree,
            permissions: Permissions::default(),
            snapshots: BTreeMap::new(),
            deleted: false,
            changes: Vec::new(),
        }
    }

    /// The share's own properties.
    pub fn properties(&self) -> &ShareProperties {
        &self.properties
    }

    /// The same for a change.
    pub fn properties_mut(&mut self) -> &mut ShareProperties {
        self.changes.push(ShareChange::Properties);
        &mut self.properties
    }

    /// Its directories and files.
    pub fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// Its security descriptors.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Adds a security descriptor, and returns its key.
    pub fn add_permission(&mut self, descriptor: &str) -> String {
        let change = ShareChange::Permission(descriptor.to_owned());
        self.changes.push(change);
        self.permissions.add(descriptor)
    }

    /// Its snapshots by their time as the service writes it.
    pub fn snapshots(&self) -> &BTreeMap<String, ShareSnapshot> {
        &self.snapshots
    }

    /// Makes a snapshot of this time.
    pub fn add_snapshot(&mut self, time: String, properties: ShareProperties) {
        let snapshot = ShareSnapshot {
            properties,
            tree: self.tree.clone(),
        };
        self.snapshots.insert(time.clone(), snapshot);
        self.changes.push(ShareChange::Snapshot(time));
    }

    /// Removes the snapshot of this time.
    pub fn remove_snapshot(&mut self, time: &str) {
        self.snapshots.remove(time);
        self.changes.push(ShareChange::NoSnapshot(time.to_owned()));
    }

    /// Adds a node at the place that it names, with an id of its own if it has none. Returns the id.
    pub fn put(&mut self, mut node: FileNode) -> u64 {
        if node.id == 0 {
            node.id = self.tree.next_id();
        }
        let id = node.id;
        self.tree.put(node);
        self.changes.push(ShareChange::Node(id));
        id
    }

    /// Removes a node.
    pub fn remove(&mut self, id: u64) {
        self.tree.remove(id);
        self.changes.push(ShareChange::NoNode(id));
    }

    /// Changes a node, but not its place.
    pub fn change<R>(&mut self, id: u64, act: impl FnOnce(&mut FileNode) -> R) -> Option<R> {
        self.changes.push(ShareChange::Node(id));
        self.tree.change(id, act)
    }

    /// Writes bytes to a file at an offset, and changes its version by `act`.
    pub fn write<R>(
        &mut self,
        id: u64,
        offset: u64,
        extent: Extent,
        act: impl FnOnce(&mut FileNode) -> R,
    ) -> Option<R> {
        self.changes.push(ShareChange::Write(id, offset));
        self.tree.change(id, |node| {
            if let Some(pages) = node.pages_mut() {
                pages.write(offset, extent);
            }
            act(node)
        })
    }

    /// Clears bytes of a file, and changes its version by `act`.
    pub fn clear<R>(
        &mut self,
        id: u64,
        (offset, length): (u64, u64),
        act: impl FnOnce(&mut FileNode) -> R,
    ) -> Option<R> {
        self.changes.push(ShareChange::Clear(id, offset, length));
        self.tree.change(id, |node| {
            if let Some(pages) = node.pages_mut() {
                pages.clear(offset, length);
            }
            act(node)
        })
    }

    /// Updates a file's pending copy for this time.
    pub fn advance(&mut self, id: u64, now: Moment, is_polled: bool) {
        let pending = self.tree.node(id).and_then(FileNode::file);
        if pending.is_some_and(|data| data.pending.is_some()) {
            self.change(id, |node| node.advance(now, is_polled));
        }
    }

    /// Replaces everything but properties by what an earlier run had.
    pub fn restore(
        &mut self,
        tree: FileTree,
        permissions: Permissions,
        snapshots: BTreeMap<String, ShareSnapshot>,
    ) {
        (self.tree, self.permissions, self.snapshots) = (tree, permissions, snapshots);
        self.changes.clear();
    }

    fn record(&self, path: &SharePath, change: ShareChange) -> Option<ShareRecord> {
        let path = path.clone();
        Some(match change {
            ShareChange::Properties => ShareRecord::Share(path, Box::new(self.properties.clone())),
            ShareChange::Permission(text) => ShareRecord::Permission(path, text),
            ShareChange::Node(id) => {
                ShareRecord::Node(path, Box::new(StoredNode::of(self.tree.node(id)?)))
            }
            ShareChange::NoNode(id) => ShareRecord::NoNode(path, id),
            ShareChange::Write(id, offset) => {
                let node = self.tree.node(id)?;
                let run = node.file()?.pages.run_at(offset)?;
                let extent = StoredExtent::of(&run.extent);
                ShareRecord::Write(path, id, offset, extent, stamp(node, offset))
            }
            ShareChange::Clear(id, offset, length) => {
                let node = self.tree.node(id)?;
                ShareRecord::Clear(path, id, offset, length, stamp(node, offset))
            }
            ShareChange::Snapshot(time) => {
                let properties = self.snapshots.get(&time)?.properties.clone();
                ShareRecord::Snapshot(path, time, Box::new(properties))
            }
            ShareChange::NoSnapshot(time) => ShareRecord::NoSnapshot(path, time),
        })
    }

    /// The whole state as records.
    pub fn records(&self, path: &SharePath) -> Vec<ShareRecord> {
        let nodes = |tree: &FileTree| -> Vec<ShareRecord> {
            let nodes = tree.walk().into_iter();
            nodes
                .map(|node| ShareRecord::Node(path.clone(), Box::new(StoredNode::of(node))))
                .collect()
        };
        let mut records = Vec::new();
        records.push(ShareRecord::Share(
            path.clone(),
            Box::new(self.properties.clone()),
        ));
        for (time, snapshot) in &self.snapshots {
            records.extend(nodes(&snapshot.tree));
            let properties = Box::new(snapshot.properties.clone());
            records.push(ShareRecord::Snapshot(
                path.clone(),
                time.clone(),
                properties,
            ));
            records.push(ShareRecord::EmptyTree(path.clone()));
        }
        let descriptors = self.permissions.iter();
        records.extend(
            descriptors.map(|(_, text)| ShareRecord::Permission(path.clone(), text.to_owned())),
        );
        records.extend(nodes(&self.tree));
        records
    }
}

impl RecordedState for ShareState {
    type Names = SharePath;
    type Record = ShareRecord;

    fn is_deleted(&self) -> bool {
        self.deleted
    }

    fn not_found() -> Refusal {
        Refusal::share_not_found()
    }

    fn take_records(&mut self, names: &SharePath) -> Vec<ShareRecord> {
        let changes = std::mem::take(&mut self.changes).into_iter();
        changes
            .filter_map(|change| self.record(names, change))
            .collect()
    }

    fn forget_changes(&mut self) {
        self.changes.clear();
    }
}

/// What the request that wrote or cleared the byte at an offset gave to the file.
fn stamp(node: &FileNode, offset: u64) -> FileStamp {
    let number = node.file().and_then(|data| data.pages.last_stamp(offset));
    FileStamp {
        number: number.unwrap_or_default(),
        etag: node.etag,
        written: node.written,
        last_write: node.smb.last_write,
        changed: node.smb.changed,
    }
}
