//! The headers of requests that set a share's quota and access tier.

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::state::ShareTier;

/// The largest quota, in GiB.
const QUOTA_MAX_GIB: u64 = 102_400;

/// `x-ms-share-quota`, in GiB.
pub fn quota(call: &ShareCall<'_>) -> ServiceResult<Option<u64>> {
    const NAME: &str = "x-ms-share-quota";
    match call.head.number(NAME)? {
        Some(quota) if !(1..=QUOTA_MAX_GIB).contains(&quota) => {
            Err(Refusal::invalid_header(NAME, &quota.to_string()))
        }
        quota => Ok(quota),
    }
}

/// `x-ms-access-tier`.
pub fn tier(call: &ShareCall<'_>) -> ServiceResult<Option<ShareTier>> {
    const NAME: &str = "x-ms-access-tier";
    let Some(text) = call.head.header(NAME).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    ShareTier::parse(text)
        .map(Some)
        .ok_or_else(|| Refusal::invalid_header(NAME, text))
}

/// Refuses protocols other than SMB, which the emulator does not have.
pub fn check_protocol(call: &ShareCall<'_>) -> ServiceResult<()> {
    const NAME: &str = "x-ms-enabled-protocols";
    match call.head.header(NAME) {
        Some(text) if !text.is_empty() && !text.eq_ignore_ascii_case("smb") => {
            Err(Refusal::invalid_header(NAME, text))
        }
        _ => Ok(()),
    }
}
