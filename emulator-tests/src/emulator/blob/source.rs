//! The source of a blob copy as content: a blob of this service, or the bytes that another server
//! sent.

use std::sync::{Arc, Weak};

use bytes::Bytes;

use super::call::BlobCall;
use super::operations::BlobOperations;
use super::state::{Block, BlockList, Content};
use crate::emulator::digest::{ChecksumSet, Digester, Digests};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::fetch::Url;
use crate::emulator::http::payload::Piece;
use crate::emulator::service::ContentProperties;
use crate::emulator::service::copy_source::{self, ForeignSource, OwnSource, cannot_verify};

/// A source that may be read.
pub struct BlobSource {
    /// Bytes.
    pub length: u64,
    /// Its content headers.
    pub properties: ContentProperties,
    /// Its metadata.
    pub metadata: Vec<(String, String)>,
    /// Whether it is a blob in the archive tier.
    pub archived: bool,
    /// Its URL without a signature.
    pub shown_url: String,
    /// Its version, if it is a blob of this service.
    pub version: Option<Weak<()>>,
    bytes: SourceBytes,
}

enum SourceBytes {
    Own(Content),
    Foreign(Bytes),
}

/// Opens the blob that `x-ms-copy-source` names.
pub fn open(call: &BlobCall<'_>) -> ServiceResult<BlobSource> {
    let url = copy_source::url(call)?;
    match OwnSource::of(call, &url)? {
        Some(source) => open_own(call, &source, &url),
        None => open_foreign(call, &url),
    }
}

impl BlobSource {
    /// The pieces of a range.
    pub fn read(&self, offset: u64, length: u64) -> Vec<Piece> {
        match &self.bytes {
            SourceBytes::Own(content) => content.read(offset, length),
            SourceBytes::Foreign(bytes) => vec![Piece::Memory(
                bytes.slice(offset as usize..(offset + length) as usize),
            )],
        }
    }

    /// Content for a copy: own blobs are shared, foreign bytes become a block blob.
    pub fn content(&self, call: &BlobCall<'_>) -> ServiceResult<Content> {
        match &self.bytes {
            SourceBytes::Own(content) => Ok(content.clone()),
            SourceBytes::Foreign(_) => {
                let extent = call.resources.store.put(&self.read(0, self.length))?;
                Ok(Content::Block(Arc::new(BlockList::new(vec![Block {
                    id: String::new(),
                    extent,
                }]))))
            }
        }
    }

    /// Checksums of the whole source.
    pub fn digests(&self, wanted: ChecksumSet) -> ServiceResult<Digests> {
        let mut digester = Digester::new(wanted);
        for piece in self.read(0, self.length) {
            piece
                .read(|bytes| digester.update(bytes))
                .map_err(copy_source::unreadable)?;
        }
        Ok(digester.finish())
    }
}

fn open_own(
    call: &BlobCall<'_>,
    source: &OwnSource<BlobOperations>,
    url: &Url,
) -> ServiceResult<BlobSource> {
    source.authorize(call)?;
    let storage = source.storage(call)?;
    let container = storage
        .container(source.target.container())
        .map_err(cannot_verify)?;
    let mut state = container.enter()?;
    let slot = state
        .blobs
        .get_mut(source.target.blob())
        .ok_or_else(Refusal::blob_not_found)
        .map_err(cannot_verify)?;
    if let Some(base) = &mut slot.base {
        base.advance(call.now, false);
    }
    let found = match source.snapshot() {
        Some(snapshot) => slot.snapshots.get(snapshot),
        None => slot.base.as_ref(),
    };
    let blob = found
        .ok_or_else(Refusal::blob_not_found)
        .map_err(cannot_verify)?;
    copy_source::check_conditions(call, blob.etag, blob.last_modified)?;
    Ok(BlobSource {
        length: blob.content.length(),
        properties: blob.properties.clone(),
        metadata: blob.metadata.clone(),
        archived: blob.tier.is_archived(),
        shown_url: url.without_signature(),
        version: Some(blob.version.downgrade()),
        bytes: SourceBytes::Own(blob.content.clone()),
    })
}

fn open_foreign(call: &BlobCall<'_>, url: &Url) -> ServiceResult<BlobSource> {
    let source = ForeignSource::fetch(call, url)?;
    Ok(BlobSource {
        length: source.bytes.len() as u64,
        properties: source.properties,
        metadata: source.metadata,
        archived: false,
        shown_url: url.without_signature(),
        version: None,
        bytes: SourceBytes::Foreign(source.bytes),
    })
}
