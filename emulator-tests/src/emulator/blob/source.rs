//! The source of a blob copy as content: a blob of this service, or the bytes that another server
//! sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use bytes::Bytes;

use super::call::BlobCall;
use super::encryption;
use super::hierarchy;
use super::operations::BlobOperations;
use super::state::{Block, BlockList, Content, Encryption};
use super::tag_query;
use crate::emulator::clock::Moment;
use crate::emulator::digest::{ChecksumSet, Digester, Digests};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::fetch::Url;
use crate::emulator::http::payload::Piece;
use crate::emulator::service::ContentProperties;
use crate::emulator::service::copy_source::{self, OwnSource, cannot_verify};
use crate::emulator::service::foreign_source::ForeignSource;

/// A source that may be read.
pub struct BlobSource {
    /// Bytes.
    pub length: u64,
    /// Its content headers.
    pub properties: ContentProperties,
    /// Its metadata.
    pub metadata: Vec<(String, String)>,
    /// Its index tags; none if it is on another server.
    pub tags: BTreeMap<String, String>,
    /// Whether it is a blob in the archive tier.
    pub archived: bool,
    /// Its URL without a signature.
    pub shown_url: String,
    /// Its version, if it is a blob of this service.
    pub version: Option<Weak<()>>,
    bytes: SourceBytes,
}

/// A range of a source.
pub struct SourceRange {
    /// Bytes.
    pub length: u64,
    /// Its bytes.
    pub pieces: Vec<Piece>,
}

enum SourceBytes {
    Own(Content),
    Foreign(Bytes),
}

/// Opens the blob that `x-ms-copy-source` names, for a copy of all of it.
///
/// A source on another server of more than `bytes_max` is refused.
pub fn open(call: &BlobCall<'_>, bytes_max: u64) -> ServiceResult<BlobSource> {
    let url = copy_source::url(call)?;
    match OwnSource::of(call, &url)? {
        Some(source) => open_own(call, &source, &url),
        None => open_foreign(call, &url, bytes_max),
    }
}

/// Opens the blob that `x-ms-copy-source` names, and reads `x-ms-source-range` of it: at most
/// `bytes_max`.
///
/// Another server is asked for this range only.
pub fn open_range(call: &BlobCall<'_>, bytes_max: u64) -> ServiceResult<SourceRange> {
    let url = copy_source::url(call)?;
    let range = copy_source::range(call)?;
    let Some(source) = OwnSource::of(call, &url)? else {
        let source = ForeignSource::read(call, &url, range, bytes_max)?;
        return Ok(SourceRange {
            length: source.bytes.len() as u64,
            pieces: vec![Piece::Memory(source.bytes)],
        });
    };
    let source = open_own(call, &source, &url)?;
    source.refuse_archived()?;
    let (offset, length) = match range {
        Some(range) => range
            .within(source.length)
            .map_err(|refusal| cannot_verify(call, refusal))?,
        None => (0, source.length),
    };
    if length > bytes_max {
        return Err(Refusal::body_too_large(bytes_max));
    }
    Ok(SourceRange {
        length,
        pieces: source.read(offset, length),
    })
}

impl BlobSource {
    /// Refuses to read bytes of an archived blob.
    pub fn refuse_archived(&self) -> ServiceResult<()> {
        if self.archived {
            Err(Refusal::blob_archived())
        } else {
            Ok(())
        }
    }

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
        .map_err(|refusal| cannot_verify(call, refusal))?;
    let mut state = container.enter()?;
    state.advance(source.target.blob(), call.now, false);
    let slot = state
        .blobs
        .get(source.target.blob())
        .ok_or_else(Refusal::blob_not_found)
        .map_err(|refusal| cannot_verify(call, refusal))?;
    let found = match (source.snapshot(), source.version_id()) {
        (Some(snapshot), _) => slot.snapshots.get(snapshot),
        (None, Some(id)) => Moment::parse_iso8601(id).and_then(|id| slot.version(id)),
        (None, None) => slot.base.as_ref(),
    };
    let blob = found
        .ok_or_else(Refusal::blob_not_found)
        .map_err(|refusal| cannot_verify(call, refusal))?;
    let account = call.resources.accounts.find(source.account())?;
    if account.is_hierarchical && hierarchy::is_directory(blob) {
        return Err(cannot_verify(call, hierarchy::not_on_directory()));
    }
    copy_source::check_conditions(call, blob.etag, blob.last_modified)?;
    tag_query::check_source(call.head, &blob.tags)?;
    // The client's key is the target's; no request can send the source's.
    if matches!(blob.encryption, Encryption::CustomerKey(_)) {
        encryption::check_same(&Encryption::Account, &blob.encryption)?;
    }
    Ok(BlobSource {
        length: blob.content.length(),
        properties: blob.properties.clone(),
        metadata: blob.metadata.clone(),
        tags: blob.tags.clone(),
        archived: blob.tier.is_archived(),
        shown_url: url.without_signature(),
        version: Some(blob.version.downgrade()),
        bytes: SourceBytes::Own(blob.content.clone()),
    })
}

fn open_foreign(call: &BlobCall<'_>, url: &Url, bytes_max: u64) -> ServiceResult<BlobSource> {
    let source = ForeignSource::read(call, url, None, bytes_max)?;
    Ok(BlobSource {
        length: source.bytes.len() as u64,
        properties: source.properties,
        metadata: source.metadata,
        tags: BTreeMap::new(),
        archived: false,
        shown_url: url.without_signature(),
        version: None,
        bytes: SourceBytes::Foreign(source.bytes),
    })
}
