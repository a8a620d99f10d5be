//! Create Table. <https://learn.microsoft.com/rest/api/storageservices/create-table>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::asks_json;
use crate::dump::json::escaped;
use crate::location::TableLocation;

/// Makes the table.
pub fn request(place: &TableLocation) -> Request {
    let request = Request::new(Method::POST, place.account(), place.account_path("Tables"));
    let mut request = asks_json(request)
        .header("content-type", "application/json")
        .header("prefer", "return-no-content")
        .expect(Expected::status(204));
    request.payload = format!("{{\"TableName\":\"{}\"}}", escaped(&place.table)).into();
    request
}
