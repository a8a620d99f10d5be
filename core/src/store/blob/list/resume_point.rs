//! The last entry that an earlier run listed: a listing that goes on drops everything up to it.

use crate::entry::{Entry, EntryName};

/// The service's name for the snapshot that this entry is, if it is one.
pub(super) fn snapshot_id(entry: &Entry) -> Option<&str> {
    entry.snapshot.as_ref().map(|snapshot| &*snapshot.id)
}

/// The last entry that an earlier run has listed.
#[derive(Debug, Clone)]
pub(super) struct ResumePoint {
    pub(super) name: EntryName,
    pub(super) snapshot: Option<Box<str>>,
    /// It may have come before all that is listed now: the order of the names does not tell, and nothing is dropped for it
    /// if it is not found.
    pub(super) may_be_before: bool,
}

impl ResumePoint {
    /// Leaves of a page what comes behind this entry. One that is gone by now is not found; then the order of names tells,
    /// which is the service's up to letters outside of the first Unicode plane. False where that may not have been all: the
    /// service may give less of a page than it gave before.
    pub(super) fn drop_from(&mut self, entries: &mut Vec<Entry>) -> bool {
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

    /// Keeps the entries after this one, which is gone: only entries of its own name can come before it.
    pub(super) fn drop_versions(&self, entries: &mut Vec<Entry>) {
        let last = (self.snapshot.is_none(), self.snapshot.as_deref());
        let is_passed = |entry: &Entry| {
            let id = snapshot_id(entry);
            entry.name == self.name && (id.is_none(), id) <= last
        };
        let behind = entries.iter().position(|entry| !is_passed(entry));
        entries.drain(..behind.unwrap_or(entries.len()));
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::{ETag, Layout, Snapshot, Version};

    fn entry((name, snapshot): (&str, Option<&str>)) -> Entry {
        let snapshot = snapshot.map(|id| {
            Box::new(Snapshot {
                id: id.into(),
                label: id.into(),
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
    fn a_page_is_whole_where_what_is_not_found_may_have_come_before() {
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
    fn a_page_goes_on_behind_any_entry_even_if_that_is_gone() {
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
                assert_eq!(left, PAGE[resume_point + 1..], "behind {name} {snapshot:?}");
            }
        }
    }
}
