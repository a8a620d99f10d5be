//! The dialect of Azure Files.
//! <https://learn.microsoft.com/rest/api/storageservices/file-service-rest-api>

use hyper::header::{HeaderName, HeaderValue};

use super::{ApiVersion, Dialect, ErrorFormat, Signing};

/// CRC-64 inside of a request's body needs 2025-01-05, and bytes in Create File 2026-02-06; public
/// clients send both since 2026-06-06. Bearer tokens, and names that end in a dot, need 2022-11-02.
pub(super) static DIALECT: Dialect = Dialect {
    label: "file",
    default_version: ApiVersion::new(2026, 6, 6),
    default_version_value: HeaderValue::from_static("2026-06-06"),
    fallback_version: Some(ApiVersion::new(2022, 11, 2)),
    crc64_version: ApiVersion::new(2025, 1, 5),
    sas_version: ApiVersion::new(2022, 11, 2),
    version_header: HeaderName::from_static("x-ms-version"),
    date_header: HeaderName::from_static("x-ms-date"),
    client_request_id_header: HeaderName::from_static("x-ms-client-request-id"),
    request_id_header: HeaderName::from_static("x-ms-request-id"),
    error_code_header: HeaderName::from_static("x-ms-error-code"),
    error_formats: &[ErrorFormat::Xml, ErrorFormat::Json],
    numbers_operations: false,
    signing: Signing::SharedKey,
};
