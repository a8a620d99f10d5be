//! The last entry that an earlier run listed. A listing that resumes drops everything up to it.

use crate::entry::{Entry, EntryName};

/// The service's id of the snapshot that this entry is, if it is one.
pub(crate) fn snapshot_id(entry: &Entry) -> Option<&str> {
    entry.snapshot.as_ref().map(|snapshot| &*snapshot.id)
}

/// The last entry that an earlier run listed.
#[derive(Debug, Clone)]
pub(crate) struct ResumePoint {
    pub(crate) name: EntryName,
    pub(crate) snapshot: Option<Box<str>>,
    /// It may come before everything that is listed now: the known order of names does not show it.
    /// If it is not found then, nothing is dropped.
    pub(crate) may_be_before: bool,
}

impl ResumePoint {
    /// Drops the entries of a page up to this one.
    ///
    /// An entry that is gone is not found. The order of names decides then, which is the service's
    /// order for all characters of the first Unicode plane. False where the next page may have entries
    /// to drop too: the service may send shorter pages than before.
    pub(crate) fn drop_from(&mut self, entries: &mut Vec<Entry>) -> bool {
        let key = |entry: &Entry| (entry.name.clone(), snapshot_id(entry).map(str::to_owned));
        let last = (
            self.name.clone(),
            self.snapshot.as_deref().map(str::to_owned),
        );
        let found = entries.iter().position(|entry| key(entry) == last);
        match found {
            Some(at) => {
                entries.drain(..=at);
                self.may_be_before = false;
            }
            None if self.may_be_before => {}
            // The snapshots of a blob come before it, the oldest first.
            None => entries.retain(|entry| {
                let (of_entry, id) = key(entry);
                (of_entry, id.is_none(), id) > (last.0.clone(), last.1.is_none(), last.1.clone())
            }),
        }
        found.is_some() || !entries.is_empty()
    }

    /// Drops the versions of this entry's own name up to this one, which is gone.
    pub(crate) fn drop_versions(&self, entries: &mut Vec<Entry>) {
        let last = (self.snapshot.is_none(), self.snapshot.as_deref());
        let is_listed = |entry: &Entry| {
            let id = snapshot_id(entry);
            entry.name == self.name && (id.is_none(), id) <= last
        };
        let next = entries.iter().position(|entry| !is_listed(entry));
        entries.drain(..next.unwrap_or(entries.len()));
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::{ETag, LabelPlace, Layout, Snapshot, Version};

    fn entry((name, snapshot): (&str, Option<&str>)) -> Entry {
        let snapshot = snapshot.map(|id| {
            Box::new(Snapshot {
                id: id.into(),
                label: id.into(),
                place: LabelPlace::BeforeExtension,
            })
        });
        Entry {
            name: EntryName::from(name),
            bytes: 0,
            modified: UNIX_EPOCH,
            version: Version::Service(ETag("1".into())),
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot,
            smb: None,
            archive: None,
        }
    }

    const PAGE: [(&str, Option<&str>); 6] = [
        ("a", None),
        ("b", Some("2011")),
        ("b", Some("2012")),
        ("b", None),
        ("b/c", None),
        ("c", None),
    ];

    #[test]
    fn a_page_stays_whole_where_a_missing_entry_may_come_before_it() {
        let mut entries: Vec<Entry> = PAGE.into_iter().map(entry).collect();
        let mut resume_point = ResumePoint {
            name: EntryName::from("bb"),
            snapshot: None,
            may_be_before: true,
        };
        resume_point.drop_from(&mut entries);
        assert_eq!(entries.len(), PAGE.len());
        resume_point.name = EntryName::from("b/c");
        resume_point.drop_from(&mut entries);
        assert_eq!(entries.len(), 1);
    }

    #[test]
    fn a_page_resumes_after_any_entry_even_if_that_is_gone() {
        for resume_point in 0..PAGE.len() {
            for is_gone in [false, true] {
                let mut entries: Vec<Entry> = PAGE.into_iter().map(entry).collect();
                let (name, snapshot) = PAGE[resume_point];
                if is_gone {
                    entries.remove(resume_point);
                }
                let mut last = ResumePoint {
                    name: EntryName::from(name),
                    snapshot: snapshot.map(Into::into),
                    may_be_before: false,
                };
                last.drop_from(&mut entries);
                let left: Vec<_> = entries
                    .iter()
                    .map(|entry| (entry.name.as_str().unwrap(), snapshot_id(entry)))
                    .collect();
                assert_eq!(left, PAGE[resume_point + 1..], "after {name} {snapshot:?}");
            }
        }
    }
}
