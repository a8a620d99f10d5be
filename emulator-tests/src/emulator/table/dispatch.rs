//! Which function serves a call.

use super::call::TableCall;
use super::operation::TableOperation as Call;
use super::{account, batch, entity, names, whole_table};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::service_stats;

/// Serves a call.
pub fn run(operation: Call, call: &TableCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    // Older versions have Atom only, which is not served. Requests may name no version.
    if call.head.header("x-ms-version").is_some() && !call.version.since(2013, 8, 15) {
        return Err(Refusal::json_not_supported());
    }
    let table = call.target.table();
    if !table.is_empty() {
        names::check_table(&table)?;
    }
    match operation {
        Call::GetTableServiceProperties => account::service_properties::get(call),
        Call::SetTableServiceProperties => account::service_properties::set(call, body),
        Call::GetTableServiceStats => service_stats::run(call),

        Call::QueryTables => account::query_tables::run(call),
        Call::CreateTable => account::create_table::run(call, body),
        Call::GetTable => whole_table::get::run(call),
        Call::DeleteTable => whole_table::delete::run(call),
        Call::GetTableAcl => whole_table::acl::get(call),
        Call::SetTableAcl => whole_table::acl::set(call, body),

        Call::InsertEntity => entity::insert::run(call, body),
        Call::QueryEntities => entity::query::run(call),
        Call::GetEntity => entity::get::run(call),
        Call::UpdateEntity
        | Call::MergeEntity
        | Call::InsertOrReplaceEntity
        | Call::InsertOrMergeEntity => entity::update::run(call, operation, body),
        Call::DeleteEntity => entity::delete::run(call),

        Call::EntityGroupTransaction => batch::run(call, body),
    }
}
