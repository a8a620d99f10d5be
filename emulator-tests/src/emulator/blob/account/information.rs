//! Get Account Information.
//! <https://learn.microsoft.com/rest/api/storageservices/get-account-information>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::tier_rules;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;

/// Returns a general-purpose v2 account.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let sku = if tier_rules::is_premium(call) {
        "Premium_LRS"
    } else {
        "Standard_RAGRS"
    };
    Ok(Response::new(200)
        .header("x-ms-sku-name", sku)
        .header("x-ms-account-kind", "StorageV2")
        .header(
            "x-ms-is-hns-enabled",
            call.account.is_hierarchical.to_string(),
        ))
}
