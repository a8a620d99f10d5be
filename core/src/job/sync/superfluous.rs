//! Remembers which objects only the target has, by a digest of sixteen bytes each.
//!
//! The digest is over the name, the length and the version. An object that was overwritten since has
//! another one, and is not deleted.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use crate::entry::{ETag, Entry, Version};

/// The length of a digest.
const DIGEST_BYTES: usize = 16;

/// Objects that only the target has.
#[derive(Debug, Default)]
pub(super) struct SuperfluousObjects {
    digests: HashSet<[u8; DIGEST_BYTES]>,
}

impl SuperfluousObjects {
    /// Remembers an object.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.digests.insert(digest(entry));
    }

    /// Whether this version of an object is one of them.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.digests.contains(&digest(entry))
    }
}

fn digest(entry: &Entry) -> [u8; DIGEST_BYTES] {
    let mut sha = Sha256::new();
    let name = entry.name.as_bytes();
    sha.update((name.len() as u64).to_le_bytes());
    sha.update(name);
    sha.update(entry.bytes.to_le_bytes());
    match &entry.version {
        Version::Local { modified_ns, inode } => {
            sha.update([0]);
            sha.update(modified_ns.to_le_bytes());
            sha.update(inode.to_le_bytes());
        }
        Version::Service(ETag(text)) => {
            sha.update([1]);
            sha.update(text);
        }
    }
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&sha.finalize()[..DIGEST_BYTES]);
    digest
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::{EntryName, Layout};

    fn entry(name: &str, bytes: u64, version: Version) -> Entry {
        Entry {
            name: EntryName::from(name),
            bytes,
            modified: UNIX_EPOCH,
            version,
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        }
    }

    #[test]
    fn another_version_of_an_object_is_another_object() {
        let etag = |text: &str| Version::Service(ETag(text.into()));
        let local = |modified_ns, inode| Version::Local { modified_ns, inode };
        let all = [
            entry("a", 1, etag("1")),
            entry("a", 1, etag("2")),
            entry("a", 2, etag("1")),
            entry("b", 1, etag("1")),
            entry("a", 1, local(1, 1)),
            entry("a", 1, local(2, 1)),
            entry("a", 1, local(1, 2)),
        ];
        for (n, one) in all.iter().enumerate() {
            let mut objects = SuperfluousObjects::default();
            objects.add(one);
            for (m, other) in all.iter().enumerate() {
                assert_eq!(objects.has(other), n == m, "{one:?} {other:?}");
            }
        }
    }
}
