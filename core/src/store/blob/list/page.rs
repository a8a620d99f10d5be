//! One page: from the service's words to the entries that are meant.

use std::cmp::Ordering;

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::cut_points::NameSample;
use super::listing::BlobListing;
use super::order::Order;
use super::service::Service;
use super::versions::Versions;
use crate::Result;
use crate::entry::{Entry, EntryName, Version};
use crate::store::blob::properties::kind;
use crate::store::blob::request::list_blobs::{self, ListedBlob};
use crate::store::blob::snapshot::Labels;
use crate::store::listing::NameRange;
use crate::store::rest::continuation::Continuation;
use crate::store::rest::malformed;
use crate::store::rest::page::{self, Marker};

/// A page up to this size is read sooner than another thread is woken, in bytes.
const SHORT_BYTES: usize = 64 * 1024;

/// What is in a page.
pub(super) struct PageContents {
    /// Those that are meant.
    pub(super) entries: Vec<Entry>,
    /// How many there are, meant or not, and the full names of some, evenly taken.
    pub(super) count: usize,
    pub(super) some: Vec<Box<str>>,
    /// The full names of the first blob and of the last, meant or not; `None` of an empty page.
    pub(super) first: Option<Box<str>>,
    pub(super) last: Option<Box<str>>,
    /// Where the next page begins; `None` where there is none, or none that matters.
    pub(super) next: Option<Marker>,
}

/// What a page was asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// How every name begins.
    pub(super) prefix: &'a str,
    /// The names that are meant.
    pub(super) range: &'a NameRange,
    pub(super) service: &'a Service,
}

/// What is remembered from page to page.
pub(super) struct PageMemory {
    labels: Labels,
    versions: Versions,
    continuation: Continuation,
}

impl PageMemory {
    /// For pages from this one on.
    pub(super) fn of(first: Option<&Marker>) -> Self {
        Self {
            labels: Labels::default(),
            versions: Versions::default(),
            continuation: Continuation::from(first),
        }
    }
}

/// Where the names end that are read, and what their order says.
#[derive(Debug)]
pub(super) struct Bounds {
    prefix: Box<str>,
    range: NameRange,
    order: Order,
    /// They have come in an order that services have.
    is_ordered: bool,
    before: String,
    /// What is wrong with the first name that cannot be listed there.
    wrong: Option<String>,
    /// The name of which it is not known whether it lies within.
    doubt: Option<Box<str>>,
}

impl Bounds {
    fn new(asked: Asked<'_>, before: &str) -> Self {
        Self {
            prefix: asked.prefix.into(),
            range: asked.range.clone(),
            order: asked.service.order.get(),
            is_ordered: true,
            before: before.to_owned(),
            wrong: None,
            doubt: None,
        }
    }

    /// What is wrong with this name, which comes behind the one before.
    ///
    /// Services with a database behind them sort as that does, where letters in either case may be the same. Such an order
    /// is not one that is known, but names that go back in it too are in none.
    fn wrong(&mut self, name: &str) -> Option<String> {
        if !name.starts_with(&*self.prefix) {
            return Some(format!(
                "its listing has the name `{}`, which does not begin with `{}` as was asked",
                name.escape_debug(),
                self.prefix.escape_debug()
            ));
        }
        if self.order.learn(&self.before, name) {
            return None;
        }
        self.is_ordered = false;
        let (before, behind) = (self.before.to_lowercase(), name.to_lowercase());
        (before > behind).then(|| {
            format!(
                "its listing goes back from the name `{}` to `{}`",
                self.before.escape_debug(),
                name.escape_debug()
            )
        })
    }

    /// Whether this name, which comes behind those before, is the first behind the end.
    fn is_behind(&mut self, name: &str) -> bool {
        self.wrong = self.wrong(name);
        if self.wrong.is_some() {
            return true;
        }
        self.before.clear();
        self.before.push_str(name);
        if !name.starts_with(&*self.range.scope) {
            return true;
        }
        let Some(until) = self.range.until.as_deref() else {
            return false;
        };
        let order = self.order.compare(name, until);
        if order.is_none() {
            self.doubt = Some(name.into());
        }
        order.is_none_or(Ordering::is_ge)
    }
}

impl BlobListing {
    /// What is in a page of these names. The first name behind them ends the listing.
    pub(super) async fn read(
        &self,
        fetched: Result<Bytes>,
        asked: Asked<'_>,
        memory: &mut PageMemory,
    ) -> Result<PageContents> {
        let directory = self.place.prefix();
        let before = memory.versions.name();
        let mut listed = self.parse_within(fetched?, asked, before).await?;
        let (entries, next) = (listed.entries.len(), listed.next.as_ref());
        memory.continuation.page("its listing", entries, next)?;
        let count = listed.entries.len();
        let first = listed.entries.first().map(|blob| blob.name.clone());
        let last = listed.entries.last().map(|blob| blob.name.clone());
        let some = listed.entries.iter().step_by(NameSample::stride(count));
        let some = some.map(|blob| blob.name.clone()).collect();
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
        memory.versions.drop_repeated(&mut listed.entries);
        let labels = &mut memory.labels;
        let entries = listed
            .entries
            .into_iter()
            .filter_map(|blob| self.entry(blob, &directory, labels).transpose())
            .collect::<Result<_>>()?;
        Ok(PageContents {
            entries,
            count,
            some,
            first,
            last,
            next: listed.next,
        })
    }

    /// The page up to the end of these names. Where it cannot be told which names lie behind the end, the service is asked.
    async fn parse_within(
        &self,
        body: Bytes,
        asked: Asked<'_>,
        before: &str,
    ) -> Result<page::ListedPage<ListedBlob>> {
        let Asked { range, service, .. } = asked;
        let carries = self.read_options.carries;
        loop {
            let mut bounds = Bounds::new(asked, before);
            let read = move |body: &[u8]| {
                let page = list_blobs::parse_until(body, carries, |name| bounds.is_behind(name));
                page.map(|page| (page, bounds))
            };
            let (page, bounds) = aside(body.clone(), read).await?;
            if let Some(wrong) = bounds.wrong {
                return Err(malformed(wrong));
            }
            if bounds.is_ordered {
                service.order.set(bounds.order);
            } else if range.from.is_some() || range.until.is_some() {
                return Err(malformed("its listing is not in the order of the names"));
            } else {
                // What has another order than is known cannot be cut by names.
                service.begins_at_names.set(Some(false));
            }
            let Some(name) = bounds.doubt else {
                return Ok(page);
            };
            service.ask_order(range, &name).await?;
        }
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
    let text = last_text(body, b"<NextMarker>", b"</NextMarker>")?;
    Some(Marker(text.to_owned()))
}

/// What seems to be the last name.
pub(super) fn peek_name(body: &[u8]) -> Option<&str> {
    last_text(body, b"<Name>", b"</Name>")
}

/// The text of the last such element.
fn last_text<'a>(body: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a str> {
    let close = memchr::memmem::rfind(body, close)?;
    let from = memchr::memmem::rfind(&body[..close], open)? + open.len();
    let text = &body[from..close];
    // What is written with a reference is rare enough to wait for the reading.
    let is_plain = !text.is_empty() && memchr::memchr2(b'&', b'<', text).is_none();
    std::str::from_utf8(text).ok().filter(|_| is_plain)
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
