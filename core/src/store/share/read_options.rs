//! What is read of files beside their bytes.

use crate::entry::Entry;

/// What a source of files lists, and how it reads.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShareReadOptions {
    /// Entries have the stored MD5, and every range is compared with the MD5 that the service computes
    /// of it.
    pub md5: bool,
    /// Entries have what is stored beside the bytes.
    pub carries: bool,
    /// Entries have attributes and times, which a target then stores.
    pub smb: bool,
}

impl ShareReadOptions {
    /// Whether the entry lacks something that no listing says.
    pub(super) fn lacks_details(self, entry: &Entry) -> bool {
        (self.md5 && entry.md5.is_none()) || (self.carries && entry.carried.is_none())
    }

    /// The entry without what was not asked for.
    pub(super) fn trimmed(self, entry: Entry) -> Entry {
        Entry {
            carried: entry.carried.filter(|_| self.carries),
            smb: entry.smb.filter(|_| self.smb),
            ..entry
        }
    }
}
