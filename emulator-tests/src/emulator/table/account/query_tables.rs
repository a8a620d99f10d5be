//! Query Tables. <https://learn.microsoft.com/rest/api/storageservices/query-tables>

use std::fmt::Write as _;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::filter::{Filter, FilteredEntity};
use crate::emulator::table::json::{MetadataLevel, Property};
use crate::emulator::table::state::{EntityKey, StoredEntity};
use crate::emulator::table::value::{EdmValue, JsonText, TableTime};
use crate::emulator::table::{answer, page_token};

/// The most tables or entities of a page.
pub const PAGE_MAX: usize = 1000;

/// Separates the name from the time of creation in a token.
const SEPARATOR: char = '\u{1}';

/// Returns one page of the tables in the order of their names.
pub fn run(call: &TableCall<'_>) -> ServiceResult<Response> {
    let level = call.metadata_level()?;
    let filter = call
        .query
        .filled("$filter")
        .map(Filter::parse)
        .transpose()?;
    let max = listing::entries_max(call, page_size(call)?);
    let from = match call.query.get("NextTableName") {
        None => String::new(),
        Some(token) => {
            let key = page_token::key(token)?;
            key.split(SEPARATOR).next().unwrap_or_default().to_owned()
        }
    };
    let mut document = format!("{{{}\"value\":[", metadata(call, level, ""));
    let mut next = None;
    let mut listed = 0;
    for (name, table) in call.storage.list(&from) {
        let properties = table.lock().properties().clone();
        if !filter
            .as_ref()
            .is_none_or(|filter| selects(filter, &properties.name))
        {
            continue;
        }
        if listed == max {
            let created = properties.created.ticks();
            next = Some(format!("{name}{SEPARATOR}{created:016x}"));
            break;
        }
        document.push_str(if listed == 0 { "{" } else { ",{" });
        write_table(&mut document, call, level, &properties.name);
        document.push('}');
        listed += 1;
    }
    document.push_str("]}");
    let mut response = answer::json(200, level, document);
    if let Some(next) = next {
        response.set("x-ms-continuation-NextTableName", page_token::token(&next));
    }
    Ok(response)
}

/// `$top`, between 1 and 1,000; 1,000 without it.
pub fn page_size(call: &TableCall<'_>) -> ServiceResult<usize> {
    match call.query.get("$top").map(str::parse) {
        None => Ok(PAGE_MAX),
        Some(Ok(top @ 1..=PAGE_MAX)) => Ok(top),
        Some(_) => Err(Refusal::invalid_request_input()),
    }
}

/// Whether a filter on `TableName` selects a table.
fn selects(filter: &Filter, name: &str) -> bool {
    let property = Property {
        name: JsonText::of("TableName"),
        value: EdmValue::String(JsonText::of(name)),
    };
    let entity = StoredEntity::new(TableTime::FIRST, &[property]);
    filter.matches(&FilteredEntity::new(&EntityKey::default(), &entity))
}

/// `odata.metadata` of tables, with a comma behind it.
pub fn metadata(call: &TableCall<'_>, level: MetadataLevel, element: &str) -> String {
    if level == MetadataLevel::None {
        return String::new();
    }
    let endpoint = call.endpoint();
    format!("\"odata.metadata\":\"{endpoint}$metadata#Tables{element}\",")
}

/// Appends the members of a table.
pub fn write_table(out: &mut String, call: &TableCall<'_>, level: MetadataLevel, name: &str) {
    if level == MetadataLevel::Full {
        let _ = write!(
            out,
            "\"odata.type\":\"{}.Tables\",\"odata.id\":\"{}Tables('{name}')\",\"odata.editLink\":\"Tables('{name}')\",",
            call.account.name,
            call.endpoint(),
        );
    }
    let _ = write!(out, "\"TableName\":\"{name}\"");
}
