//! Query Entities: one page of the entities of a range.
//! <https://learn.microsoft.com/rest/api/storageservices/query-entities>

use azring_transport::http::{Expected, HedgePolicy, Reply, Request};
use http::Method;

use super::asks_json;
use crate::location::TableLocation;
use crate::store::table::PartitionRange;

/// Where a query continues, as the service wrote it. It is opaque and is sent back unchanged.
/// <https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination>
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyToken {
    /// `NextPartitionKey`.
    pub partition: String,
    /// `NextRowKey`. The service leaves it out where the next partition begins.
    pub row: Option<String>,
}

impl KeyToken {
    /// The token that an answer has; `None` on the last page, however many entities it has.
    ///
    /// An empty `NextRowKey` is the same as none, and the service refuses it in a request.
    pub fn of(reply: &Reply) -> Option<Self> {
        let partition = reply.header("x-ms-continuation-nextpartitionkey")?;
        let row = reply.header("x-ms-continuation-nextrowkey");
        Some(Self {
            partition: partition.to_owned(),
            row: row.filter(|row| !row.is_empty()).map(str::to_owned),
        })
    }
}

/// Asks for the page that begins at `after`, or for the first one. `entities_max`: at most so many; the
/// service has its own limit of 1,000.
pub fn request(
    place: &TableLocation,
    range: &PartitionRange,
    after: Option<&KeyToken>,
    entities_max: Option<u32>,
) -> Request {
    let path = format!("{}()", place.table_path());
    let mut request = asks_json(Request::new(Method::GET, place.account(), path))
        .hedge_policy(HedgePolicy::Never)
        .expect(Expected::status(200));
    if let Some(filter) = range.filter() {
        request = request.query("$filter", filter);
    }
    if let Some(entities_max) = entities_max {
        request = request.query("$top", entities_max.to_string());
    }
    if let Some(KeyToken { partition, row }) = after {
        request = request.query("NextPartitionKey", partition.as_str());
        if let Some(row) = row {
            request = request.query("NextRowKey", row.as_str());
        }
    }
    request
}
