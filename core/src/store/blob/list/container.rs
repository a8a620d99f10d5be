//! The pages of one container, as its service writes them.

use std::rc::Rc;

use bytes::Bytes;

use crate::Result;
use crate::location::BlobLocation;
use crate::store::blob::BlobReadOptions;
use crate::store::blob::request::list_blobs;
use crate::store::rest::page::Marker;
use crate::store::rest::xml;
use crate::store::{Step, Tools};

/// The query for one page.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageQuery<'a> {
    /// The beginning of every name.
    pub(super) prefix: &'a str,
    /// The name at which the listing begins; `None` for the first name of all.
    pub(super) from: Option<&'a str>,
    /// The marker in the page before; `None` for the first page.
    pub(super) after: Option<&'a Marker>,
    pub(super) kind: QueryKind,
}

/// What a page lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryKind {
    /// Every blob, with its properties.
    Blobs,
    /// The folders of a level and the blobs between them, at most this many.
    Level(Option<usize>),
    /// The folders of a level and the blobs between them, with their properties.
    Folder,
    /// The first blob only, for its name.
    First,
}

/// A container that can be listed.
pub(super) trait Container {
    /// Requests a page, and returns it as the service wrote it.
    fn page<'a>(&'a self, query: PageQuery<'a>) -> Step<'a, Result<Bytes>>;
}

/// A container of a service.
pub(super) struct Remote {
    pub(super) place: BlobLocation,
    pub(super) tools: Tools,
    /// What is listed of every blob.
    pub(super) read_options: BlobReadOptions,
}

impl Remote {
    pub(super) fn new(
        place: &BlobLocation,
        tools: &Tools,
        read_options: BlobReadOptions,
    ) -> Rc<Self> {
        Rc::new(Self {
            place: place.clone(),
            tools: tools.clone(),
            read_options,
        })
    }
}

impl Container for Remote {
    fn page<'a>(&'a self, query: PageQuery<'a>) -> Step<'a, Result<Bytes>> {
        let plain = list_blobs::PageRequest {
            prefix: query.prefix,
            after: query.after,
            from: query.from,
            ..list_blobs::PageRequest::default()
        };
        let listing = match query.kind {
            QueryKind::Blobs => list_blobs::PageRequest {
                metadata: true,
                snapshots: self.read_options.snapshots,
                tags: self.read_options.tags,
                versions: self.read_options.versions,
                ..plain
            },
            // The service refuses snapshots together with a delimiter. A snapshot has its blob's name.
            QueryKind::Level(entries_max) => list_blobs::PageRequest {
                delimiter: Some("/"),
                entries_max,
                ..plain
            },
            QueryKind::Folder => list_blobs::PageRequest {
                delimiter: Some("/"),
                metadata: true,
                tags: self.read_options.tags,
                ..plain
            },
            QueryKind::First => list_blobs::PageRequest {
                entries_max: Some(1),
                ..plain
            },
        };
        let request = list_blobs::request(&self.place, &listing);
        Box::pin(async move {
            let sent = self
                .tools
                .client
                .send_with_cap(&request, xml::BODY_BYTES_MAX);
            Ok(sent.await?.body)
        })
    }
}
