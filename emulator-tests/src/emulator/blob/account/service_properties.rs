//! Get and Set Blob Service Properties: kept as the document that was set. Nothing in the emulator acts on them.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties>

use super::super::super::error::{Answer, Refusal};
use super::super::super::http::body::Body;
use super::super::super::http::payload::Payload;
use super::super::super::http::response::Response;
use super::super::super::xml;
use super::super::call::Call;

const DOCUMENT_BYTES_MAX: u64 = 256 << 10;
const INITIAL: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><Logging><Version>1.0</Version><Read>false</Read><Write>false</Write><Delete>false</Delete><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging><HourMetrics><Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></HourMetrics><MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics><Cors /><DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy><StaticWebsite><Enabled>false</Enabled></StaticWebsite></StorageServiceProperties>";

/// The document.
pub fn get(call: &Call<'_>) -> Answer<Response> {
    let mut response = Response::new(200).header("Content-Type", "application/xml");
    let document = call
        .account
        .service_properties()
        .unwrap_or_else(|| INITIAL.as_bytes().to_vec());
    response.payload = Payload::Document(document);
    Ok(response)
}

/// Another document.
pub fn set(call: &Call<'_>, body: &mut Body<'_>) -> Answer<Response> {
    let document = body.read_document(DOCUMENT_BYTES_MAX)?;
    let leaves = xml::read_leaves(&document)?;
    if !leaves
        .iter()
        .all(|leaf| leaf.path.starts_with("StorageServiceProperties"))
    {
        return Err(Refusal::invalid_xml());
    }
    call.account.set_service_properties(document);
    Ok(Response::new(202))
}
