//! Reads blobs by ranges.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport as transport;
use azring_transport::buffer::Lease;
use azring_transport::http::{Reply, Request};
use tokio::sync::mpsc;

use super::list::BlobListing;
use super::nothing;
use super::origin;
use super::page_ranges;
use super::read_options::BlobReadOptions;
use super::request::{get_blob, head_blob};
use super::single::{entry, find};
use crate::digest::crc64;
use crate::entry::{ETag, Entry, EntryName, Layout, Snapshot, Version};
use crate::location::BlobLocation;
use crate::options::Selection;
use crate::plan::chunks::Chunk;
use crate::plan::extents::Extents;
use crate::report::NothingSelected;
use crate::select::{Pattern, PatternRule};
use crate::store::rest::checksum::decode_crc64;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;
use crate::store::source::PAGES_AHEAD;
use crate::store::{ListScope, Origin, OriginAccess, Page, Pages, Reader, Source, Step, Tools};
use crate::{Error, Result};

/// How often a range whose checksum is wrong is fetched again.
const FETCHES_MAX: u32 = 4;

/// Blobs to copy from.
pub struct BlobSource {
    place: Arc<BlobLocation>,
    meant: BlobSelection,
    read_options: BlobReadOptions,
    wants_crc64: Arc<AtomicBool>,
    opens_to_target: bool,
}

/// Which blobs are meant.
enum BlobSelection {
    /// One, already looked at.
    One(Box<Entry>),
    /// Those below the virtual directory that match.
    Matching(Pattern),
}

impl BlobSource {
    /// The blobs of a container or virtual directory that match.
    pub fn directory(place: BlobLocation, pattern: Pattern, options: BlobReadOptions) -> Self {
        Self {
            place: Arc::new(place),
            meant: BlobSelection::Matching(pattern),
            read_options: options,
            wants_crc64: Arc::new(AtomicBool::new(options.crc64)),
            opens_to_target: false,
        }
    }

    /// A service that copies them by itself may read them by the key that it is asked with: it needs no token.
    pub fn opening_to_target(self, opens_to_target: bool) -> Self {
        Self {
            opens_to_target,
            ..self
        }
    }

    /// A single blob, which `place.full_name` of the entry's name leads to.
    pub fn blob(place: BlobLocation, entry: Entry, options: BlobReadOptions) -> Self {
        Self {
            place: Arc::new(place),
            meant: BlobSelection::One(Box::new(entry)),
            read_options: options,
            wants_crc64: Arc::new(AtomicBool::new(options.crc64)),
            opens_to_target: false,
        }
    }
}

impl Source for BlobSource {
    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages {
        let (pages, listed) = mpsc::channel(PAGES_AHEAD);
        let place = BlobLocation::clone(&self.place);
        match &self.meant {
            // Nothing comes after the only one.
            BlobSelection::One(_) if scope.after.is_some() => {}
            BlobSelection::One(entry) if scope.ends_before(&entry.name) => {}
            BlobSelection::One(entry) => {
                let page = Page {
                    entries: vec![Entry::clone(entry)],
                    ..Page::default()
                };
                let _fits = pages.try_send(Ok(page));
            }
            BlobSelection::Matching(pattern) => {
                let listing = BlobListing {
                    place,
                    pattern: pattern.clone(),
                    read_options: self.read_options,
                };
                tokio::task::spawn_local(listing.run(tools.clone(), scope, pages));
            }
        }
        listed
    }

    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async move {
            let Some(name) = name.as_str() else {
                return Ok(None);
            };
            match snapshot {
                None => {
                    let found = find(tools, &self.place, &self.place.full_name(name)).await?;
                    Ok(found.map(|(properties, carried)| entry(name, properties, carried)))
                }
                Some(id) => {
                    let listing = BlobListing {
                        place: BlobLocation::clone(&self.place),
                        pattern: Pattern::new(Some(name), PatternRule::Exact)?,
                        read_options: self.read_options,
                    };
                    listing.snapshot(tools, id).await
                }
            }
        })
    }

    fn has<'a>(&'a self, tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>> {
        Box::pin(async move {
            let Some(name) = name.as_str() else {
                return Ok(false);
            };
            match tools
                .client
                .send(&head_blob::request(
                    &self.place,
                    &self.place.full_name(name),
                ))
                .await
            {
                Ok(_) => Ok(true),
                Err(error) if error.status() == Some(404) => Ok(false),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn extents<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<Extents>>> {
        Box::pin(async move {
            if entry.kind != Layout::Pages {
                return Ok(None);
            }
            let (name, etag) = self.identity(entry)?;
            page_ranges::extents(tools, &self.place, &name, entry, etag)
                .await
                .map(Some)
        })
    }

    fn origin(&self, tools: &Tools, entry: &Entry) -> Result<Option<Origin>> {
        let (name, etag) = self.identity(entry)?;
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        let now = tools.client.clock().now();
        Ok(Some(Origin {
            url: origin::url(&self.place, &name, snapshot),
            access: if self.opens_to_target {
                OriginAccess::Public
            } else {
                origin::access(&self.place, &name, snapshot, now)?
            },
            etag: etag.clone(),
        }))
    }

    fn why_nothing<'a>(
        &'a self,
        tools: &'a Tools,
        selection: &'a Selection,
    ) -> Step<'a, Result<Option<NothingSelected>>> {
        Box::pin(async move {
            nothing::cause(tools, &self.place, selection)
                .await
                .map(Some)
        })
    }

    fn open<'a>(
        &'a self,
        _tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Arc<dyn Reader>>> {
        Box::pin(async move {
            let (name, etag) = self.identity(entry)?;
            let reader: Arc<dyn Reader> = Arc::new(BlobReader {
                place: Arc::clone(&self.place),
                name,
                etag: etag.clone(),
                bytes: entry.bytes,
                snapshot: entry.snapshot.clone(),
                wants_crc64: Arc::clone(&self.wants_crc64),
            });
            Ok(reader)
        })
    }
}

impl BlobSource {
    /// The full name of the blob, and the version that was listed.
    fn identity<'a>(&self, entry: &'a Entry) -> Result<(String, &'a ETag)> {
        let Version::Service(etag) = &entry.version else {
            return Err(Error::Changed(format!(
                "`{}` has no entity tag",
                entry.name
            )));
        };
        let name = entry
            .name
            .as_str()
            .ok_or_else(|| Error::Name(format!("`{}` is not UTF-8", entry.name)))?;
        Ok((self.place.full_name(name), etag))
    }
}

