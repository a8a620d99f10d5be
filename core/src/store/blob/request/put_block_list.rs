//! Put Block List: makes or replaces a blob from blocks, in the order of the list. 201; 400
//! `InvalidBlockList` when a block is missing.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block-list>

use std::fmt::Write as _;

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::block_id::BlockId;
use crate::store::blob::properties::Stored;
use crate::store::rest::conditions::Condition;

/// Commits the blob of this full name. Each id stands for the block that was uploaded last under it.
pub fn request(
    place: &BlobLocation,
    name: &str,
    ids: impl IntoIterator<Item = BlockId>,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let ids: Vec<BlockId> = ids.into_iter().collect();
    let list = body("Latest", ids.iter().map(BlockId::as_str));
    of_list(place, name, list, stored, condition)
}

/// Commits blocks again that are already committed, whoever uploaded them. All other blocks of the blob are
/// deleted.
pub fn again<'a>(
    place: &BlobLocation,
    name: &str,
    committed: impl Iterator<Item = &'a str>,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let list = body("Committed", committed);
    of_list(place, name, list, stored, condition)
}

fn of_list(
    place: &BlobLocation,
    name: &str,
    list: String,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "blocklist")
        .header("content-type", "application/xml")
        .payload(list)
        .expect(Expected::status(201));
    condition.on(stored.on(request))
}

/// The block list as XML. The ids are base64, so nothing has to be escaped.
fn body<'a>(kind: &str, ids: impl Iterator<Item = &'a str>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    for id in ids {
        let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"+/=".contains(&letter);
        debug_assert!(id.bytes().all(is_plain), "an id is base64");
        let _infallible = write!(xml, "<{kind}>{id}</{kind}>");
    }
    xml.push_str("</BlockList>");
    xml
}
