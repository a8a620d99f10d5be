//! Lists blobs, a page of 5,000 at a time, one page ahead of whoever plans.

use tokio::sync::mpsc::Sender;

use super::properties::kind;
use super::read::Reading;
use super::request::list_blobs::{self, ListedBlob};
use super::snapshot::Labels;
use crate::Result;
use crate::entry::{Entry, EntryName, Version};
use crate::location::BlobLocation;
use crate::select::Pattern;
use crate::store::rest::page::Marker;
use crate::store::rest::{malformed, xml};
use crate::store::{Page, Position, Tools};

/// A listing of one container.
pub(super) struct Listing {
    /// Where.
    pub(super) place: BlobLocation,
    /// The blobs that are meant, by their names below the virtual directory.
    pub(super) pattern: Pattern,
    /// What is to be known of them.
    pub(super) reading: Reading,
}

impl Listing {
    /// Sends every page, until the last one or until nobody listens any more.
    ///
    /// A listing that goes on begins with the page that it was on, without what came before its last entry and that
    /// entry itself.
    pub(super) async fn run(self, tools: Tools, from: Position, pages: Sender<Result<Page>>) {
        let mut after = from.marker.map(|marker| Marker(marker.into()));
        let mut passed = from.after;
        let mut labels = Labels::default();
        loop {
            let (page, next) = match self.page(&tools, after.as_ref(), &mut labels).await {
                Ok((mut page, next)) => {
                    if let Some((name, snapshot)) = passed.take() {
                        drop_passed(&mut page.entries, &name, snapshot.as_deref());
                    }
                    (Ok(page), next)
                }
                Err(error) => (Err(error), None),
            };
            let is_heard = pages.send(page).await.is_ok();
            if next.is_none() || !is_heard {
                return;
            }
            after = next;
        }
    }

    /// This snapshot of the one blob that is meant, if it is still there.
    pub(super) async fn snapshot(self, tools: &Tools, id: &str) -> Result<Option<Entry>> {
        let mut after = None;
        let mut labels = Labels::default();
        loop {
            let (page, next) = self.page(tools, after.as_ref(), &mut labels).await?;
            // The blob itself comes behind its snapshots, and behind it names that only begin like its own.
            let is_last = page.entries.iter().any(|entry| entry.snapshot.is_none());
            let mut entries = page.entries.into_iter();
            let found = entries.find(|entry| snapshot_id(entry) == Some(id));
            if found.is_some() || is_last || next.is_none() {
                return Ok(found);
            }
            after = next;
        }
    }

    /// One page, and where the next one begins.
    async fn page(
        &self,
        tools: &Tools,
        after: Option<&Marker>,
        labels: &mut Labels,
    ) -> Result<(Page, Option<Marker>)> {
        let directory = self.place.prefix();
        let prefix = format!("{directory}{}", self.pattern.prefix());
        let wanted = list_blobs::Listing {
            prefix: &prefix,
            after,
            metadata: true,
            snapshots: self.reading.snapshots,
            ..list_blobs::Listing::default()
        };
        let request = list_blobs::request(&self.place, &wanted);
        let reply = tools
            .client
            .send_with_cap(&request, xml::BODY_BYTES_MAX)
            .await?;
        let mut listed = if self.reading.carries {
            list_blobs::parse_with_stored(&reply.body)?
        } else {
            list_blobs::parse(&reply.body)?
        };
        if listed.next.is_some() && listed.next.as_ref() == after {
            return Err(malformed("its listing repeats a page without end"));
        }
        // Some servers list the snapshots of a blob in another order than Azure.
        for versions in listed
            .entries
            .chunk_by_mut(|one, other| one.name == other.name)
        {
            versions.sort_by(|one, other| {
                let age = |blob: &ListedBlob| (blob.snapshot.is_none(), blob.snapshot.clone());
                age(one).cmp(&age(other))
            });
        }
        let entries = listed
            .entries
            .into_iter()
            .filter_map(|blob| self.entry(blob, &directory, labels).transpose())
            .collect::<Result<_>>()?;
        Ok((
            Page {
                entries,
                marker: after.map(|Marker(marker)| marker.as_str().into()),
                ..Page::default()
            },
            listed.next,
        ))
    }

    /// The blob as an entry, if it is meant.
    fn entry(
        &self,
        blob: ListedBlob,
        directory: &str,
        labels: &mut Labels,
    ) -> Result<Option<Entry>> {
        let Some(relative) = blob.name.strip_prefix(directory) else {
            return Ok(None);
        };
        if !self.pattern.matches(relative.as_bytes()) {
            return Ok(None);
        }
        let snapshot = match blob.snapshot {
            Some(id) => Some(Box::new(labels.label(&blob.name, id)?)),
            None => None,
        };
        Ok(Some(Entry {
            name: EntryName::from(relative),
            bytes: blob.bytes,
            modified: blob.modified,
            version: Version::Service(blob.etag),
            md5: blob.md5,
            kind: kind(blob.blob_type, blob.is_folder),
            carried: blob.carried,
            snapshot,
        }))
    }
}

/// The service's name for the snapshot that this entry is, if it is one.
fn snapshot_id(entry: &Entry) -> Option<&str> {
    entry.snapshot.as_ref().map(|snapshot| &*snapshot.id)
}

/// Leaves of a page what comes behind this entry. One that is gone by now is not found; then the order of names tells,
/// which is the service's up to letters outside of the first Unicode plane.
fn drop_passed(entries: &mut Vec<Entry>, name: &EntryName, snapshot: Option<&str>) {
    let key = |entry: &Entry| (entry.name.clone(), snapshot_id(entry).map(str::to_owned));
    let last = (name.clone(), snapshot.map(str::to_owned));
    let found = entries.iter().position(|entry| key(entry) == last);
    match found {
        Some(at) => drop(entries.drain(..=at)),
        // The snapshots of a blob come before it, the oldest first.
        None => entries.retain(|entry| {
            let (of_entry, id) = key(entry);
            (of_entry, id.is_none(), id) > (last.0.clone(), last.1.is_none(), last.1.clone())
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::{ETag, Kind, Snapshot};

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
            kind: Kind::Plain,
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
    fn a_page_goes_on_behind_any_entry_even_if_that_is_gone() {
        for passed in 0..PAGE.len() {
            for is_gone in [false, true] {
                let mut entries: Vec<Entry> = PAGE.into_iter().map(entry).collect();
                let (name, snapshot) = PAGE[passed];
                if is_gone {
                    entries.remove(passed);
                }
                drop_passed(&mut entries, &EntryName::from(name), snapshot);
                let left: Vec<_> = entries
                    .iter()
                    .map(|entry| (entry.name.as_str().unwrap(), snapshot_id(entry)))
                    .collect();
                assert_eq!(left, PAGE[passed + 1..], "behind {name} {snapshot:?}");
            }
        }
    }
}
