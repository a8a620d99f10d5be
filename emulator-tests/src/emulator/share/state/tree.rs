//! The directories and files of a share, by id.
//!
//! A clone shares all nodes with the original, so that a snapshot of a share costs a table of
//! references. Names are found without regard to case, and keep the case that they were first
//! written in.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::file_attributes::FileAttributes;
use super::node::{FileNode, NodeContent};
use super::permissions::Permissions;
use super::smb_properties::SmbProperties;
use crate::emulator::clock::Moment;
use crate::emulator::service::listing;

/// The id of the root directory.
pub const ROOT: u64 = 0;
/// Ids of other nodes are larger, as the service's are.
const FIRST_ID: u64 = 0xA000_0000_0000_0000;

/// A share's directories and files.
#[derive(Debug, Clone)]
pub struct FileTree {
    nodes: HashMap<u64, Arc<FileNode>>,
    next_id: u64,
    used_bytes: u64,
}

/// A name as names are compared: each character as a capital letter where one letter is.
pub fn fold(name: &str) -> String {
    let capital = |character: char| {
        let mut upper = character.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(one), None) => one,
            _ => character,
        }
    };
    name.chars().map(capital).collect()
}

impl FileTree {
    /// A tree with nothing but its root.
    pub fn new(now: Moment) -> Self {
        let smb = SmbProperties::new(FileAttributes::DIRECTORY, Permissions::root_key(), now);
        let content = NodeContent::Directory(BTreeMap::new());
        let root = FileNode::new(content, Vec::new(), smb, now);
        Self {
            nodes: HashMap::from([(ROOT, Arc::new(root))]),
            next_id: FIRST_ID,
            used_bytes: 0,
        }
    }

    /// A tree with nothing but its root, which does not give the ids of this one again.
    pub fn emptied(&self, now: Moment) -> Self {
        Self {
            next_id: self.next_id,
            ..Self::new(now)
        }
    }

    /// The node of an id.
    pub fn node(&self, id: u64) -> Option<&FileNode> {
        self.nodes.get(&id).map(Arc::as_ref)
    }

    /// Changes a node, but not its place.
    pub fn change<R>(&mut self, id: u64, act: impl FnOnce(&mut FileNode) -> R) -> Option<R> {
        let node = self.nodes.get_mut(&id).map(Arc::make_mut)?;
        let before = used(node);
        let result = act(node);
        self.used_bytes = self.used_bytes - before + used(node);
        Some(result)
    }

    fn entries_mut(&mut self, directory: u64) -> Option<&mut BTreeMap<String, u64>> {
        match &mut self.nodes.get_mut(&directory).map(Arc::make_mut)?.content {
            NodeContent::Directory(entries) => Some(entries),
            NodeContent::File(_) => None,
        }
    }

    /// The node of a name in a directory.
    pub fn child(&self, directory: &FileNode, name: &str) -> Option<&FileNode> {
        self.node(*directory.entries()?.get(&fold(name))?)
    }

    /// An id that was never given.
    pub fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Adds a node at the place that it names, or moves it there. A node of its name that was there
    /// is removed.
    pub fn put(&mut self, node: FileNode) {
        self.next_id = self.next_id.max(node.id);
        self.detach(node.id);
        let (id, parent, key) = (node.id, node.parent, fold(&node.name));
        self.used_bytes += used(&node);
        if let Some(before) = self.nodes.insert(id, Arc::new(node)) {
            self.used_bytes -= used(&before);
        }
        if id == ROOT {
            return;
        }
        let entries = self.entries_mut(parent);
        if let Some(replaced) = entries.and_then(|entries| entries.insert(key, id)) {
            self.forget(replaced);
        }
    }

    /// Removes a node.
    pub fn remove(&mut self, id: u64) {
        self.detach(id);
        self.forget(id);
    }

    fn forget(&mut self, id: u64) {
        if let Some(node) = self.nodes.remove(&id) {
            self.used_bytes -= used(&node);
        }
    }

    /// Takes a node out of its directory's entries.
    fn detach(&mut self, id: u64) {
        let Some(node) = self.node(id).filter(|node| node.id != ROOT) else {
            return;
        };
        let (parent, key) = (node.parent, fold(&node.name));
        if let Some(entries) = self.entries_mut(parent) {
            entries.remove(&key);
        }
    }

    /// Bytes that were written to all files and not cleared since.
    pub fn used_bytes(&self) -> u64 {
        self.used_bytes
    }

    /// The same tree with each node replaced. Nodes that several trees share stay shared when all
    /// are given the same `known`.
    pub fn try_map<E>(
        &self,
        known: &mut HashMap<*const FileNode, Arc<FileNode>>,
        mut act: impl FnMut(&FileNode) -> Result<FileNode, E>,
    ) -> Result<Self, E> {
        let mut nodes = HashMap::with_capacity(self.nodes.len());
        for (id, node) in &self.nodes {
            let mapped = match known.get(&Arc::as_ptr(node)) {
                Some(mapped) => Arc::clone(mapped),
                None => Arc::new(act(node)?),
            };
            known.insert(Arc::as_ptr(node), Arc::clone(&mapped));
            nodes.insert(*id, mapped);
        }
        Ok(Self { nodes, ..*self })
    }

    /// Up to `max` entries of a directory from the name `from` on whose names begin with `prefix`,
    /// and the entry where the next page begins.
    pub fn list(
        &self,
        directory: &FileNode,
        prefix: &str,
        from: &str,
        max: usize,
    ) -> (Vec<&FileNode>, Option<&FileNode>) {
        let (prefix, from) = (fold(prefix), fold(from));
        let entries = directory.entries().into_iter();
        let mut matching = entries
            .flat_map(|entries| listing::matching(entries, &prefix, &from))
            .filter_map(|(_, id)| self.node(*id));
        let page = matching.by_ref().take(max).collect();
        (page, matching.next())
    }

    /// All nodes, a directory before its entries.
    pub fn walk(&self) -> Vec<&FileNode> {
        let mut found: Vec<&FileNode> = self.node(ROOT).into_iter().collect();
        let mut at = 0;
        while let Some(node) = found.get(at) {
            let entries = node
                .entries()
                .into_iter()
                .flat_map(|entries| entries.values());
            let children: Vec<&FileNode> = entries.filter_map(|id| self.node(*id)).collect();
            found.extend(children);
            at += 1;
        }
        found
    }

    /// The path of a node below the root.
    pub fn path(&self, id: u64) -> String {
        let mut names = Vec::new();
        let mut at = self.node(id);
        while let Some(node) = at.filter(|node| node.id != ROOT) {
            names.push(node.name.as_str());
            at = self.node(node.parent);
        }
        names.reverse();
        names.join("/")
    }

    /// Whether a node is `ancestor`, or below it.
    pub fn is_within(&self, id: u64, ancestor: u64) -> bool {
        let mut at = self.node(id);
        while let Some(node) = at {
            if node.id == ancestor {
                return true;
            }
            at = self.node(node.parent).filter(|_| node.id != ROOT);
        }
        false
    }
}

/// The bytes of a node that count towards the share's quota.
fn used(node: &FileNode) -> u64 {
    node.file().map_or(0, |data| data.pages.used_bytes())
}
