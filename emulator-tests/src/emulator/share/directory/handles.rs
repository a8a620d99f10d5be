//! List Handles and Force Close Handles. Handles belong to SMB clients, which the emulator does not
//! have: there are none.
//! <https://learn.microsoft.com/rest/api/storageservices/list-handles>,
//! <https://learn.microsoft.com/rest/api/storageservices/force-close-handles>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::find;
use crate::emulator::xml::Writer;

/// Returns an empty list for a directory or file that exists.
pub fn list(call: &ShareCall<'_>) -> ServiceResult<Response> {
    listing::page_size(call.query)?;
    call.flag("x-ms-recursive")?;
    let share = call.share()?;
    let state = share.enter()?;
    find::node(find::tree(call, &state)?, &call.path()?)?;
    let mut xml = Writer::new();
    xml.open("EnumerationResults", &[]);
    xml.leaf_some("Marker", call.query.filled("marker"));
    xml.leaf_some("MaxResults", call.query.filled("maxresults"));
    xml.leaf("Entries", "").leaf("NextMarker", "");
    xml.close("EnumerationResults");
    Ok(Response::xml(xml))
}

/// Closes no handle of a directory or file that exists.
pub fn close(call: &ShareCall<'_>) -> ServiceResult<Response> {
    call.head.required("x-ms-handle-id")?;
    call.flag("x-ms-recursive")?;
    let share = call.share()?;
    let state = share.enter()?;
    find::node(find::tree(call, &state)?, &call.path()?)?;
    let mut response = Response::new(200).header("x-ms-number-of-handles-closed", "0");
    if call.version.since(2019, 7, 7) {
        response.set("x-ms-number-of-handles-failed", "0");
    }
    Ok(response)
}
