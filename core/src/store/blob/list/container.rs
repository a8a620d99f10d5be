//! The pages of one container, as it writes them.

use std::rc::Rc;

use bytes::Bytes;

use crate::Result;
use crate::location::BlobLocation;
use crate::store::blob::request::list_blobs;
use crate::store::rest::page::Marker;
use crate::store::rest::xml;
use crate::store::{Step, Tools};

/// A page that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// How every name begins.
    pub(super) prefix: &'a str,
    /// The first name that there may be, where that is not the first of all.
    pub(super) from: Option<&'a str>,
    /// The page before it said this; `None`: the first one.
    pub(super) after: Option<&'a Marker>,
    /// Blobs, or what there is up to the next slash.
    pub(super) what: What,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Every blob, with its properties.
    Blobs,
    /// Folders and the blobs between them, at most so many a page.
    Level(Option<usize>),
    /// The first blob alone, of which only the name counts.
    First,
}

/// What answers with pages.
pub(super) trait Container {
    /// The page, in the service's own words.
    fn page<'a>(&'a self, wanted: Wanted<'a>) -> Step<'a, Result<Bytes>>;
}

/// A container of a service.
pub(super) struct Remote {
    pub(super) place: BlobLocation,
    pub(super) tools: Tools,
    /// With the snapshots of every blob.
    pub(super) snapshots: bool,
}

impl Remote {
    pub(super) fn new(place: &BlobLocation, tools: &Tools, snapshots: bool) -> Rc<Self> {
        Rc::new(Self {
            place: place.clone(),
            tools: tools.clone(),
            snapshots,
        })
    }
}

impl Container for Remote {
    fn page<'a>(&'a self, wanted: Wanted<'a>) -> Step<'a, Result<Bytes>> {
        let plain = list_blobs::PageRequest {
            prefix: wanted.prefix,
            after: wanted.after,
            from: wanted.from,
            ..list_blobs::PageRequest::default()
        };
        let listing = match wanted.what {
            What::Blobs => list_blobs::PageRequest {
                metadata: true,
                snapshots: self.snapshots,
                ..plain
            },
            // Snapshots are refused beside a delimiter, and lie where their blobs lie.
            What::Level(entries_max) => list_blobs::PageRequest {
                delimiter: Some("/"),
                entries_max,
                ..plain
            },
            What::First => list_blobs::PageRequest {
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
