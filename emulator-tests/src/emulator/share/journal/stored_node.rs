//! A directory or a file as the journal stores it: without bytes, which are named by their numbers
//! in the store, and without a directory's entries, which name their directory themselves.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::emulator::behaviour::CopyBehaviour;
use crate::emulator::clock::Moment;
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::recovery::FindBody;
use crate::emulator::service::stored_pages::StoredPages;
use crate::emulator::service::{ContentProperties, CopyRecord, ETag, Lease, PendingCopy, Version};
use crate::emulator::share::state::{FileData, FileNode, NodeContent, SmbProperties};

/// A directory or a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredNode {
    id: u64,
    parent: u64,
    name: String,
    etag: ETag,
    last_modified: Moment,
    written: Moment,
    metadata: Metadata,
    smb: SmbProperties,
    file: Option<FileInJournal>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FileInJournal {
    pages: StoredPages,
    properties: ContentProperties,
    lease: Lease,
    copy: Option<CopyRecord>,
    pending: Option<(StoredPages, CopyBehaviour, u32, Moment)>,
}

impl StoredNode {
    /// The stored form of a directory or file.
    pub fn of(node: &FileNode) -> Self {
        Self {
            id: node.id,
            parent: node.parent,
            name: node.name.clone(),
            etag: node.etag,
            last_modified: node.last_modified,
            written: node.written,
            metadata: node.metadata.clone(),
            smb: node.smb.clone(),
            file: node.file().map(FileInJournal::of),
        }
    }

    /// The directory or file of the stored form. A directory has no entries.
    pub fn restore(&self, find: FindBody<'_>) -> io::Result<FileNode> {
        let content = match &self.file {
            Some(file) => NodeContent::File(Box::new(file.restore(find)?)),
            None => NodeContent::Directory(BTreeMap::new()),
        };
        Ok(FileNode {
            id: self.id,
            parent: self.parent,
            name: self.name.clone(),
            etag: self.etag,
            last_modified: self.last_modified,
            written: self.written,
            metadata: self.metadata.clone(),
            smb: self.smb.clone(),
            content,
        })
    }
}

impl FileInJournal {
    fn of(data: &FileData) -> Self {
        let pending = data.pending.as_ref().map(|pending| {
            (
                StoredPages::of(&pending.content),
                pending.behaviour.clone(),
                pending.polls,
                pending.began,
            )
        });
        Self {
            pages: StoredPages::of(&data.pages),
            properties: data.properties.clone(),
            lease: data.lease.clone(),
            copy: data.copy.clone(),
            pending,
        }
    }

    fn restore(&self, find: FindBody<'_>) -> io::Result<FileData> {
        let mut pending = None;
        if let Some((pages, behaviour, polls, began)) = &self.pending {
            pending = Some(PendingCopy {
                content: pages.restore(find)?,
                behaviour: behaviour.clone(),
                polls: *polls,
                began: *began,
                // Versions are not recorded.
                source: None,
            });
        }
        Ok(FileData {
            pages: self.pages.restore(find)?,
            properties: self.properties.clone(),
            lease: self.lease.clone(),
            copy: self.copy.clone(),
            pending,
            version: Version::default(),
        })
    }
}
