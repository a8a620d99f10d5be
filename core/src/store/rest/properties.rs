//! The properties that a service stores with an object, in both directions: content headers and metadata.

use std::time::SystemTime;

use azring_transport::http::{Reply, Request};

use super::checksum::decode_md5;
use super::conditions::etag;
use super::{date, malformed};
use crate::Result;
use crate::entry::{ETag, ObjectProperties};

/// The beginning of the names of headers that carry metadata.
const METADATA: &str = "x-ms-meta-";

/// A service's own names of the content headers. They are never about the request's own body.
#[derive(Debug)]
pub(crate) struct ContentHeaders {
    pub(crate) encoding: &'static str,
    pub(crate) language: &'static str,
    pub(crate) disposition: &'static str,
    pub(crate) cache_control: &'static str,
}

/// What the answer to a HEAD says of every object: of the whole object, not of a range.
#[derive(Debug)]
pub(crate) struct ObjectHead {
    /// Its length in bytes.
    pub(crate) bytes: u64,
    /// Its version.
    pub(crate) version: HeadVersion,
    /// The MD5 stored with it.
    pub(crate) md5: Option<[u8; 16]>,
}

impl ObjectHead {
    /// Reads the answer. Fails where a header is missing that every service sends.
    pub(crate) fn of(reply: &Reply) -> Result<Self> {
        let bytes = reply
            .header("content-length")
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| malformed("the header `Content-Length` is missing"))?;
        Ok(Self {
            bytes,
            version: HeadVersion::of(reply)?,
            md5: reply.header("content-md5").and_then(decode_md5),
        })
    }
}

/// The version of an object in an answer, which may be one with a range.
#[derive(Debug)]
pub(crate) struct HeadVersion {
    /// When it was last modified, in whole seconds.
    pub(crate) modified: SystemTime,
    /// Its entity tag.
    pub(crate) etag: ETag,
}

impl HeadVersion {
    /// Reads the answer.
    pub(crate) fn of(reply: &Reply) -> Result<Self> {
        let modified = reply
            .header("last-modified")
            .and_then(date::parse)
            .ok_or_else(|| malformed("the header `Last-Modified` is missing"))?;
        let etag = etag(reply).ok_or_else(|| malformed("the header `ETag` is missing"))?;
        Ok(Self { modified, etag })
    }
}

impl ObjectProperties {
    /// Reads the answer to a HEAD.
    pub fn of_head(reply: &Reply) -> Self {
        let text = |name| reply.header(name).map(str::to_owned);
        let metadata = reply.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(METADATA)?;
            Some((name.to_owned(), value.to_str().ok()?.to_owned()))
        });
        Self {
            content_type: text("content-type"),
            content_encoding: text("content-encoding"),
            content_language: text("content-language"),
            content_disposition: text("content-disposition"),
            cache_control: text("cache-control"),
            metadata: metadata.collect(),
            tier: None,
            tags: None,
            facts: None,
        }
    }

    /// Adds all but the content type to the request that stores them.
    pub(crate) fn on(&self, request: Request, names: &ContentHeaders) -> Request {
        let request = request
            .header_if(names.encoding, self.content_encoding.as_deref())
            .header_if(names.language, self.content_language.as_deref())
            .header_if(names.disposition, self.content_disposition.as_deref())
            .header_if(names.cache_control, self.cache_control.as_deref());
        self.metadata_on(request)
    }

    /// Adds the metadata to the request that stores it.
    pub(crate) fn metadata_on(&self, request: Request) -> Request {
        self.metadata
            .iter()
            .fold(request, |request, (name, value)| {
                // A service keeps the case of a name and ignores it in comparisons.
                request.header(format!("{METADATA}{name}"), value.as_str())
            })
    }
}
