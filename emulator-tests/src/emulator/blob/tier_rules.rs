//! Which tiers a blob can have: those of block blobs, or those of page blobs in a premium account.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-tier>

use super::call::BlobCall;
use super::state::{Blob, Content, RehydratePriority, Tier, TierState};
use crate::emulator::error::{Refusal, ServiceResult};

const NAME: &str = "x-ms-access-tier";

/// Gives a new blob the tier of the request, or the account's.
pub fn apply_to_new(call: &BlobCall<'_>, blob: &mut Blob) -> ServiceResult<()> {
    let is_premium = is_premium(call);
    if is_premium {
        blob.tier = TierState::inferred(inferred_premium(&blob.content));
    }
    let Some(text) = call.head.header(NAME).filter(|tier| !tier.is_empty()) else {
        return Ok(());
    };
    let tier = Tier::parse(text)?;
    if !is_inferred(blob, tier) {
        check(call, blob, tier)?;
        blob.tier = new_state(call, tier);
    }
    Ok(())
}

/// Whether the tier is the one that a new page blob or append blob of a standard account has anyway.
/// A copy that keeps the tier of its source names it (AzCopy 10 does). A premium tier that is named is
/// not inferred, whichever it is.
fn is_inferred(blob: &Blob, tier: Tier) -> bool {
    !matches!(blob.content, Content::Block(_)) && !tier.is_premium() && blob.tier.tier == Some(tier)
}

/// The inferred tier of a page blob that got another size.
pub fn follow_size(blob: &mut Blob) {
    if blob.tier.inferred && blob.tier.tier.is_some_and(Tier::is_premium) {
        blob.tier = TierState::inferred(inferred_premium(&blob.content));
    }
}

/// A tier that was set now. Those of page blobs have no time.
pub fn new_state(call: &BlobCall<'_>, tier: Tier) -> TierState {
    let mut state = TierState::set(tier, call.now);
    if tier.is_premium() {
        state.changed = None;
    }
    state
}

/// Refuses a tier that the blob cannot have.
pub fn check(call: &BlobCall<'_>, blob: &Blob, tier: Tier) -> ServiceResult<()> {
    let is_possible = match &blob.content {
        Content::Block(_) => !tier.is_premium(),
        Content::Page(_) => tier.is_premium() && is_premium(call),
        Content::Append(_) => false,
    };
    if !is_possible {
        return Err(Refusal::new(
            400,
            "AccessTierNotSupportedForBlobType",
            "The access tier is not supported for this blob type.",
        ));
    }
    if tier
        .bytes_max()
        .is_some_and(|max| blob.content.length() > max)
    {
        return Err(Refusal::new(
            409,
            "BlobTierInadequateForContentLength",
            "Specified blob tier size limit cannot be less than content length.",
        ));
    }
    Ok(())
}

/// `x-ms-rehydrate-priority`.
pub fn priority(call: &BlobCall<'_>) -> ServiceResult<RehydratePriority> {
    const PRIORITY: &str = "x-ms-rehydrate-priority";
    match call.head.header(PRIORITY) {
        None => Ok(RehydratePriority::Standard),
        Some(text) => {
            RehydratePriority::parse(text).ok_or_else(|| Refusal::invalid_header(PRIORITY, text))
        }
    }
}

/// Whether the account is a premium one, whose page blobs have tiers.
pub fn is_premium(call: &BlobCall<'_>) -> bool {
    let mut accounts = call.behaviour.premium_accounts.iter();
    accounts.any(|name| *name == call.account.name)
}

fn inferred_premium(content: &Content) -> Option<Tier> {
    match content {
        Content::Page(pages) => Some(Tier::of_size(pages.size())),
        Content::Block(_) | Content::Append(_) => None,
    }
}
