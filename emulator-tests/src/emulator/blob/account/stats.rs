//! Get Blob Service Stats: how far the secondary region is. <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-stats>

use super::super::super::clock::Moment;
use super::super::super::error::{Answer, Refusal};
use super::super::super::http::response::Response;
use super::super::super::xml::Writer;
use super::super::call::Call;

/// Answered by the secondary only.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    if !call.target.secondary {
        return Err(Refusal::invalid_query(
            "comp",
            "stats",
            "served by the secondary location only",
        ));
    }
    let behind = call.behaviour.secondary_lag_ms.saturating_mul(10_000);
    let synced = Moment::from_ticks(call.now.ticks().saturating_sub(behind));
    let mut xml = Writer::new();
    xml.open("StorageServiceStats", &[])
        .open("GeoReplication", &[]);
    xml.leaf("Status", "live")
        .leaf("LastSyncTime", &synced.rfc1123());
    xml.close("GeoReplication").close("StorageServiceStats");
    Ok(Response::xml(xml))
}
