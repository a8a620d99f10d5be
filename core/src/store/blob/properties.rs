//! The properties of a blob: those that an upload stores, and those in an answer to HEAD or GET.

use std::time::SystemTime;

use azring_transport::http::{Reply, Request, content_range};
use azring_transport::service::ApiVersion;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::entry::{ArchiveState, ETag, Layout, ObjectProperties};
use crate::location::BlobLocation;
pub use crate::options::BlobType;
use crate::options::{AccessTier, BlobTags, PropertyOptions};
use crate::store::rest::checksum::decode_md5;
use crate::store::rest::malformed;
use crate::store::rest::properties::{ContentHeaders, HeadVersion, ObjectHead};
use crate::{Error, Result};

/// The metadata that marks an empty blob as a directory. Its name and value are compared ignoring case.
pub const FOLDER_MARK: &str = "hdi_isfolder";

/// The layout of a blob of this type. A blob of an unknown type is read like a block blob.
pub fn kind(blob_type: Option<BlobType>, is_folder: bool) -> Layout {
    match blob_type {
        _ if is_folder => Layout::Folder,
        Some(BlobType::Page) => Layout::Pages,
        Some(BlobType::Append) => Layout::Appended,
        Some(BlobType::Block) | None => Layout::Plain,
    }
}

/// The names of the content headers of a blob.
/// <https://learn.microsoft.com/rest/api/storageservices/put-blob#request-headers-all-blob-types>
const CONTENT_HEADERS: ContentHeaders = ContentHeaders {
    encoding: "x-ms-blob-content-encoding",
    language: "x-ms-blob-content-language",
    disposition: "x-ms-blob-content-disposition",
    cache_control: "x-ms-blob-cache-control",
};

/// The properties that an upload stores.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stored<'a> {
    /// For `None` the service stores `application/octet-stream`.
    pub content_type: Option<&'a str>,
    /// The MD5 of the whole object.
    pub md5: Option<[u8; 16]>,
    /// The properties of the source, for a copy.
    pub carried: Option<&'a ObjectProperties>,
}

impl Stored<'_> {
    /// Adds the headers to the request that makes the blob, with its tier and its tags.
    pub fn on(self, request: Request) -> Request {
        let request = self.on_change(request);
        match self.carried {
            Some(carried) => blob_properties_on(carried, request),
            None => request,
        }
    }

    /// Adds the headers to the request that replaces them. All of them are `x-ms-blob-` headers, which are never
    /// about the request's own body.
    pub fn on_change(self, request: Request) -> Request {
        let carried_type = self
            .carried
            .and_then(|carried| carried.content_type.as_deref());
        let request = request
            .header_if("x-ms-blob-content-type", self.content_type.or(carried_type))
            .header_if(
                "x-ms-blob-content-md5",
                self.md5.map(|md5| STANDARD.encode(md5)),
            );
        match self.carried {
            Some(carried) => carried.on(request, &CONTENT_HEADERS),
            None => request,
        }
    }
}

/// Adds the tier and the tags to the request that makes a blob. Tags that are too long for a header follow in a request
/// of their own.
pub fn blob_properties_on(properties: &ObjectProperties, request: Request) -> Request {
    let tags = properties.tags.as_ref().and_then(BlobTags::header);
    request
        .header_if("x-ms-access-tier", properties.tier.map(AccessTier::word))
        .header_if("x-ms-tags", tags)
}

/// The tier of a blob, as a service describes it in an answer or in a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundTier {
    /// Its tier, where it is a known one.
    pub tier: Option<AccessTier>,
    /// It is that of the account, because none was set for the blob.
    pub is_inferred: bool,
    /// It is on its way out of the archive.
    pub is_rehydrating: bool,
}

impl FoundTier {
    /// The tier that was set for the blob.
    pub fn chosen(self) -> Option<AccessTier> {
        self.tier.filter(|_| !self.is_inferred)
    }

    /// Why the blob cannot be read, where its tier is the reason.
    pub fn archive(self) -> Option<ArchiveState> {
        let is_archived = self.tier == Some(AccessTier::Archive);
        is_archived.then_some(if self.is_rehydrating {
            ArchiveState::Rehydrating
        } else {
            ArchiveState::Archived
        })
    }

    /// Reads an answer.
    fn of(reply: &Reply) -> Self {
        Self {
            tier: reply
                .header("x-ms-access-tier")
                .and_then(AccessTier::from_word),
            is_inferred: reply
                .header("x-ms-access-tier-inferred")
                .is_some_and(is_true),
            is_rehydrating: reply.header("x-ms-archive-status").is_some(),
        }
    }
}

/// Whether a service's text says yes.
pub fn is_true(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("true")
}

/// Fails where the service is of a version that ignores the tier or the tags that are to be stored.
pub(super) fn check_version(given: &PropertyOptions, place: &BlobLocation) -> Result<()> {
    let version = place.account().capabilities.version();
    let needs = [
        (given.tier.is_some(), ApiVersion::new(2018, 11, 9), "tier"),
        (given.tags.is_some(), ApiVersion::new(2019, 12, 12), "tags"),
    ];
    for (is_given, since, what) in needs {
        if is_given && version < since {
            return Err(Error::Usage(format!(
                "the service of `{place}` knows version {version} only, in which a blob gets no {what} when it is written"
            )));
        }
    }
    Ok(())
}

