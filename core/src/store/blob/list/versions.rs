//! Drops versions of blobs that a service lists twice, so that each is copied once.
//!
//! The versions of a blob, its snapshots and itself, are listed together. So only those of the last
//! name are remembered.

use std::collections::HashSet;

use crate::store::blob::request::list_blobs::ListedBlob;

/// The snapshot and the version of a blob; both are missing for the blob itself.
type VersionKey = (Option<Box<str>>, Option<Box<str>>);

/// The versions of the last name that were listed.
#[derive(Debug, Default)]
pub(super) struct Versions {
    name: Box<str>,
    listed: HashSet<VersionKey>,
}

impl Versions {
    /// The last name; empty before the first.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Drops the blobs of a page that were listed before.
    pub(super) fn drop_repeated(&mut self, blobs: &mut Vec<ListedBlob>) {
        blobs.retain(|blob| {
            if self.name != blob.name {
                self.name.clone_from(&blob.name);
                self.listed.clear();
            }
            let version = (blob.snapshot.clone(), blob.version.clone());
            self.listed.insert(version)
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::ETag;

    fn blobs(keys: &[(&str, Option<&str>)]) -> Vec<ListedBlob> {
        let blob = |&(name, snapshot): &(&str, Option<&str>)| ListedBlob {
            name: name.into(),
            bytes: 0,
            modified: UNIX_EPOCH,
            etag: ETag("1".into()),
            md5: None,
            blob_type: None,
            snapshot: snapshot.map(Into::into),
            version: None,
            is_folder: false,
            has_resource_type: false,
            archive: None,
            carried: None,
        };
        keys.iter().map(blob).collect()
    }

    #[test]
    fn a_version_is_listed_once_in_a_page_and_across_pages() {
        let mut versions = Versions::default();
        let mut page = blobs(&[("a", None), ("a", None), ("b", Some("1")), ("b", Some("2"))]);
        versions.drop_repeated(&mut page);
        assert_eq!(page.len(), 3);
        let mut page = blobs(&[("b", Some("2")), ("b", None), ("c", None)]);
        versions.drop_repeated(&mut page);
        assert_eq!(page.len(), 2);
        assert_eq!(versions.name(), "c");
    }
}
