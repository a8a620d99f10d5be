//! Get Blob Tags: the index tags of a blob. 200.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-tags>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::tags_document;
use crate::Result;
use crate::location::BlobLocation;
use crate::options::BlobTags;
use crate::store::rest::xml::Xml;

/// Asks for the tags of the blob of this full name.
pub fn request(place: &BlobLocation, name: &str) -> Request {
    Request::new(Method::GET, place.account(), place.blob_path(name))
        .query("comp", "tags")
        .expect(Expected::status(200))
}

/// Reads the answer.
pub fn parse(body: &[u8]) -> Result<BlobTags> {
    tags_document::read(&mut Xml::open(body, "Tags")?)
}
