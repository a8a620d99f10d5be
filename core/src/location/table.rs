//! A place in the Table service: its parts, the paths of its requests, and how its URL path is read.

use std::fmt;
use std::sync::Arc;

use azring_transport::http::Account;

use super::account::is_cosmos;
use super::encoding::decode;
use super::url::{shown, usage};
use super::{AccountPlace, ServicePlace};
use crate::Result;

/// A table.
#[derive(Debug, Clone)]
pub struct TableLocation {
    /// The account that holds the table.
    pub account_place: AccountPlace,
    /// The table. The service keeps its case and ignores it.
    pub table: String,
}

impl TableLocation {
    /// The parts that every place in a service has.
    pub fn place(&self) -> ServicePlace<'_> {
        ServicePlace {
            account_place: &self.account_place,
            root: &self.table,
            directory: "",
            is_directory: false,
            snapshot: None,
        }
    }

    /// Whether the service lists entities in the order of their partition keys, as Azure's storage does.
    pub fn is_in_order(&self) -> bool {
        !is_cosmos(&self.account().endpoint.host)
    }

    /// The endpoint and the credential that is sent to it.
    pub fn account(&self) -> &Arc<Account> {
        &self.account_place.account
    }

    /// The path of the table in a request, as it is for inserts.
    pub fn table_path(&self) -> String {
        self.place().root_path()
    }

    /// The path of something else in the account, for example `Tables` or `$batch`.
    pub fn account_path(&self, name: &str) -> String {
        format!("{}/{name}", self.account_place.base_path)
    }

    /// The URL of the table, without a credential.
    pub fn table_url(&self) -> String {
        format!("{}{}", self.account_place.origin(), self.table_path())
    }
}

/// The URL, without a credential.
impl fmt::Display for TableLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place().fmt(f)
    }
}

/// The beginning of the tables that the service itself writes: they can be read.
/// <https://learn.microsoft.com/rest/api/storageservices/about-storage-analytics-metrics>
const METRICS: &str = "$Metrics";

/// Reads the table that the path of a URL names. A slash may end it.
///
/// `is_cosmos`: the host belongs to Azure Cosmos DB, which takes more names.
/// <https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#table-names>
pub(super) fn read_path(path: &str, is_cosmos: bool) -> Result<String> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Err(usage(
            "the URL names no table: `https://ACCOUNT.table.core.windows.net/TABLE`",
        ));
    }
    if path.contains('/') {
        return Err(usage(format!(
            "`{}` names more than a table: the URL of a table ends with its name",
            shown(path)
        )));
    }
    let table = decode(path)?;
    let fault = if is_cosmos {
        cosmos_fault(&table)
    } else {
        name_fault(&table)
    };
    match fault {
        None => Ok(table),
        Some(fault) => Err(usage(format!(
            "`{}` is no name of a table: {fault}",
            shown(&table)
        ))),
    }
}

/// What is wrong with the name of a table.
fn name_fault(table: &str) -> Option<&'static str> {
    let letters = table.strip_prefix(METRICS).unwrap_or(table);
    let is_plain = letters.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain {
        return Some("it has letters (A-Z, a-z) and digits only");
    }
    if !(3..=63).contains(&table.len()) {
        return Some("it has 3 to 63 characters");
    }
    if letters.starts_with(|first: char| first.is_ascii_digit()) {
        return Some("it begins with a letter");
    }
    table
        .eq_ignore_ascii_case("tables")
        .then_some("the service has reserved it")
}

/// The same for Azure Cosmos DB, which refuses what a URL cannot hold.
fn cosmos_fault(table: &str) -> Option<&'static str> {
    if table.chars().count() > 254 {
        return Some("it has at most 254 characters");
    }
    let is_plain = |character: char| !character.is_control() && !"/\\#?".contains(character);
    (!table.chars().all(is_plain)).then_some("it has a character that no table may have")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &str, is_cosmos: bool) -> String {
        read_path(path, is_cosmos).unwrap_err().to_string()
    }

    #[test]
    fn a_name_of_a_table_is_3_to_63_letters_and_digits() {
        let longest = "a".repeat(63);
        for name in ["abc", "MyTable1", "$MetricsCapacityBlob", longest.as_str()] {
            assert_eq!(read_path(name, false).unwrap(), name);
            assert_eq!(read_path(&format!("{name}/"), false).unwrap(), name);
        }
        let too_long = "a".repeat(64);
        for (name, says) in [
            ("", "names no table"),
            ("/", "names no table"),
            ("abc/def", "more than a table"),
            ("ab", "3 to 63"),
            (too_long.as_str(), "3 to 63"),
            ("1abc", "begins with a letter"),
            ("my_table", "letters (A-Z, a-z) and digits only"),
            ("my-table", "letters (A-Z, a-z) and digits only"),
            ("$logs", "letters (A-Z, a-z) and digits only"),
            ("t%C3%BCr", "letters (A-Z, a-z) and digits only"),
            ("Tables", "reserved"),
        ] {
            let message = fault(name, false);
            assert!(message.contains(says), "{name}: {message}");
        }
    }

    #[test]
    fn a_name_in_cosmos_may_have_more_characters() {
        assert_eq!(
            read_path("my-table_%C3%BC", true).unwrap(),
            "my-table_\u{fc}"
        );
        assert!(fault("a%23b", true).contains("no table may have"));
        assert!(fault(&"a".repeat(255), true).contains("254"));
    }
}
