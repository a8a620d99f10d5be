//! Get User Delegation Key, which the Blob and the File service have.
//! <https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key>

use super::call::Call;
use super::operations::Operations;
use crate::emulator::auth::{DelegationKey, Grant};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::xml::Writer;
use crate::emulator::{digest, xml};

const DOCUMENT_BYTES_MAX: u64 = 64 << 10;
/// The longest life of a key: seven days.
const SECONDS_MAX: u64 = 7 * 86_400;

/// Makes a key for the holder of a token.
pub fn run<S: Operations>(call: &Call<'_, S>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let Grant::Bearer(holder) = call.grant else {
        return Err(Refusal::authentication_failed(
            "Only authentication scheme Bearer is supported",
        ));
    };
    let leaves = xml::read_leaves(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    let leaf = |path: &str| {
        leaves
            .iter()
            .find(|leaf| leaf.path == path)
            .map(|leaf| leaf.text.clone())
    };
    let start = leaf("KeyInfo/Start").filter(|text| !text.is_empty());
    let start = start.unwrap_or_else(|| call.now.iso8601_seconds());
    let expiry = leaf("KeyInfo/Expiry").ok_or_else(Refusal::invalid_xml)?;
    let times = Moment::parse_iso8601(&start).zip(Moment::parse_iso8601(&expiry));
    let (first, last) = times.ok_or_else(Refusal::invalid_xml)?;
    // A key may have expired already: what it signs is refused.
    if last <= first || last.seconds() > call.now.seconds() + SECONDS_MAX {
        return Err(Refusal::invalid_input(
            "The key's expiry has to be within seven days from now.",
        ));
    }
    let key = DelegationKey {
        object: holder.object.clone(),
        tenant: holder.tenant.clone(),
        start,
        expiry,
        service: S::NAMES.sas_letter.to_string(),
        version: call.version.to_string(),
    };
    let mut xml = Writer::new();
    xml.open("UserDelegationKey", &[]);
    xml.leaf("SignedOid", &key.object)
        .leaf("SignedTid", &key.tenant);
    xml.leaf("SignedStart", &key.start)
        .leaf("SignedExpiry", &key.expiry);
    xml.leaf("SignedService", &key.service)
        .leaf("SignedVersion", &key.version);
    xml.leaf(
        "Value",
        &digest::to_base64(&key.value(&call.account.keys[0])),
    );
    xml.close("UserDelegationKey");
    Ok(Response::xml(xml))
}
