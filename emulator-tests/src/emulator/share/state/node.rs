//! A directory or a file of a share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file_attributes::FileAttributes;
use super::smb_properties::SmbProperties;
use crate::emulator::behaviour::CopyOutcome;
use crate::emulator::clock::Moment;
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::{
    ContentProperties, CopyRecord, ETag, Lease, Pages, PendingCopy, Version,
};

/// A directory or a file.
#[derive(Debug, Clone)]
pub struct FileNode {
    /// `x-ms-file-id`: unique in the share, and never given again.
    pub id: u64,
    /// The id of its directory. The root's own is 0.
    pub parent: u64,
    /// Its name as it was first written; the root has none.
    pub name: String,
    /// Its version.
    pub etag: ETag,
    /// When it was last changed, in whole seconds.
    pub last_modified: Moment,
    /// When it was last changed, exactly.
    pub written: Moment,
    /// Metadata in the order given.
    pub metadata: Metadata,
    /// Attributes, times and permission.
    pub smb: SmbProperties,
    /// What is in it.
    pub content: NodeContent,
}

/// What is in a directory or a file.
#[derive(Debug, Clone)]
pub enum NodeContent {
    /// A directory's entries: ids by their folded names.
    Directory(BTreeMap<String, u64>),
    /// A file.
    File(Box<FileData>),
}

/// What only files have.
#[derive(Debug, Clone)]
pub struct FileData {
    /// Its bytes.
    pub pages: Arc<Pages>,
    /// Its content headers.
    pub properties: ContentProperties,
    /// Its lease.
    pub lease: Lease,
    /// The copy that made it.
    pub copy: Option<CopyRecord>,
    /// A copy into it that is not done.
    pub pending: Option<PendingCopy<Arc<Pages>>>,
    /// This version of it.
    pub version: Version,
}

impl FileData {
    /// A file of zeros of this length.
    pub fn new(length: u64, properties: ContentProperties) -> Self {
        Self {
            pages: Arc::new(Pages::new(length, 0)),
            properties,
            lease: Lease::default(),
            copy: None,
            pending: None,
            version: Version::default(),
        }
    }
}

impl FileNode {
    /// A new directory or file without a place in a tree.
    pub fn new(content: NodeContent, metadata: Metadata, smb: SmbProperties, now: Moment) -> Self {
        Self {
            id: 0,
            parent: 0,
            name: String::new(),
            etag: ETag::next(),
            last_modified: now.whole_second(),
            written: now,
            metadata,
            smb,
            content,
        }
    }

    /// The file, unless it is a directory.
    pub fn file(&self) -> Option<&FileData> {
        match &self.content {
            NodeContent::File(data) => Some(data),
            NodeContent::Directory(_) => None,
        }
    }

    /// The file for a change, unless it is a directory.
    pub fn file_mut(&mut self) -> Option<&mut FileData> {
        match &mut self.content {
            NodeContent::File(data) => Some(data),
            NodeContent::Directory(_) => None,
        }
    }

    /// The directory's entries, unless it is a file.
    pub fn entries(&self) -> Option<&BTreeMap<String, u64>> {
        match &self.content {
            NodeContent::Directory(entries) => Some(entries),
            NodeContent::File(_) => None,
        }
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.entries().is_some()
    }

    /// Whether its attributes forbid to change it.
    pub fn is_read_only(&self) -> bool {
        self.smb.attributes.has(FileAttributes::READ_ONLY)
    }

    /// The file's bytes for a change, unless it is a directory.
    pub fn pages_mut(&mut self) -> Option<&mut Pages> {
        self.file_mut().map(|data| Arc::make_mut(&mut data.pages))
    }

    /// Gives it a new version.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
        self.written = now;
        if let Some(data) = self.file_mut() {
            data.version = Version::default();
        }
    }

    /// Updates a pending copy for this time. Returns whether something changed.
    pub fn advance(&mut self, now: Moment, is_polled: bool) -> bool {
        let Some(data) = self.file_mut() else {
            return false;
        };
        let (Some(pending), Some(record)) = (&mut data.pending, &mut data.copy) else {
            return false;
        };
        let Some(outcome) = pending.advance(record, now, is_polled) else {
            return true;
        };
        if outcome == CopyOutcome::Success {
            data.pages = Arc::clone(&pending.content);
        }
        data.pending = None;
        self.touch(now);
        true
    }
}