struct BlobReader {
    place: Arc<BlobLocation>,
    name: String,
    etag: ETag,
    bytes: u64,
    snapshot: Option<Box<Snapshot>>,
    wants_crc64: Arc<AtomicBool>,
}

impl Reader for BlobReader {
    fn read<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        mut into: Lease,
    ) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            if chunk.bytes == 0 {
                return Ok(into);
            }
            for _ in 0..FETCHES_MAX {
                let reply = self.fetch(tools, chunk, &mut into).await?;
                if is_right(&reply, &into) {
                    return Ok(into);
                }
            }
            let (name, from) = (&self.name, chunk.offset);
            Err(Error::Integrity(format!(
                "the bytes of `{name}` from {from} on arrive damaged, {FETCHES_MAX} times"
            )))
        })
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        // Every range was demanded of the version that was listed; there is nothing left to compare.
        Box::pin(async { Ok(()) })
    }
}

impl BlobReader {
    /// Fetches a range of the version that was listed.
    ///
    /// A service that does not compute the checksum of a range refuses the request by name (Azurite does); it is asked
    /// without one from then on.
    async fn fetch(&self, tools: &Tools, chunk: Chunk, into: &mut Lease) -> Result<Reply> {
        let wants_crc64 = self.wants_crc64.load(Ordering::Relaxed);
        match tools
            .client
            .fetch(&self.request(chunk, wants_crc64), into)
            .await
        {
            Err(error) if wants_crc64 && is_unsupported(&error) => {
                self.wants_crc64.store(false, Ordering::Relaxed);
                tools
                    .client
                    .fetch(&self.request(chunk, false), into)
                    .await
                    .map_err(|error| self.told(error))
            }
            fetched => fetched.map_err(|error| self.told(error)),
        }
    }

    fn request(&self, chunk: Chunk, wants_crc64: bool) -> Request {
        let range = ByteRange::new(chunk.offset, chunk.bytes);
        let request = get_blob::request(
            &self.place,
            &self.name,
            range,
            Some(self.bytes),
            Condition::Unchanged(&self.etag),
            wants_crc64,
        );
        of_snapshot(request, self.snapshot.as_deref())
    }

    /// A version that is gone means that the blob was overwritten or deleted while it was copied.
    fn told(&self, error: transport::Error) -> Error {
        match error.status() {
            Some(412) => Error::Changed(format!(
                "`{}` was overwritten since it was listed",
                self.name
            )),
            Some(416) => Error::Changed(format!(
                "`{}` is shorter than the {} bytes that were listed",
                self.name, self.bytes
            )),
            _ if error.kind() == transport::Kind::Changed => Error::Changed(format!(
                "`{}` is not the one that was listed: {}",
                self.name,
                error.message()
            )),
            _ => error.into(),
        }
    }
}

/// The same of a snapshot, if it is one that is read.
pub(super) fn of_snapshot(request: Request, snapshot: Option<&Snapshot>) -> Request {
    match snapshot {
        Some(snapshot) => request.query("snapshot", &*snapshot.id),
        None => request,
    }
}

/// The checksum that came with the range, if one did, is that of the bytes.
fn is_right(reply: &Reply, filled: &Lease) -> bool {
    let told = reply.header("x-ms-content-crc64").and_then(decode_crc64);
    told.is_none_or(|told| told == crc64::of(filled.runs()))
}

fn is_unsupported(error: &transport::Error) -> bool {
    matches!(
        error.code(),
        Some("FeatureNotSupported" | "UnsupportedHeader" | "APINotImplemented")
    ) || matches!(error.status(), Some(501))
}
