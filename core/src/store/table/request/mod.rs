//! The REST calls of Table storage, one per file: the request, and how its answer is read.
//!
//! Every builder takes the place and plain values, and returns a [`Request`] that can be sent any
//! number of times. No IO.

use azring_transport::http::Request;

pub mod create_table;

pub mod query_entities;

pub mod query_row_keys;

pub mod entity_group;

pub mod write_entity;

/// Entities with the types that their JSON does not show, and nothing more.
/// <https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations>
const MINIMAL_METADATA: &str = "application/json;odata=minimalmetadata";

/// The version of `OData` that has JSON.
/// <https://learn.microsoft.com/rest/api/storageservices/setting-the-odata-data-service-version-headers>
const DATA_SERVICE_VERSION: &str = "3.0";

/// Asks for JSON: older forms are refused or differ.
fn asks_json(request: Request) -> Request {
    request
        .header("accept", MINIMAL_METADATA)
        .header("dataserviceversion", DATA_SERVICE_VERSION)
        .header("maxdataserviceversion", "3.0;NetFx")
}

#[cfg(test)]
mod tests;
