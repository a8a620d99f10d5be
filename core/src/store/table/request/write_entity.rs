//! Insert Entity, Insert Or Replace Entity and Insert Or Merge Entity: one entity in one request.
//! <https://learn.microsoft.com/rest/api/storageservices/insert-entity>

use azring_transport::http::{Expected, Request};
use bytes::Bytes;

use super::asks_json;
use super::entity_group::{method, path_in};
use crate::location::TableLocation;
use crate::options::EntityOperation;
use crate::store::table::TableEntity;

/// Writes one entity.
pub fn request(place: &TableLocation, operation: EntityOperation, entity: &TableEntity) -> Request {
    let path = path_in(&place.table_path(), operation, entity);
    let request = Request::new(method(operation), place.account(), path);
    let is_insert = operation == EntityOperation::InsertOrSkip;
    let mut request = asks_json(request)
        .header("content-type", "application/json")
        .header_if("prefer", is_insert.then_some("return-no-content"))
        .expect(Expected::status(204));
    request.payload = Bytes::copy_from_slice(entity.json()).into();
    request
}
