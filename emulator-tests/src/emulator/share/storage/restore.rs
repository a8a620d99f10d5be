//! From records to shares with their trees.

use std::collections::{BTreeMap, HashMap};
use std::io;

use super::share_state::{ShareSnapshot, ShareState};
use crate::emulator::clock::Moment;
use crate::emulator::service::recovery::{Recovery, StoredExtent, placeholder};
use crate::emulator::share::journal::{FileStamp, SharePath, ShareRecord, StoredNode};
use crate::emulator::share::state::{FileNode, FileTree, Permissions, ShareProperties};

/// A share of an earlier run.
#[derive(Debug)]
pub struct RestoredShare {
    /// The names of the account and the share.
    pub path: SharePath,
    /// The share.
    pub state: ShareState,
}

/// A share while records are applied.
struct UnfinishedShare {
    properties: ShareProperties,
    permissions: Permissions,
    tree: FileTree,
    snapshots: BTreeMap<String, ShareSnapshot>,
}

/// Shares by account and name.
type UnfinishedShares = BTreeMap<(String, String), UnfinishedShare>;

/// Applies the records, and finds the bodies of what is left.
pub fn restore(
    records: Vec<ShareRecord>,
    recovery: &mut Recovery,
) -> io::Result<Vec<RestoredShare>> {
    let mut shares = UnfinishedShares::new();
    for record in records {
        apply(&mut shares, record);
    }
    let mut restored = Vec::new();
    for ((account, share), unfinished) in shares {
        let state = finish(unfinished, recovery).map_err(|error| {
            io::Error::other(format!("bytes of the share `{account}/{share}`: {error}"))
        })?;
        restored.push(RestoredShare {
            path: SharePath { account, share },
            state,
        });
    }
    Ok(restored)
}

/// Finds the bodies of all trees.
fn finish(unfinished: UnfinishedShare, recovery: &mut Recovery) -> io::Result<ShareState> {
    let mut known = HashMap::new();
    let mut find = |tree: &FileTree| {
        tree.try_map(&mut known, |node: &FileNode| {
            if node.is_directory() {
                return Ok(node.clone());
            }
            let mut body = |stored: StoredExtent| recovery.body(stored);
            StoredNode::of(node).restore(&mut body).map_err(|error| {
                io::Error::other(format!("those of `{}` are missing: {error}", node.name))
            })
        })
    };
    let mut snapshots = BTreeMap::new();
    for (time, snapshot) in &unfinished.snapshots {
        let snapshot = ShareSnapshot {
            properties: snapshot.properties.clone(),
            tree: find(&snapshot.tree)?,
        };
        snapshots.insert(time.clone(), snapshot);
    }
    let tree = find(&unfinished.tree)?;
    let mut state = ShareState::new(unfinished.properties, FileTree::new(Moment::default()));
    state.restore(tree, unfinished.permissions, snapshots);
    Ok(state)
}

fn apply(shares: &mut UnfinishedShares, record: ShareRecord) {
    match record {
        ShareRecord::Share(path, properties) => {
            let key = (path.account, path.share);
            if let Some(known) = shares.get_mut(&key) {
                known.properties = *properties;
            } else {
                let share = UnfinishedShare {
                    tree: FileTree::new(properties.written),
                    properties: *properties,
                    permissions: Permissions::default(),
                    snapshots: BTreeMap::new(),
                };
                shares.insert(key, share);
            }
        }
        // Those of an account are no share's.
        ShareRecord::ServiceProperties(..) => {}
        ShareRecord::NoShare(path) => {
            shares.remove(&(path.account, path.share));
        }
        ShareRecord::Permission(path, text) => with(shares, path, |share| {
            share.permissions.add(&text);
        }),
        ShareRecord::Node(path, stored) => with(shares, path, |share| put(share, &stored)),
        ShareRecord::NoNode(path, id) => with(shares, path, |share| share.tree.remove(id)),
        ShareRecord::Write(path, id, offset, extent, written) => with(shares, path, |share| {
            share.tree.change(id, |node| {
                if let Some(pages) = node.pages_mut() {
                    pages.restore_write(offset, placeholder(extent), written.number);
                }
                stamp(node, written);
            });
        }),
        ShareRecord::Clear(path, id, offset, length, written) => with(shares, path, |share| {
            share.tree.change(id, |node| {
                if let Some(pages) = node.pages_mut() {
                    pages.restore_clear(offset, length, written.number);
                }
                stamp(node, written);
            });
        }),
        ShareRecord::Snapshot(path, time, properties) => with(shares, path, |share| {
            let snapshot = ShareSnapshot {
                properties: *properties,
                tree: share.tree.clone(),
            };
            share.snapshots.insert(time, snapshot);
        }),
        ShareRecord::NoSnapshot(path, time) => with(shares, path, |share| {
            share.snapshots.remove(&time);
        }),
        ShareRecord::EmptyTree(path) => with(shares, path, |share| {
            share.tree = share.tree.emptied(share.properties.written);
        }),
    }
}

fn with(shares: &mut UnfinishedShares, path: SharePath, act: impl FnOnce(&mut UnfinishedShare)) {
    if let Some(share) = shares.get_mut(&(path.account, path.share)) {
        act(share);
    }
}

/// Adds a node. A directory keeps the entries that it has.
fn put(share: &mut UnfinishedShare, stored: &StoredNode) {
    // Placeholders are always found.
    let Ok(mut node) = stored.restore(&mut |extent| Ok(placeholder(extent))) else {
        return;
    };
    if let Some(before) = share
        .tree
        .node(node.id)
        .filter(|before| before.is_directory())
    {
        node.content = before.content.clone();
    }
    share.tree.put(node);
}

fn stamp(node: &mut FileNode, stamp: FileStamp) {
    node.etag = stamp.etag;
    node.written = stamp.written;
    node.last_modified = stamp.written.whole_second();
    node.smb.last_write = stamp.last_write;
    node.smb.changed = stamp.changed;
}
