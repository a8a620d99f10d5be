//! Get Blob Service Stats and Get Table Service Stats: the state of the secondary region.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-stats>
//! <https://learn.microsoft.com/rest/api/storageservices/get-table-service-stats>

use super::{Call, Operations};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::xml::Writer;

/// Returns the last sync time. Only the secondary answers.
pub fn run<S: Operations>(call: &Call<'_, S>) -> ServiceResult<Response> {
    if !call.address.secondary {
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
