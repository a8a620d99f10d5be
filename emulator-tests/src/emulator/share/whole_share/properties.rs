//! Get and Set Share Properties.
//! <https://learn.microsoft.com/rest/api/storageservices/get-share-properties>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-share-properties>

use super::{change, share_headers};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, headers};

/// Returns properties and metadata.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let state = share.enter()?;
    let properties = change::readable(call, &state)?;
    let mut response = headers::share_version(Response::new(200), properties);
    metadata::write(&mut response, &properties.metadata);
    response.set("x-ms-share-quota", properties.quota_gib.to_string());
    if !call.version.since(2019, 7, 7) {
        response.set("x-ms-has-immutability-policy", "false");
        response.set("x-ms-has-legal-hold", "false");
    }
    if call.version.since(2019, 12, 12) {
        response.set("x-ms-access-tier", properties.tier.name());
        if let Some(changed) = properties.tier_changed {
            response.set("x-ms-access-tier-change-time", changed.rfc1123());
        }
    }
    if call.version.since(2020, 2, 10) {
        response.set("x-ms-enabled-protocols", "SMB");
        if call.snapshot().is_none() {
            properties.lease.write(&mut response, call.now);
        }
    }
    Ok(response)
}

/// Sets the quota and the access tier. What the request leaves out stays.
pub fn set(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let (quota, tier) = (share_headers::quota(call)?, share_headers::tier(call)?);
    change::change(call, |properties| {
        properties.quota_gib = quota.unwrap_or(properties.quota_gib);
        if let Some(tier) = tier {
            properties.tier = tier;
            properties.tier_changed = Some(call.now);
        }
    })
}
