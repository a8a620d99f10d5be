//! The dialect of Azure Files.
//! <https://learn.microsoft.com/rest/api/storageservices/file-service-rest-api>

use hyper::header::{HeaderName, HeaderValue};

use super::{ApiVersion, Dialect, ErrorFormat, Signing};

/// Bearer tokens, and names that end in a dot, need 2022-11-02.
pub(super) static DIALECT: Dialect = Dialect {
    label: "file",
    default_version: ApiVersion::new(2022, 11, 2),
    default_version_value: HeaderValue::from_static("2022-11-02"),
    version_header: HeaderName::from_static("x-ms-version"),
    date_header: HeaderName::from_static("x-ms-date"),
    client_request_id_header: HeaderName::from_static("x-ms-client-request-id"),
    request_id_header: HeaderName::from_static("x-ms-request-id"),
    error_code_header: HeaderName::from_static("x-ms-error-code"),
    error_formats: &[ErrorFormat::Xml, ErrorFormat::Json],
    signing: Signing::SharedKey,
};
