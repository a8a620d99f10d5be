//! The properties of a file in a share: those that are stored with it, and those in an answer.

use std::time::SystemTime;

use azring_transport::http::{Reply, Request};
use azring_transport::service::ApiVersion;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Result;
use crate::entry::{ETag, ObjectProperties, SmbAttributes, SmbProperties};
use crate::store::rest::iso_time;
use crate::store::rest::properties::{ContentHeaders, ObjectHead};

/// The names of the content headers of a file.
/// <https://learn.microsoft.com/rest/api/storageservices/create-file#request-headers>
const CONTENT_HEADERS: ContentHeaders = ContentHeaders {
    encoding: "x-ms-content-encoding",
    language: "x-ms-content-language",
    disposition: "x-ms-content-disposition",
    cache_control: "x-ms-cache-control",
};

const ATTRIBUTES: &str = "x-ms-file-attributes";
const CREATED: &str = "x-ms-file-creation-time";
const LAST_WRITE: &str = "x-ms-file-last-write-time";
const PERMISSION: &str = "x-ms-file-permission";

/// The first version with SMB properties, and the first that does not require them.
const WITH_SMB: ApiVersion = ApiVersion::new(2019, 2, 2);
const WITH_SMB_DEFAULTS: ApiVersion = ApiVersion::new(2021, 6, 8);

/// The properties that are stored with a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StoredWithFile<'a> {
    /// For `None` the service stores `application/octet-stream`.
    pub(super) content_type: Option<&'a str>,
    /// The MD5 of the whole file.
    pub(super) md5: Option<[u8; 16]>,
    /// The properties of the source, for a copy, or those of the replaced file, where they stay.
    pub(super) carried: Option<&'a ObjectProperties>,
    /// The attributes and times that are kept.
    pub(super) smb: Option<&'a SmbProperties>,
}

impl StoredWithFile<'_> {
    /// Adds the headers to the request that makes the file (Create File).
    ///
    /// The file is not read-only yet: the service would refuse its bytes. [`Self::is_stored_late`]
    /// says where a request has to follow.
    pub(super) fn on_create(self, request: Request) -> Request {
        let request = self.content(request);
        let request = match self.carried {
            Some(carried) => carried.on(request, &CONTENT_HEADERS),
            None => request,
        };
        let smb = self.smb.map(|smb| SmbProperties {
            attributes: smb.attributes.without(SmbAttributes::READ_ONLY),
            ..*smb
        });
        on_smb(
            request,
            smb.as_ref(),
            smb.map(|smb| smb.attributes.to_string()),
            &SmbDefaults {
                permission: "inherit",
                attributes: "None",
                time: "now",
            },
        )
    }

    /// Adds the headers to the request that replaces the properties of a file that has its bytes (Set
    /// File Properties). That request clears content headers that it does not name, and leaves the
    /// metadata.
    pub(super) fn on_change(self, request: Request) -> Request {
        let request = self.content(request);
        let request = match self.carried {
            Some(carried) => {
                let headers = ObjectProperties {
                    metadata: Vec::new(),
                    ..carried.clone()
                };
                headers.on(request, &CONTENT_HEADERS)
            }
            None => request,
        };
        let attributes = self.smb.map(|smb| smb.attributes.to_string());
        on_smb(request, self.smb, attributes, &PRESERVED)
    }

    /// Whether something can only be stored once the file has its bytes: the attribute that forbids
    /// writing.
    pub(super) fn is_stored_late(self) -> bool {
        self.smb
            .is_some_and(|smb| smb.attributes.has(SmbAttributes::READ_ONLY))
    }

    fn content(self, request: Request) -> Request {
        let carried_type = self
            .carried
            .and_then(|carried| carried.content_type.as_deref());
        request
            .header_if("x-ms-content-type", self.content_type.or(carried_type))
            .header_if("x-ms-content-md5", self.md5.map(|md5| STANDARD.encode(md5)))
    }
}

/// The values of the SMB properties that are not given, where a version requires them.
struct SmbDefaults {
    permission: &'static str,
    attributes: &'static str,
    time: &'static str,
}

/// Leaves what is not given as it is.
const PRESERVED: SmbDefaults = SmbDefaults {
    permission: "preserve",
    attributes: "preserve",
    time: "preserve",
};

