//! One page: from the service's words to the entries that are meant.

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::Listing;
use crate::Result;
use crate::entry::{Entry, EntryName, Version};
use crate::store::blob::properties::kind;
use crate::store::blob::request::list_blobs::{self, ListedBlob};
use crate::store::blob::snapshot::Labels;
use crate::store::rest::malformed;
use crate::store::rest::page::{self, Marker};

/// A page up to this size is read sooner than another thread is woken, in bytes.
const SHORT_BYTES: usize = 64 * 1024;

/// What is in a page.
pub(super) struct Contents {
    /// Those that are meant.
    pub(super) entries: Vec<Entry>,
    /// The full names of the first blob and of the last, meant or not; `None` of an empty page.
    pub(super) first: Option<Box<str>>,
    pub(super) last: Option<Box<str>>,
    /// Where the next page begins; `None` where there is none, or none that matters.
    pub(super) next: Option<Marker>,
}

impl Listing {
    /// What is in a page of the names that begin with `scope`. The first name that does not ends the listing.
    pub(super) async fn read(
        &self,
        fetched: Result<Bytes>,
        after: Option<&Marker>,
        scope: &str,
        labels: &mut Labels,
    ) -> Result<Contents> {
        let directory = self.place.prefix();
        let mut listed = parse(fetched?, self.reading.carries).await?;
        if listed.next.is_some() && listed.next.as_ref() == after {
            return Err(malformed("its listing repeats a page without end"));
        }
        let is_behind = |blob: &ListedBlob| !blob.name.starts_with(scope);
        if let Some(end) = listed.entries.iter().position(is_behind) {
            listed.entries.truncate(end);
            listed.next = None;
        }
        let first = listed.entries.first().map(|blob| blob.name.clone());
        let last = listed.entries.last().map(|blob| blob.name.clone());
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
        Ok(Contents {
            entries,
            first,
            last,
            next: listed.next,
        })
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

async fn parse(body: Bytes, carries: bool) -> Result<page::Page<ListedBlob>> {
    aside(body, move |body| {
        if carries {
            list_blobs::parse_with_stored(body)
        } else {
            list_blobs::parse(body)
        }
    })
    .await
}

/// Reads a short page at once and a long one on another thread.
pub(super) async fn aside<T: Send + 'static>(
    body: Bytes,
    read: impl FnOnce(&[u8]) -> Result<T> + Send + 'static,
) -> Result<T> {
    if body.len() <= SHORT_BYTES {
        return read(&body);
    }
    match spawn_blocking(move || read(&body)).await {
        Ok(page) => page,
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

/// Where the next page seems to begin.
pub(super) fn peek(body: &[u8]) -> Option<Marker> {
    const OPEN: &[u8] = b"<NextMarker>";
    let close = memchr::memmem::rfind(body, b"</NextMarker>")?;
    let from = memchr::memmem::rfind(&body[..close], OPEN)? + OPEN.len();
    let text = &body[from..close];
    // What is written with a reference is rare enough to wait for the reading.
    let is_plain = !text.is_empty() && memchr::memchr2(b'&', b'<', text).is_none();
    let text = std::str::from_utf8(text).ok().filter(|_| is_plain)?;
    Some(Marker(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_next_page_begins_is_found_at_the_end_or_not_at_all() {
        let guess = |end: &str| {
            let body = format!("<E><Blobs><Name>&lt;NextMarker&gt;no</Name></Blobs>{end}</E>");
            peek(body.as_bytes()).map(|Marker(marker)| marker)
        };
        assert_eq!(
            guess("<NextMarker>2!a/b=</NextMarker>").as_deref(),
            Some("2!a/b=")
        );
        for none in [
            "<NextMarker></NextMarker>",
            "<NextMarker/>",
            "<NextMarker>a&amp;b</NextMarker>",
            "<NextMarker>cut",
            "",
        ] {
            assert_eq!(guess(none), None, "{none}");
        }
    }
}
