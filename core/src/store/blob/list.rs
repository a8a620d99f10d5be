//! Lists blobs, a page of 5,000 at a time, a few pages ahead of whoever plans.
//!
//! A page says at its very end where the next one begins. That is looked for before anything else, so that the service
//! makes the next page while this one is read, and a long one is read by another thread while the one before is planned.
//! What was looked for is only a guess: the reading decides.

use std::pin::{Pin, pin};

use bytes::Bytes;
use tokio::sync::mpsc::Sender;
use tokio::task::spawn_blocking;

use super::properties::kind;
use super::read::Reading;
use super::request::list_blobs::{self, ListedBlob};
use super::snapshot::Labels;
use crate::Result;
use crate::entry::{Entry, EntryName, Version};
use crate::location::BlobLocation;
use crate::select::Pattern;
use crate::store::rest::page::{self, Marker};
use crate::store::rest::{malformed, xml};
use crate::store::{Page, Position, Tools};

/// A page up to this size is read sooner than another thread is woken, in bytes.
const SHORT_BYTES: usize = 64 * 1024;

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
        let mut fetched = self.fetch(&tools, after.as_ref()).await;
        loop {
            let guess = fetched.as_ref().ok().and_then(|body| peek(body));
            let guess = guess.filter(|guess| Some(guess) != after.as_ref());
            let both = {
                let told = pin!(async {
                    let read = self.read(fetched, after.as_ref(), &mut labels).await;
                    let (page, next) = match read {
                        Ok((mut page, next)) => {
                            if let Some((name, snapshot)) = passed.take() {
                                drop_passed(&mut page.entries, &name, snapshot.as_deref());
                            }
                            (Ok(page), next)
                        }
                        Err(error) => (Err(error), None),
                    };
                    let is_heard = pages.send(page).await.is_ok();
                    next.filter(|_| is_heard)
                });
                let ahead = pin!(async {
                    match &guess {
                        Some(guess) => Some(self.fetch(&tools, Some(guess)).await),
                        None => None,
                    }
                });
                both_unless_over(told, ahead).await
            };
            let Some((next, ahead)) = both else { return };
            fetched = match ahead {
                Some(body) if guess.as_ref() == Some(&next) => body,
                _ => self.fetch(&tools, Some(&next)).await,
            };
            after = Some(next);
        }
    }

    /// This snapshot of the one blob that is meant, if it is still there.
    pub(super) async fn snapshot(self, tools: &Tools, id: &str) -> Result<Option<Entry>> {
        let mut after = None;
        let mut labels = Labels::default();
        loop {
            let fetched = self.fetch(tools, after.as_ref()).await;
            let (page, next) = self.read(fetched, after.as_ref(), &mut labels).await?;
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

    /// A page as the service writes it.
    async fn fetch(&self, tools: &Tools, after: Option<&Marker>) -> Result<Bytes> {
        let prefix = format!("{}{}", self.place.prefix(), self.pattern.prefix());
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
        Ok(reply.body)
    }

    /// What is in a page, and where the next one begins.
    async fn read(
        &self,
        fetched: Result<Bytes>,
        after: Option<&Marker>,
        labels: &mut Labels,
    ) -> Result<(Page, Option<Marker>)> {
        let directory = self.place.prefix();
        let mut listed = parse(fetched?, self.reading.carries).await?;
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

/// Reads a short page at once and a long one on another thread.
async fn parse(body: Bytes, carries: bool) -> Result<page::Page<ListedBlob>> {
    let is_short = body.len() <= SHORT_BYTES;
    let read = move || {
        if carries {
            list_blobs::parse_with_stored(&body)
        } else {
            list_blobs::parse(&body)
        }
    };
    if is_short {
        return read();
    }
    match spawn_blocking(read).await {
        Ok(page) => page,
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

/// Where the next page seems to begin.
fn peek(body: &[u8]) -> Option<Marker> {
    const OPEN: &[u8] = b"<NextMarker>";
    let close = memchr::memmem::rfind(body, b"</NextMarker>")?;
    let from = memchr::memmem::rfind(&body[..close], OPEN)? + OPEN.len();
    let text = &body[from..close];
    // What is written with a reference is rare enough to wait for the reading.
    let is_plain = !text.is_empty() && memchr::memchr2(b'&', b'<', text).is_none();
    let text = std::str::from_utf8(text).ok().filter(|_| is_plain)?;
    Some(Marker(text.to_owned()))
}

/// What both come to; nothing as soon as the first comes to nothing.
async fn both_unless_over<T, U>(
    mut first: Pin<&mut impl Future<Output = Option<T>>>,
    mut second: Pin<&mut impl Future<Output = U>>,
) -> Option<(T, U)> {
    tokio::select! {
        one = &mut first => {
            let one = one?;
            Some((one, second.await))
        }
        other = &mut second => first.await.map(|one| (one, other)),
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

    #[test]
    fn nothing_more_is_waited_for_once_the_first_is_over() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let never = pin!(std::future::pending::<()>());
            let over = pin!(async { None::<()> });
            assert_eq!(both_unless_over(over, never).await, None);
            let (one, other) = (pin!(async { Some(1) }), pin!(async { 2 }));
            assert_eq!(both_unless_over(one, other).await, Some((1, 2)));
            // The second comes first.
            let late = pin!(async {
                tokio::task::yield_now().await;
                Some(1)
            });
            assert_eq!(
                both_unless_over(late, pin!(async { 2 })).await,
                Some((1, 2))
            );
        });
    }

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
