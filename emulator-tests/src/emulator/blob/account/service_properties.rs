//! Get and Set Blob Service Properties. The emulator stores and returns them; nothing in it depends
//! on them.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::service_properties::SectionFormats;
use crate::emulator::xml;
use crate::emulator::xml::Writer;

/// The sections of the Blob service, and the elements of each in their order.
pub const SECTIONS: SectionFormats = &[
    ("Logging", &["Version", "Read", "Write", "Delete"]),
    ("HourMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("MinuteMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("Cors", &[]),
    ("DeleteRetentionPolicy", &["Enabled", "Days"]),
    (
        "StaticWebsite",
        &[
            "Enabled",
            "IndexDocument",
            "DefaultIndexDocumentPath",
            "ErrorDocument404Path",
        ],
    ),
    ("DefaultServiceVersion", &[]),
];

const DOCUMENT_BYTES_MAX: u64 = 256 << 10;

/// Returns all sections.
pub fn get(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let mut xml = Writer::new();
    call.storage.service_properties().write(&mut xml);
    Ok(Response::xml(xml))
}

/// Replaces the sections that the document names.
pub fn set(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let leaves = xml::read_leaves(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    call.storage.service_properties().merge(leaves)?;
    Ok(Response::new(202))
}
