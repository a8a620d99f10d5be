//! The dialect of table storage.
//! <https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api>

use hyper::header::{HeaderName, HeaderValue};

use super::{ApiVersion, Dialect, ErrorFormat, Signing};

/// Refusals are JSON where the request accepts JSON, and Atom (XML) where the service has not read
/// so far. Bearer tokens need 2020-12-06.
pub(super) static DIALECT: Dialect = Dialect {
    label: "table",
    default_version: ApiVersion::new(2020, 12, 6),
    default_version_value: HeaderValue::from_static("2020-12-06"),
    fallback_version: None,
    crc64_version: ApiVersion::CRC64,
    sas_version: ApiVersion::new(2020, 12, 6),
    version_header: HeaderName::from_static("x-ms-version"),
    date_header: HeaderName::from_static("x-ms-date"),
    client_request_id_header: HeaderName::from_static("x-ms-client-request-id"),
    request_id_header: HeaderName::from_static("x-ms-request-id"),
    error_code_header: HeaderName::from_static("x-ms-error-code"),
    error_formats: &[ErrorFormat::Json, ErrorFormat::Xml],
    numbers_operations: true,
    signing: Signing::SharedKeyTable,
};
