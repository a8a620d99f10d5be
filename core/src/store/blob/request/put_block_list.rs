//! Put Block List: makes the blob of the blocks it names, in that order. 201, and what was there before is gone; 400
//! `InvalidBlockList` when a block is not there.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block-list>

use azring_transport::http::Request;
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::block_id::BlockId;
use crate::store::blob::properties::Stored;
use crate::store::rest::conditions::Condition;

/// Commits the blob of this full name. Each block is the one uploaded last under its id.
pub fn request(
    place: &BlobLocation,
    name: &str,
    ids: impl IntoIterator<Item = BlockId>,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, &place.account, place.blob_path(name))
        .query("comp", "blocklist")
        .header("content-type", "application/xml")
        .payload(body(ids));
    condition.on(stored.on(request))
}

/// The list. An id is made of letters and digits: there is nothing to escape.
fn body(ids: impl IntoIterator<Item = BlockId>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    for id in ids {
        xml.push_str("<Latest>");
        xml.push_str(id.as_str());
        xml.push_str("</Latest>");
    }
    xml.push_str("</BlockList>");
    xml
}