/// Adds the SMB properties, as far as the version of the service has or requires them.
fn on_smb(
    request: Request,
    smb: Option<&SmbProperties>,
    attributes: Option<String>,
    defaults: &SmbDefaults,
) -> Request {
    let version = request.account.capabilities.version();
    if version < WITH_SMB {
        return request;
    }
    let requires_all = version < WITH_SMB_DEFAULTS;
    if smb.is_none() && !requires_all {
        return request;
    }
    let or_default = |value: Option<String>, default: &str| {
        value.or_else(|| requires_all.then(|| default.to_owned()))
    };
    let time = |time: Option<SystemTime>| time.and_then(iso_time::format);
    let created = time(smb.and_then(|smb| smb.created));
    let last_write = time(smb.map(|smb| smb.last_write));
    request
        .header_if(PERMISSION, or_default(None, defaults.permission))
        .header_if(ATTRIBUTES, or_default(attributes, defaults.attributes))
        .header_if(CREATED, or_default(created, defaults.time))
        .header_if(LAST_WRITE, or_default(last_write, defaults.time))
}

/// Adds the attributes and times of a directory to a request that changes them (Set Directory Properties).
/// The attribute `Directory` cannot be removed, so it is always among them.
pub(super) fn on_directory(request: Request, smb: &SmbProperties) -> Request {
    let words = match smb.attributes {
        none if none == SmbAttributes::default() => "Directory".to_owned(),
        attributes => format!("Directory|{attributes}"),
    };
    on_smb(request, Some(smb), Some(words), &PRESERVED)
}

/// Lets a request that writes bytes leave the last-write time as it is. Writes change the time since
/// the version that has this header.
pub(super) fn keep_last_write(request: Request) -> Request {
    if request.account.capabilities.version() < WITH_SMB_DEFAULTS {
        return request;
    }
    request.header(LAST_WRITE, "preserve")
}

/// Lets a copy take over the attributes and times of its source, a file of a share.
pub(super) fn copy_smb(request: Request) -> Request {
    if request.account.capabilities.version() < WITH_SMB {
        return request;
    }
    request
        .header(ATTRIBUTES, "source")
        .header(CREATED, "source")
        .header(LAST_WRITE, "source")
}

/// The properties of a file in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileProperties {
    /// The length of the whole file, in bytes.
    pub(super) bytes: u64,
    /// When it was last modified, in whole seconds.
    pub(super) modified: SystemTime,
    /// Its version.
    pub(super) etag: ETag,
    /// The MD5 stored with it.
    pub(super) md5: Option<[u8; 16]>,
    /// The content type stored with it.
    pub(super) content_type: Option<String>,
    /// Its attributes and times, where the version of the service has them.
    pub(super) smb: Option<SmbProperties>,
}

impl FileProperties {
    /// Reads the answer to a HEAD, whose length and checksum are those of the whole file.
    /// <https://learn.microsoft.com/rest/api/storageservices/get-file-properties#response-headers>
    pub(super) fn of_head(reply: &Reply) -> Result<Self> {
        let ObjectHead {
            bytes,
            version,
            md5,
        } = ObjectHead::of(reply)?;
        Ok(Self {
            bytes,
            modified: version.modified,
            etag: version.etag,
            md5,
            content_type: reply.header("content-type").map(str::to_owned),
            smb: smb_of_reply(reply),
        })
    }
}

/// The SMB properties in the answer to a HEAD; `None` where the version of the service has none.
pub(super) fn smb_of_reply(reply: &Reply) -> Option<SmbProperties> {
    smb_properties(
        reply.header(ATTRIBUTES),
        reply.header(CREATED),
        reply.header(LAST_WRITE),
    )
}

