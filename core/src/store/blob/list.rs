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
use crate::store::{Page, Tools};

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
    pub(super) async fn run(self, tools: Tools, pages: Sender<Result<Page>>) {
        let mut after = None;
        let mut labels = Labels::default();
        loop {
            let (page, next) = match self.page(&tools, after.as_ref(), &mut labels).await {
                Ok((page, next)) => (Ok(page), next),
                Err(error) => (Err(error), None),
            };
            let is_heard = pages.send(page).await.is_ok();
            if next.is_none() || !is_heard {
                return;
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
