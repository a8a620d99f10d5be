//! Remembers which objects only the target has, by digests of twenty bytes each.
//!
//! One digest is over the name, the other one over the length and the version. An object that was overwritten
//! since has another one, and is not deleted.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

use crate::entry::{ETag, Entry, Version};

/// The lengths of the two digests.
const NAME_DIGEST_BYTES: usize = 12;
const VERSION_DIGEST_BYTES: usize = 8;

/// Objects that only the target has.
#[derive(Debug, Default)]
pub(super) struct SuperfluousObjects {
    digests: HashMap<[u8; NAME_DIGEST_BYTES], [u8; VERSION_DIGEST_BYTES]>,
}

/// An object that only the target had when it was compared, as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SuperfluousObject {
    /// It is the version that was compared.
    AsCompared,
    /// It is another version.
    Overwritten,
    /// The source has it in another spelling, in which it was copied.
    Respelled,
}

impl SuperfluousObjects {
    /// Remembers an object.
    pub(super) fn add(&mut self, entry: &Entry) {
        self.digests
            .insert(name_digest(entry), version_digest(entry));
    }

    /// Whether this version of an object is one of them.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.find(entry) == Some(SuperfluousObject::AsCompared)
    }

    /// What has become of the one of this name.
    pub(super) fn find(&self, entry: &Entry) -> Option<SuperfluousObject> {
        let known = self.digests.get(&name_digest(entry))?;
        Some(if *known == version_digest(entry) {
            SuperfluousObject::AsCompared
        } else {
            SuperfluousObject::Overwritten
        })
    }
}

fn name_digest(entry: &Entry) -> [u8; NAME_DIGEST_BYTES] {
    let mut sha = Sha256::new();
    sha.update(entry.name.as_bytes());
    shortened(sha)
}

fn version_digest(entry: &Entry) -> [u8; VERSION_DIGEST_BYTES] {
    let mut sha = Sha256::new();
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
    shortened(sha)
}

/// The first bytes of a digest.
fn shortened<const BYTES: usize>(sha: Sha256) -> [u8; BYTES] {
    let mut digest = [0; BYTES];
    digest.copy_from_slice(&sha.finalize()[..BYTES]);
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
                let is_known = objects.find(other).is_some();
                assert_eq!(is_known, one.name == other.name, "{one:?} {other:?}");
            }
        }
    }
}
