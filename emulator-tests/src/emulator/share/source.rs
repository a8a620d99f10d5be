//! The source of a copy into a file: a file of this service, or the bytes that another server or
//! service sent.

use std::sync::{Arc, Weak};

use bytes::Bytes;

use super::call::{ShareCall, path_of};
use super::find;
use super::operations::ShareOperations;
use super::state::SmbProperties;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::fetch::Url;
use crate::emulator::http::payload::Piece;
use crate::emulator::service::copy_source::{self, OwnSource, cannot_verify};
use crate::emulator::service::foreign_source::{self, ForeignSource};
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::{ContentProperties, Pages};

/// A copy of a source on another server reads it into memory: at most so many bytes.
const FOREIGN_BYTES_MAX: u64 = 4 << 30;

/// A source that may be read.
pub struct FileSource {
    /// Its content headers.
    pub properties: ContentProperties,
    /// Its metadata.
    pub metadata: Metadata,
    /// Its URL without a signature.
    pub shown_url: String,
    /// Its SMB properties and its security descriptor, if it is a file of this service.
    pub smb: Option<(SmbProperties, String)>,
    /// Its version, if it is a file of this service.
    pub version: Option<Weak<()>>,
    bytes: FileBytes,
}

enum FileBytes {
    Own(Arc<Pages>),
    Foreign(Bytes),
}

/// Opens the source that `x-ms-copy-source` names, for a copy of all of it.
pub fn open(call: &ShareCall<'_>) -> ServiceResult<FileSource> {
    let url = copy_source::url(call)?;
    if let Some(source) = OwnSource::of(call, &url)? {
        return open_own(call, &source, &url);
    }
    let source = ForeignSource::read(call, &url, None, FOREIGN_BYTES_MAX)?;
    Ok(FileSource {
        properties: source.properties,
        metadata: source.metadata,
        shown_url: url.without_signature(),
        smb: None,
        version: None,
        bytes: FileBytes::Foreign(source.bytes),
    })
}

/// Reads `x-ms-source-range` of the source that `x-ms-copy-source` names: `length` bytes.
pub fn read_range(call: &ShareCall<'_>, length: u64) -> ServiceResult<Vec<Piece>> {
    let url = copy_source::url(call)?;
    let range = copy_source::range(call)?;
    let range = range.ok_or_else(|| Refusal::missing_header("x-ms-source-range"))?;
    if range.length().is_some_and(|asked| asked != length) {
        return Err(Refusal::invalid_header(
            "x-ms-source-range",
            call.head.header_or_empty("x-ms-source-range"),
        ));
    }
    let Some(source) = OwnSource::of(call, &url)? else {
        let source = ForeignSource::read(call, &url, Some(range), length)?;
        if source.bytes.len() as u64 != length {
            return Err(foreign_source::other_length());
        }
        return Ok(vec![Piece::Memory(source.bytes)]);
    };
    let source = open_own(call, &source, &url)?;
    let FileBytes::Own(pages) = &source.bytes else {
        return Ok(Vec::new());
    };
    let (offset, count) = range
        .within(pages.size())
        .map_err(|refusal| cannot_verify(call, refusal))?;
    if count != length {
        return Err(foreign_source::other_length());
    }
    Ok(pages.read(offset, length))
}

impl FileSource {
    /// Content for a copy: own files are shared, foreign bytes are stored.
    pub fn content(&self, call: &ShareCall<'_>) -> ServiceResult<Arc<Pages>> {
        match &self.bytes {
            FileBytes::Own(pages) => Ok(Arc::clone(pages)),
            FileBytes::Foreign(bytes) => {
                let mut pages = Pages::new(bytes.len() as u64, 0);
                if !bytes.is_empty() {
                    let piece = Piece::Memory(bytes.clone());
                    pages.write(0, call.resources.store.put(&[piece])?);
                }
                Ok(Arc::new(pages))
            }
        }
    }
}

fn open_own(
    call: &ShareCall<'_>,
    source: &OwnSource<ShareOperations>,
    url: &Url,
) -> ServiceResult<FileSource> {
    source.authorize(call)?;
    let unverified = |refusal| cannot_verify(call, refusal);
    if call.head.header("x-ms-copy-source-authorization").is_some() {
        // A file is read with a token for backup only.
        call.head
            .required("x-ms-file-request-intent")
            .map_err(unverified)?;
    }
    let keeps_dots = call.keeps_dots("x-ms-source-allow-trailing-dot")?;
    let path = path_of(&source.target.parts, keeps_dots)?;
    let storage = source.storage(call)?;
    let share = storage.share(source.target.share()).map_err(unverified)?;
    let mut state = share.enter()?;
    let snapshot = source.parameter("sharesnapshot");
    if snapshot.is_none()
        && let Ok(node) = find::node(state.tree(), &path)
    {
        let id = node.id;
        state.advance(id, call.now, false);
    }
    let tree = match snapshot {
        Some(time) => {
            let snapshot = state.snapshots().get(time);
            let found = snapshot.ok_or_else(Refusal::share_not_found);
            &found.map_err(unverified)?.tree
        }
        None => state.tree(),
    };
    let node = find::node(tree, &path).map_err(unverified)?;
    let data = node.file().ok_or_else(Refusal::resource_not_found);
    let data = data.map_err(unverified)?;
    copy_source::check_conditions(call, node.etag, node.last_modified)?;
    let descriptor = state.permissions().find(&node.smb.permission_key);
    Ok(FileSource {
        properties: data.properties.clone(),
        metadata: node.metadata.clone(),
        shown_url: url.without_signature(),
        smb: Some((node.smb.clone(), descriptor.unwrap_or_default().to_owned())),
        version: snapshot.is_none().then(|| data.version.downgrade()),
        bytes: FileBytes::Own(Arc::clone(&data.pages)),
    })
}
