//! Get Account Information: whether an account has a hierarchical namespace. 200.
//! <https://learn.microsoft.com/rest/api/storageservices/get-account-information>

use azring_transport::http::{Expected, Reply, Request};
use http::Method;

use crate::location::BlobLocation;

/// Asks at the container of this place, which a signature for a container or a blob permits too.
pub fn request(place: &BlobLocation) -> Request {
    Request::new(Method::HEAD, place.account(), place.container_path())
        .query("restype", "account")
        .query("comp", "properties")
        .expect(Expected::status(200))
}

/// Whether the account has a hierarchical namespace. Services before 2019-07-07 do not say it, and have none.
pub fn is_hierarchical(reply: &Reply) -> bool {
    let text = reply.header("x-ms-is-hns-enabled");
    text.is_some_and(|text| text.eq_ignore_ascii_case("true"))
}
