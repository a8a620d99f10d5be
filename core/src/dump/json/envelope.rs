//! What stands before, between and after the entities of a data file that azring writes.
//!
//! Together they are what the service answers to a query with minimal metadata, with a line feed
//! after each comma between two entities.

use super::super::name::ExportId;
use super::escaped;

/// Between two entities.
pub const BETWEEN: &[u8] = b",\n";

/// After the last entity.
pub const END: &[u8] = b"]}";

/// Before the first entity: the address of the table's metadata in Azure, also for a table of an
/// emulator, so that the file depends on the table alone.
pub fn begin(export: &ExportId) -> String {
    let [account, table] = [&export.account, &export.table].map(|name| escaped(name));
    format!(
        "{{\"odata.metadata\":\"https://{account}.table.core.windows.net/$metadata#{table}\",\"value\":["
    )
}