/// The properties of a blob in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Properties {
    /// The length of the whole blob, in bytes.
    pub bytes: u64,
    /// When it was last modified, in whole seconds.
    pub modified: SystemTime,
    /// Its version.
    pub etag: ETag,
    /// The MD5 stored with it.
    pub md5: Option<[u8; 16]>,
    /// The content type stored with it.
    pub content_type: Option<String>,
    /// The type; `None` where the answer has none, or an unknown one.
    pub blob_type: Option<BlobType>,
    /// Whether it is a directory mark and no data.
    pub is_folder: bool,
    /// Whether it has index tags, which the answer does not show.
    pub has_tags: bool,
    /// The tier that was set for it.
    pub tier: Option<AccessTier>,
    /// Why it cannot be read, where its tier is the reason.
    pub archive: Option<ArchiveState>,
}

impl Properties {
    /// Reads the answer to a HEAD, whose length and checksum are those of the whole blob.
    /// <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties#response-headers>
    pub fn of_head(reply: &Reply) -> Result<Self> {
        let ObjectHead {
            bytes,
            version,
            md5,
        } = ObjectHead::of(reply)?;
        Ok(Self::new(reply, bytes, version, md5))
    }

    /// Reads the answer to a GET.
    ///
    /// A partial answer has the length of the whole blob in its `Content-Range`, and the MD5 of the whole blob in
    /// `x-ms-blob-content-md5`. `Content-MD5` is not used: it may be that of the range, and some servers compute
    /// one where none is stored.
    /// <https://learn.microsoft.com/rest/api/storageservices/get-blob#response-headers>
    pub fn of_get(reply: &Reply) -> Result<Self> {
        let bytes = match reply.header("content-range") {
            Some(text) => content_range(text).and_then(|answer| answer.object_bytes),
            None => reply
                .header("content-length")
                .and_then(|text| text.parse().ok()),
        };
        let bytes = bytes.ok_or_else(|| {
            malformed("neither `Content-Length` nor `Content-Range` has the length of the blob")
        })?;
        let md5 = reply.header("x-ms-blob-content-md5").and_then(decode_md5);
        Ok(Self::new(reply, bytes, HeadVersion::of(reply)?, md5))
    }

    fn new(reply: &Reply, bytes: u64, version: HeadVersion, md5: Option<[u8; 16]>) -> Self {
        let tier = FoundTier::of(reply);
        Self {
            tier: tier.chosen(),
            archive: tier.archive(),
            has_tags: reply.header("x-ms-tag-count").is_some(),
            bytes,
            modified: version.modified,
            etag: version.etag,
            md5,
            content_type: reply.header("content-type").map(str::to_owned),
            blob_type: reply.header("x-ms-blob-type").and_then(BlobType::from_word),
            is_folder: bytes == 0
                && reply
                    .header("x-ms-meta-hdi_isfolder")
                    .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

    use super::*;

    fn reply(headers: &[(&'static str, &'static str)]) -> Reply {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect::<HeaderMap>();
        Reply {
            status: StatusCode::OK,
            headers,
            body: Bytes::new(),
            attempts: 1,
            refusals: 0,
        }
    }

    const DATE: (&str, &str) = ("last-modified", "Thu, 16 Aug 2018 15:19:39 GMT");
    const TAG: (&str, &str) = ("etag", "\"0x1\"");
    const MD5: &str = "1B2M2Y8AsgTpgAmY7PhCfg==";

    #[test]
    fn a_head_has_all_properties_of_a_blob() {
        let properties = Properties::of_head(&reply(&[
            DATE,
            TAG,
            ("content-length", "5"),
            ("content-md5", MD5),
            ("content-type", "text/plain"),
            ("x-ms-blob-type", "AppendBlob"),
        ]))
        .unwrap();
        assert_eq!(
            properties,
            Properties {
                bytes: 5,
                modified: UNIX_EPOCH + Duration::from_secs(1_534_432_779),
                etag: ETag("\"0x1\"".into()),
                md5: decode_md5(MD5),
                content_type: Some("text/plain".into()),
                blob_type: Some(BlobType::Append),
                is_folder: false,
                has_tags: false,
                tier: None,
                archive: None,
            }
        );
    }

    #[test]
    fn a_partial_answer_has_the_whole_length_and_not_its_own_md5() {
        let range = [
            DATE,
            TAG,
            ("content-length", "2"),
            ("content-range", "bytes 0-1/5"),
            ("content-md5", MD5),
        ];
        let properties = Properties::of_get(&reply(&range)).unwrap();
        assert_eq!((properties.bytes, properties.md5), (5, None));
        let whole = [
            DATE,
            TAG,
            ("content-length", "5"),
            ("x-ms-blob-content-md5", MD5),
        ];
        let properties = Properties::of_get(&reply(&whole)).unwrap();
        assert_eq!((properties.bytes, properties.md5), (5, decode_md5(MD5)));
    }

    #[test]
    fn an_empty_blob_with_the_mark_is_a_directory() {
        let marked = |length| {
            Properties::of_head(&reply(&[
                DATE,
                TAG,
                ("content-length", length),
                ("x-ms-meta-hdi_isfolder", "True"),
            ]))
            .unwrap()
        };
        assert!(marked("0").is_folder);
        assert!(!marked("1").is_folder);
    }

    #[test]
    fn an_answer_that_leaves_something_out_is_refused() {
        for headers in [
            vec![TAG, ("content-length", "5")],
            vec![DATE, ("content-length", "5")],
            vec![DATE, TAG],
            vec![DATE, TAG, ("content-length", "x")],
        ] {
            assert!(
                Properties::of_head(&reply(&headers)).is_err(),
                "{headers:?}"
            );
        }
        assert!(Properties::of_get(&reply(&[DATE, TAG, ("content-range", "bytes */5")])).is_err());
    }
}
