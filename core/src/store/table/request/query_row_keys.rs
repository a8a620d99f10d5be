//! Query Entities, for the row keys of one partition in a range.
//! <https://learn.microsoft.com/rest/api/storageservices/query-entities>

use std::collections::HashSet;

use azring_transport::http::{Expected, Request};
use http::Method;

use super::asks_json;
use crate::Result;
use crate::dump::json::{JsonText, Members, page};
use crate::location::TableLocation;
use crate::store::rest::malformed;

/// Asks for the row keys from `first` to `last`, both included.
pub fn request(place: &TableLocation, partition: &str, first: &str, last: &str) -> Request {
    let [partition, first, last] = [partition, first, last].map(|key| key.replace('\'', "''"));
    let path = format!("{}()", place.table_path());
    asks_json(Request::new(Method::GET, place.account(), path))
        .query(
            "$filter",
            format!("PartitionKey eq '{partition}' and RowKey ge '{first}' and RowKey le '{last}'"),
        )
        .query("$select", "RowKey")
        .expect(Expected::status(200))
}

/// Reads the row keys of a page.
pub fn parse(body: &[u8]) -> Result<HashSet<Box<str>>> {
    let entities = page::entities(body)?;
    let mut keys = HashSet::with_capacity(entities.len());
    for place in entities {
        for member in Members::of(&body[place]) {
            let member = member.map_err(|_| malformed("an entity is no JSON object"))?;
            if member.is_called("RowKey")
                && let Some(key) = JsonText::of_value(member.value)
            {
                keys.insert(key.to_text().into());
            }
        }
    }
    Ok(keys)
}
