//! Create Table. <https://learn.microsoft.com/rest/api/storageservices/create-table>

use std::collections::BTreeMap;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::error::set_preference;
use crate::emulator::table::json::{EntityDocument, MetadataLevel};
use crate::emulator::table::names;
use crate::emulator::table::state::TableProperties;
use crate::emulator::table::storage::TableState;
use crate::emulator::table::value::EdmValue;
use crate::emulator::table::{account, answer};

const DOCUMENT_BYTES_MAX: u64 = 64 << 10;

/// Creates a table.
pub fn run(call: &TableCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let document = EntityDocument::read(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    let mut properties = document.properties.into_iter();
    let named = properties.find(|property| property.name.as_str() == "TableName");
    let Some(EdmValue::String(name)) = named.map(|property| property.value) else {
        return Err(Refusal::properties_need_value());
    };
    let name = name.plain();
    names::check_table(&name)?;
    let sends_no_content = call.head.header("prefer") == Some("return-no-content");
    let level = if sends_no_content {
        MetadataLevel::Minimal
    } else {
        call.metadata_level()?
    };
    let table = TableProperties {
        name: name.clone(),
        created: call.now,
        policies: Vec::new(),
    };
    call.storage
        .create(TableState::new(table, BTreeMap::new()), call.now)?;
    let location = format!("{}Tables('{name}')", call.endpoint());
    let mut response = if sends_no_content {
        answer::empty(204).header("DataServiceId", location.clone())
    } else {
        let metadata = account::query_tables::metadata(call, level, "/@Element");
        let mut document = format!("{{{metadata}");
        account::query_tables::write_table(&mut document, call, level, &name);
        document.push('}');
        answer::json(201, level, document)
    };
    response.set("Location", location);
    set_preference(&mut response, call.head);
    Ok(response)
}
