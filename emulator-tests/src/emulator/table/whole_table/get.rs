//! Query Tables for one table. <https://learn.microsoft.com/rest/api/storageservices/query-tables>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::table::account::query_tables;
use crate::emulator::table::answer;
use crate::emulator::table::call::TableCall;

/// Returns the table's name. A missing table is a missing resource here.
pub fn run(call: &TableCall<'_>) -> ServiceResult<Response> {
    let level = call.metadata_level()?;
    let table = call.storage.find(&call.target.table());
    let table = table.ok_or_else(Refusal::resource_not_found)?;
    let name = table.enter()?.properties().name.clone();
    let metadata = query_tables::metadata(call, level, "/@Element");
    let mut document = format!("{{{metadata}");
    query_tables::write_table(&mut document, call, level, &name);
    document.push('}');
    Ok(answer::json(200, level, document))
}
