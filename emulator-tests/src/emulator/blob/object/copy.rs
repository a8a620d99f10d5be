//! Copy Blob, which may be pending after its answer, and Copy Blob From URL, which is complete
//! then. <https://learn.microsoft.com/rest/api/storageservices/copy-blob>

use crate::emulator::behaviour::CopyBehaviour;
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::source::BlobSource;
use crate::emulator::blob::state::{Blob, Slot, Tier};
use crate::emulator::blob::{headers, names, preconditions, source};
use crate::emulator::digest::ChecksumSet;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{CopyRecord, CopyStatus, PendingCopy, metadata, upload};

/// The longest source of a synchronous copy, in bytes.
const SYNC_BYTES_MAX: u64 = 256 << 20;

/// Starts an asynchronous copy, or makes a synchronous one.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    names::check_blob(call.target.blob())?;
    let sync = call
        .head
        .header_or_empty("x-ms-requires-sync")
        .eq_ignore_ascii_case("true");
    let metadata = metadata::read(call.head)?;
    let container = call.container()?;
    preconditions::overwrite(call, container.enter()?.blobs.get(call.target.blob()))?;
    let source = source::open(call)?;
    if sync && source.length > SYNC_BYTES_MAX {
        return Err(Refusal::new(
            409,
            "CannotVerifyCopySource",
            "The source is longer than a synchronous copy takes (256 MiB).",
        ));
    }
    let content = source.content(call)?;
    let mut blob = Blob::new(
        content.emptied(),
        source.properties.clone(),
        source.metadata.clone(),
        call.now,
    );
    if !metadata.is_empty() {
        blob.metadata = metadata;
    }
    blob.sealed = false;
    check_tier(call, &source)?;
    headers::apply_upload(call.head, &mut blob, call.now)?;
    blob.copy = Some(CopyRecord {
        id: call.resources.ids.next(),
        source: source.shown_url.clone(),
        status: CopyStatus::Pending,
        done: 0,
        total: content.length(),
        completed: None,
        description: None,
    });
    let behaviour = if sync {
        CopyBehaviour::default()
    } else {
        call.behaviour.copy.clone()
    };
    let at_once = behaviour.pending_polls == 0;
    blob.pending = Some(PendingCopy {
        content,
        behaviour,
        polls: 0,
        began: call.now,
        source: source.version.clone(),
    });
    blob.advance(call.now, at_once);
    let mut response = install(call, blob)?;
    if sync {
        let wanted = ChecksumSet {
            md5: true,
            crc64: false,
        };
        upload::set_digests(&mut response, &source.digests(wanted)?);
    }
    Ok(response)
}

fn install(call: &BlobCall<'_>, blob: Blob) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let slot = state.blobs.get(call.target.blob());
    preconditions::overwrite(call, slot)?;
    check_kind(slot, &blob)?;
    let mut response = Response::new(202);
    headers::set_version(&mut response, &blob);
    if let Some(copy) = &blob.copy {
        response.set("x-ms-copy-id", copy.id.clone());
        response.set("x-ms-copy-status", copy.status.name());
    }
    state.slot(call.target.blob()).replace(blob);
    Ok(response)
}

/// A copy does not change the type of an existing blob.
fn check_kind(slot: Option<&Slot>, blob: &Blob) -> ServiceResult<()> {
    match slot.and_then(|slot| slot.base.as_ref()) {
        Some(before) if !before.content.same_kind(&blob.content) => Err(Refusal::wrong_blob_type()),
        _ => Ok(()),
    }
}

/// An archived source can only be copied into an online tier within its account.
fn check_tier(call: &BlobCall<'_>, source: &BlobSource) -> ServiceResult<()> {
    if !source.archived {
        return Ok(());
    }
    match call
        .head
        .header("x-ms-access-tier")
        .map(Tier::parse)
        .transpose()?
    {
        Some(tier) if tier != Tier::Archive => Ok(()),
        _ => Err(Refusal::new(
            409,
            "BlobArchived",
            "This operation is not permitted on an archived blob.",
        )),
    }
}