/// The SMB properties in an answer or a listing; `None` where the service gives none.
pub(super) fn smb_properties(
    attributes: Option<&str>,
    created: Option<&str>,
    last_write: Option<&str>,
) -> Option<SmbProperties> {
    Some(SmbProperties {
        attributes: SmbAttributes::of_words(attributes?),
        created: created.and_then(iso_time::parse),
        last_write: iso_time::parse(last_write?)?,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, UNIX_EPOCH};

    use azring_transport::auth::Credential;
    use azring_transport::http::{Account, Endpoint, Scheme};
    use azring_transport::service::Service;
    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

    use super::*;
    use crate::store::rest::checksum::decode_md5;

    const MD5: &str = "1B2M2Y8AsgTpgAmY7PhCfg==";

    fn reply(headers: &[(&'static str, &'static str)]) -> Reply {
        let base = [
            ("last-modified", "Thu, 16 Aug 2018 15:19:39 GMT"),
            ("etag", "\"0x1\""),
        ];
        let headers = base.iter().chain(headers).map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        Reply {
            status: StatusCode::OK,
            headers: headers.collect::<HeaderMap>(),
            body: Bytes::new(),
            attempts: 1,
            refusals: 0,
        }
    }

    fn request(version: Option<&str>) -> Request {
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: "h".into(),
            port: 443,
        };
        let account = Account::new(Service::Share, endpoint, Credential::Anonymous);
        if let Some(version) = version {
            account.capabilities.set_version(version.parse().unwrap());
        }
        Request::new(Method::PUT, &Arc::new(account), "/s/f")
    }

    fn smb(words: &str) -> SmbProperties {
        SmbProperties {
            attributes: SmbAttributes::of_words(words),
            created: Some(UNIX_EPOCH + Duration::from_millis(1_500)),
            last_write: UNIX_EPOCH + Duration::from_millis(2_500),
        }
    }

    #[test]
    fn a_head_has_all_properties_of_a_file() {
        let properties = FileProperties::of_head(&reply(&[
            ("content-length", "5"),
            ("content-md5", MD5),
            ("content-type", "text/plain"),
            ("x-ms-file-attributes", "ReadOnly | Archive"),
            ("x-ms-file-creation-time", "1970-01-01T00:00:01.5000000Z"),
            ("x-ms-file-last-write-time", "1970-01-01T00:00:02.5000000Z"),
        ]))
        .unwrap();
        assert_eq!(
            properties,
            FileProperties {
                bytes: 5,
                modified: UNIX_EPOCH + Duration::from_secs(1_534_432_779),
                etag: ETag("\"0x1\"".into()),
                md5: decode_md5(MD5),
                content_type: Some("text/plain".into()),
                smb: Some(smb("ReadOnly|Archive")),
            }
        );
    }

    #[test]
    fn a_read_only_file_gets_that_attribute_after_its_bytes() {
        let smb = smb("ReadOnly|Hidden");
        let stored = StoredWithFile {
            smb: Some(&smb),
            ..StoredWithFile::default()
        };
        assert!(stored.is_stored_late());
        let created = stored.on_create(request(None));
        assert_eq!(created.header_value(ATTRIBUTES), Some("Hidden"));
        assert_eq!(
            created.header_value(LAST_WRITE),
            Some("1970-01-01T00:00:02.5000000Z")
        );
        assert_eq!(created.header_value(PERMISSION), None);
        let changed = stored.on_change(request(None));
        assert_eq!(changed.header_value(ATTRIBUTES), Some("ReadOnly|Hidden"));
        assert_eq!(
            changed.header_value(CREATED),
            Some("1970-01-01T00:00:01.5000000Z")
        );
    }

    #[test]
    fn a_version_gets_the_smb_properties_that_it_has_or_requires() {
        let nothing = StoredWithFile::default();
        let header = |version, name| {
            let request = nothing.on_create(request(version));
            request.header_value(name).map(str::to_owned)
        };
        assert_eq!(header(None, ATTRIBUTES), None);
        assert_eq!(header(Some("2018-11-09"), ATTRIBUTES), None);
        assert_eq!(
            header(Some("2019-07-07"), ATTRIBUTES).as_deref(),
            Some("None")
        );
        assert_eq!(
            header(Some("2019-07-07"), PERMISSION).as_deref(),
            Some("inherit")
        );
        assert_eq!(header(Some("2019-07-07"), CREATED).as_deref(), Some("now"));
        let changed = nothing.on_change(request(Some("2019-07-07")));
        assert_eq!(changed.header_value(LAST_WRITE), Some("preserve"));
        assert_eq!(
            keep_last_write(request(None)).header_value(LAST_WRITE),
            Some("preserve")
        );
        let old = keep_last_write(request(Some("2019-07-07")));
        assert_eq!(old.header_value(LAST_WRITE), None);
    }

    #[test]
    fn content_headers_and_metadata_are_stored_when_the_file_is_made() {
        let carried = ObjectProperties {
            content_type: Some("text/plain".into()),
            content_encoding: Some("gzip".into()),
            metadata: vec![("Key".into(), "v".into())],
            ..ObjectProperties::default()
        };
        let stored = StoredWithFile {
            md5: decode_md5(MD5),
            carried: Some(&carried),
            ..StoredWithFile::default()
        };
        let created = stored.on_create(request(None));
        assert_eq!(
            created.header_value("x-ms-content-type"),
            Some("text/plain")
        );
        assert_eq!(created.header_value("x-ms-content-encoding"), Some("gzip"));
        assert_eq!(created.header_value("x-ms-content-md5"), Some(MD5));
        assert_eq!(created.header_value("x-ms-meta-Key"), Some("v"));
        let changed = stored.on_change(request(None));
        assert_eq!(changed.header_value("x-ms-content-encoding"), Some("gzip"));
        assert_eq!(changed.header_value("x-ms-meta-Key"), None);
    }
}
