//! Set Blob Properties. <https://learn.microsoft.com/rest/api/storageservices/set-blob-properties>

use std::sync::Arc;

use super::put_blob::{SEQUENCE_MAX, page_blob_size, sequence_number};
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::Content;
use crate::emulator::blob::{headers, preconditions, tier_rules};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{ContentProperties, Pages};

/// Sets all properties (those not given are cleared), the size, or the sequence number.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let properties = headers::blob_properties(call.head);
    let size = page_blob_size(call)?;
    let action = call.head.header("x-ms-sequence-number-action");
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = preconditions::change(call, &mut state)?;
    if size.is_some() || action.is_some() {
        let Content::Page(pages) = &mut blob.content else {
            return Err(Refusal::wrong_blob_type());
        };
        let pages = Arc::make_mut(pages);
        if let Some(action) = action {
            number(call, pages, action)?;
        }
        if let Some(size) = size {
            pages.resize(size);
        }
    }
    // A request that sets only size or sequence number does not change the properties.
    if properties != ContentProperties::default() || (size.is_none() && action.is_none()) {
        blob.properties = properties;
    }
    tier_rules::follow_size(blob);
    blob.touch(call.now);
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    headers::set_kind(&mut response, blob);
    Ok(response)
}

fn number(call: &BlobCall<'_>, pages: &mut Pages, action: &str) -> ServiceResult<()> {
    let given = sequence_number(call)?;
    let required = || given.ok_or_else(|| Refusal::missing_header("x-ms-blob-sequence-number"));
    pages.sequence = match action.to_ascii_lowercase().as_str() {
        "max" => pages.sequence.max(required()?),
        "update" => required()?,
        "increment" if given.is_none() && pages.sequence >= SEQUENCE_MAX => {
            return Err(Refusal::new(
                409,
                "SequenceNumberIncrementTooLarge",
                "The sequence number increment cannot be performed because it would result in overflow of the sequence number.",
            ));
        }
        "increment" if given.is_none() => pages.sequence + 1,
        _ => {
            return Err(Refusal::invalid_header(
                "x-ms-sequence-number-action",
                action,
            ));
        }
    };
    Ok(())
}
