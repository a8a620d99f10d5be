//! The dialect of blob storage.
//! <https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api>

use hyper::header::{HeaderName, HeaderValue};

use super::{ApiVersion, Dialect, ErrorFormat, Signing};

/// 4,000 MiB blocks and 5,000 MiB single uploads need 2019-12-12, CRC-64 with every block
/// 2019-02-02. Servers that know newer versions know this one too.
pub(super) static DIALECT: Dialect = Dialect {
    label: "blob",
    default_version: ApiVersion::new(2021, 12, 2),
    default_version_value: HeaderValue::from_static("2021-12-02"),
    fallback_version: None,
    crc64_version: ApiVersion::CRC64,
    sas_version: ApiVersion::new(2021, 12, 2),
    version_header: HeaderName::from_static("x-ms-version"),
    date_header: HeaderName::from_static("x-ms-date"),
    client_request_id_header: HeaderName::from_static("x-ms-client-request-id"),
    request_id_header: HeaderName::from_static("x-ms-request-id"),
    error_code_header: HeaderName::from_static("x-ms-error-code"),
    error_formats: &[ErrorFormat::Xml, ErrorFormat::Json],
    numbers_operations: false,
    signing: Signing::SharedKey,
};
