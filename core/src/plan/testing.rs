//! A simple task for tests.

use std::time::UNIX_EPOCH;

use super::Task;
use super::chunks::Chunks;
use super::history::History;
use super::replace::Replace;
use super::target_name::TargetName;
use crate::entry::{ETag, Entry, EntryName, Layout, Version};

/// An object to download in chunks of this length.
pub(crate) fn task(name: &str, bytes: u64, chunk_bytes: u64) -> Task {
    let name = EntryName::from(name);
    Task {
        target: TargetName::new(name.as_bytes()),
        entry: Entry {
            name,
            bytes,
            modified: UNIX_EPOCH,
            version: Version::Service(ETag("1".into())),
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        },
        chunks: Chunks::new(bytes, chunk_bytes),
        part: None,
        content_type: None,
        replace: Replace::Nothing,
        history: History::default(),
    }
}
