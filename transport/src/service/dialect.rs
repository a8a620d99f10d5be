//! The services, and the columns of their table: the values in which their requests and answers
//! differ.

use hyper::header::{HeaderName, HeaderValue};

use super::{ApiVersion, ErrorFormat, blob, share, table};

/// A service of a storage account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Blob storage.
    Blob,
    /// Azure Files: file shares.
    Share,
    /// Table storage.
    Table,
}

impl Service {
    /// The values in which its requests and answers differ from those of the others.
    pub fn dialect(self) -> &'static Dialect {
        match self {
            Self::Blob => &blob::DIALECT,
            Self::Share => &share::DIALECT,
            Self::Table => &table::DIALECT,
        }
    }
}

/// The values in which the requests and answers of a service differ from those of the others.
#[derive(Debug)]
pub struct Dialect {
    /// The label of the service in host names (`account.LABEL.core.windows.net`) and in signatures.
    pub label: &'static str,
    /// The version that requests name unless the user or the service lowers it.
    pub default_version: ApiVersion,
    /// The same version as the value of a header, made once.
    pub(super) default_version_value: HeaderValue,
    /// The version that requests name once a service has refused the default and named no other.
    /// `None`: every service has the default.
    pub(super) fallback_version: Option<ApiVersion>,
    /// The first version in which requests carry the CRC-64 of their body.
    pub(super) crc64_version: ApiVersion,
    /// The version that shared access signatures name.
    pub sas_version: ApiVersion,
    /// The request header that names the version.
    pub version_header: HeaderName,
    /// The request header with the time of a signature.
    pub date_header: HeaderName,
    /// The header with the request's own id, which answers repeat.
    pub client_request_id_header: HeaderName,
    /// The answer header with the service's id of the request, which support asks for.
    pub request_id_header: HeaderName,
    /// The answer header with the code of an error.
    pub error_code_header: HeaderName,
    /// The forms of a refusal's body, the service's own first. The others come from gateways and
    /// older services.
    pub error_formats: &'static [ErrorFormat],
    /// The message of a refusal may begin with the index of the operation that it is about, and a
    /// colon: `3:The specified entity already exists.`
    pub numbers_operations: bool,
    /// What an account's key signs.
    pub signing: Signing,
}

/// What an account's key signs, and under which name the signature is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// `SharedKey` of the blob, queue and file services: eleven headers by position, all `x-ms-`
    /// headers, all query parameters.
    SharedKey,
    /// `SharedKey` of the table service: three headers, the path, and the query parameter `comp`.
    SharedKeyTable,
}

impl Dialect {
    /// The value of the version header. The default version costs nothing.
    pub(crate) fn version_value(&self, version: ApiVersion) -> HeaderValue {
        if version == self.default_version {
            return self.default_version_value.clone();
        }
        HeaderValue::try_from(version.to_string()).expect("digits and hyphens are plain text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Service; 3] = [Service::Blob, Service::Share, Service::Table];

    #[test]
    fn every_default_version_has_its_own_value() {
        for service in ALL {
            let dialect = service.dialect();
            let version = dialect.default_version.to_string();
            assert_eq!(dialect.default_version_value, version, "{service:?}");
            assert_eq!(dialect.version_value(dialect.default_version), version);
            let older = ApiVersion::new(2017, 11, 9);
            assert_eq!(dialect.version_value(older), "2017-11-09");
        }
    }

    #[test]
    fn only_tables_sign_less_and_answer_in_json() {
        for service in ALL {
            let Dialect {
                signing,
                error_formats,
                label,
                ..
            } = service.dialect();
            let is_table = *label == "table";
            assert_eq!(*signing == Signing::SharedKeyTable, is_table);
            assert_eq!(error_formats[0] == ErrorFormat::Json, is_table);
        }
    }
}
