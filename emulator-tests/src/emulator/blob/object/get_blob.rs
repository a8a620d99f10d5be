//! Get Blob. <https://learn.microsoft.com/rest/api/storageservices/get-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::ContainerState;
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::digest::{ChecksumSet, Digester, Digests};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::payload::{Payload, Piece};
use crate::emulator::http::response::Response;
use crate::emulator::service::{range, upload};

/// The longest range that the service computes checksums of, in bytes.
const HASHED_RANGE_MAX: u64 = 4 << 20;

/// Sends the blob or a range of it.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    advance(call, &mut state, false);
    let blob = preconditions::read(call, &state)?;
    preconditions::refuse_archived(blob)?;
    let total = blob.content.length();
    let asked = range::requested(call.head)?;
    let (offset, length) = match asked {
        Some(asked) => asked
            .within(total)
            .map_err(|refusal| refusal.with_header("Content-Range", format!("bytes */{total}")))?,
        None => (0, total),
    };
    let wanted = wanted(call, asked.is_some(), length)?;
    let partial = asked.is_some() && !call.head.faults.first_bytes;
    let mut response = Response::new(if partial { 206 } else { 200 });
    headers::set_blob(&mut response, call, blob);
    let md5 = blob.properties.content_md5.clone();
    let pieces = blob.content.read(offset, length);
    drop(state);
    if partial {
        response.set(
            "Content-Range",
            format!("bytes {offset}-{}/{total}", offset + length - 1),
        );
    }
    let digests = if wanted.is_empty() {
        Digests::default()
    } else {
        hash(&pieces, wanted)?
    };
    match (asked, md5.is_empty()) {
        (None, false) => response.set("Content-MD5", md5),
        (Some(_), false) => response.set("x-ms-blob-content-md5", md5),
        _ => {}
    }
    upload::set_digests(&mut response, &digests);
    apply_overrides(call, &mut response);
    response.payload = Payload::Pieces(pieces, length);
    Ok(response)
}

/// The checksum that the client asks for: one, of a range of at most 4 MiB.
fn wanted(call: &BlobCall<'_>, ranged: bool, length: u64) -> ServiceResult<ChecksumSet> {
    let flag = |name: &'static str| match call.head.header(name) {
        None => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
        Some(value) => Err(Refusal::invalid_header(name, value)),
    };
    let wanted = ChecksumSet {
        md5: flag("x-ms-range-get-content-md5")?,
        crc64: flag("x-ms-range-get-content-crc64")?,
    };
    let name = if wanted.md5 {
        "x-ms-range-get-content-md5"
    } else {
        "x-ms-range-get-content-crc64"
    };
    if !wanted.is_empty() && !ranged {
        return Err(Refusal::invalid_header(name, "true"));
    }
    if wanted.md5 && wanted.crc64 {
        return Err(Refusal::invalid_header(
            "x-ms-range-get-content-crc64",
            "true",
        ));
    }
    if !wanted.is_empty() && length > HASHED_RANGE_MAX {
        return Err(Refusal::new(
            400,
            "OutOfRangeInput",
            "The range whose checksum is asked for is longer than 4 MiB.",
        ));
    }
    Ok(wanted)
}

fn hash(pieces: &[Piece], wanted: ChecksumSet) -> ServiceResult<Digests> {
    let mut digester = Digester::new(wanted);
    for piece in pieces {
        piece
            .read(|bytes| digester.update(bytes))
            .map_err(|error| Refusal::internal(format!("The store cannot be read: {error}.")))?;
    }
    Ok(digester.finish())
}

/// Replaces headers by those that the SAS sets.
pub fn apply_overrides(call: &BlobCall<'_>, response: &mut Response) {
    for (name, value) in call
        .grant
        .overrides()
        .iter()
        .flat_map(|overrides| &overrides.headers)
    {
        response.replace(name, value.clone());
    }
}

/// Updates copies and rehydrations of the blob for this time before a call reads it.
pub fn advance(call: &BlobCall<'_>, state: &mut ContainerState, polled: bool) {
    let base = state
        .blobs
        .get_mut(call.target.blob())
        .and_then(|slot| slot.base.as_mut());
    if base.is_some_and(|blob| blob.advance(call.now, polled)) {
        // Access for a change records the slot.
        state.slot_mut(call.target.blob());
    }
}
