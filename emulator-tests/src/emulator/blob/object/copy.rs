//! Copy Blob, which may be pending after its answer, and Copy Blob From URL, which is complete
//! then. <https://learn.microsoft.com/rest/api/storageservices/copy-blob>

use crate::emulator::behaviour::CopyBehaviour;
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::source::BlobSource;
use crate::emulator::blob::state::{Blob, Content, Slot, Tier, TierState};
use crate::emulator::blob::{
    encryption, headers, hierarchy, names, preconditions, source, tier_rules,
};
use crate::emulator::digest::Digests;
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
    let source = source::open(call, u64::MAX)?;
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
    blob.sealed = is_sealed(call, &content)?;
    check_tier(call, &source)?;
    headers::apply_upload(call, &mut blob)?;
    headers::apply_source_tags(call.head, &mut blob, &source.tags)?;
    if source.archived
        && let Some(tier) = blob.tier.tier
    {
        // The copy is in the archive too, until it is rehydrated.
        let ready = call.now.plus_ms(call.behaviour.rehydrate_ms);
        blob.tier = TierState::set(Tier::Archive, call.now);
        blob.tier
            .rehydrate(tier, ready, tier_rules::priority(call)?);
    }
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
    // `Content-MD5` is "only returned if the source content MD5 was specified", say the headers of
    // the call; versions before 2019-02-02 return it always.
    let digests = if sync {
        upload::check_source(call, |wanted| source.digests(wanted))?
    } else {
        Digests::default()
    };
    let mut response = install(call, blob)?;
    upload::set_digests(&mut response, &digests);
    Ok(response)
}

fn install(call: &BlobCall<'_>, mut blob: Blob) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let slot = state.blobs.get(call.target.blob());
    preconditions::overwrite(call, slot)?;
    check_kind(slot, &blob)?;
    blob.encryption = encryption::of_new(call, &state.properties)?;
    hierarchy::make_parents(call, &mut state, Some(&blob))?;
    let slot = state.slot(call.target.blob());
    let blob = slot.replace(blob, &call.retention());
    let mut response = Response::new(202);
    headers::set_version(&mut response, blob);
    headers::set_version_id(&mut response, blob);
    encryption::write(&mut response, &blob.encryption);
    if let Some(copy) = &blob.copy {
        response.set("x-ms-copy-id", copy.id.clone());
        response.set("x-ms-copy-status", copy.status.name());
    }
    Ok(response)
}

/// `x-ms-seal-blob`: whether the copy is sealed. Only an append blob can be.
fn is_sealed(call: &BlobCall<'_>, content: &Content) -> ServiceResult<bool> {
    const NAME: &str = "x-ms-seal-blob";
    match call.head.header_or_empty(NAME) {
        text if text.is_empty() || text.eq_ignore_ascii_case("false") => Ok(false),
        text if !text.eq_ignore_ascii_case("true") => Err(Refusal::invalid_header(NAME, text)),
        _ if matches!(content, Content::Append(_)) => Ok(true),
        _ => Err(Refusal::wrong_blob_type()),
    }
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
        _ => Err(Refusal::blob_archived()),
    }
}
