//! What a request addresses in the Table service: an account, its tables, a table, an entity, or a
//! batch.
//! <https://learn.microsoft.com/rest/api/storageservices/addressing-table-service-resources>

use super::state::EntityKey;
use crate::emulator::auth::SignedTarget;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::query::{Query, decode};
use crate::emulator::version::ApiVersion;

/// What the path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableResource {
    /// The account.
    Account,
    /// All tables: `Tables`.
    Tables,
    /// One table by its name: `Tables('name')`.
    Table(String),
    /// The entities of a table: `name` or `name()`.
    Entities(String),
    /// An entity: `name(PartitionKey='p',RowKey='r')`.
    Entity(String, EntityKey),
    /// `$batch`.
    Batch,
}

/// What a request addresses, and the table of its SAS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableTarget {
    /// What the path names.
    pub resource: TableResource,
    /// `tn` of a SAS in small letters: the table that it was made for.
    pub sas_table: Option<String>,
}

impl TableTarget {
    /// Reads the path below the account, percent-encoded, and the query.
    pub fn of(path: &str, query: &Query) -> ServiceResult<Self> {
        let sas_table = query.filled("tn").map(str::to_ascii_lowercase);
        Ok(Self {
            resource: resource(&decode(path))?,
            sas_table,
        })
    }

    /// The table's name as it is found: in small letters.
    pub fn table(&self) -> String {
        match &self.resource {
            TableResource::Account | TableResource::Tables | TableResource::Batch => String::new(),
            TableResource::Table(name)
            | TableResource::Entities(name)
            | TableResource::Entity(name, _) => name.to_ascii_lowercase(),
        }
    }

    /// The key, for calls on one entity.
    pub fn key(&self) -> EntityKey {
        match &self.resource {
            TableResource::Entity(_, key) => key.clone(),
            _ => EntityKey::default(),
        }
    }
}

fn resource(path: &str) -> ServiceResult<TableResource> {
    let path = path.trim_end_matches('/');
    let (name, keys) = match path.split_once('(') {
        Some((name, rest)) => (
            name,
            Some(rest.strip_suffix(')').ok_or_else(Refusal::query_syntax)?),
        ),
        None => (path, None),
    };
    let is_tables = name.eq_ignore_ascii_case("tables");
    match (name, keys.map(str::trim)) {
        ("", None) => Ok(TableResource::Account),
        ("$batch", None) => Ok(TableResource::Batch),
        (_, None | Some("")) if is_tables => Ok(TableResource::Tables),
        (_, Some(keys)) if is_tables => {
            let (table, rest) = literal(keys).ok_or_else(Refusal::query_syntax)?;
            if !rest.is_empty() {
                return Err(Refusal::query_syntax());
            }
            Ok(TableResource::Table(table))
        }
        (_, None | Some("")) => Ok(TableResource::Entities(name.to_owned())),
        (_, Some(keys)) => {
            let key = entity_key(keys).ok_or_else(Refusal::query_syntax)?;
            // A slash separates parts of a path, encoded or not.
            if key.partition.as_str().contains('/') || key.row.as_str().contains('/') {
                return Err(Refusal::query_syntax());
            }
            Ok(TableResource::Entity(name.to_owned(), key))
        }
    }
}

/// `PartitionKey='p',RowKey='r'`, in any order.
fn entity_key(keys: &str) -> Option<EntityKey> {
    let (mut partition, mut row) = (None, None);
    let mut rest = keys;
    loop {
        let (name, value) = rest.split_once('=')?;
        let (text, behind) = literal(value.trim_start())?;
        let key = match name.trim() {
            "PartitionKey" => &mut partition,
            "RowKey" => &mut row,
            _ => return None,
        };
        if key.replace(text).is_some() {
            return None;
        }
        match behind.trim_start().strip_prefix(',') {
            Some(more) => rest = more,
            None if behind.trim().is_empty() => return Some(EntityKey::new(partition?, row?)),
            None => return None,
        }
    }
}

/// A text in quotes, in which a quote is doubled, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (before, behind) = rest.split_once('\'')?;
        value.push_str(before);
        match behind.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, behind)),
        }
    }
}

/// The SAS of a table names it in `tn`. A batch has no other name of a table in its address.
impl SignedTarget for TableTarget {
    fn signed_path(&self, _query: &Query) -> ServiceResult<String> {
        let signed = self.sas_table.clone();
        let signed = signed
            .ok_or_else(|| Refusal::authentication_failed("tn is mandatory. It cannot be empty"))?;
        let addressed = self.table();
        if !addressed.is_empty() && addressed != signed {
            return Err(Refusal::authentication_failed(
                "The SAS was not made for this table",
            ));
        }
        Ok(signed)
    }

    fn signed_fields<'q>(&self, query: &'q Query, _version: ApiVersion) -> Vec<&'q str> {
        ["spk", "srk", "epk", "erk"]
            .map(|name| query.or_empty(name))
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn resource_of(path: &str) -> Option<TableResource> {
        TableTarget::of(path, &Query::default())
            .ok()
            .map(|target| target.resource)
    }

    #[test]
    fn every_kind_of_path_is_read() {
        let entity = |partition: &str, row: &str| {
            Some(TableResource::Entity(
                "t".to_owned(),
                EntityKey::new(partition, row),
            ))
        };
        assert_eq!(resource_of(""), Some(TableResource::Account));
        assert_eq!(resource_of("Tables"), Some(TableResource::Tables));
        assert_eq!(resource_of("Tables()"), Some(TableResource::Tables));
        assert_eq!(resource_of("$batch"), Some(TableResource::Batch));
        assert_eq!(
            resource_of("Tables('x')"),
            Some(TableResource::Table("x".to_owned()))
        );
        for path in ["t", "t()", "t/"] {
            assert_eq!(
                resource_of(path),
                Some(TableResource::Entities("t".to_owned())),
                "{path}"
            );
        }
        assert_eq!(
            resource_of("t(PartitionKey='a',RowKey='b')"),
            entity("a", "b")
        );
        assert_eq!(
            resource_of("t(RowKey='b', PartitionKey='a')"),
            entity("a", "b")
        );
        assert_eq!(resource_of("t(PartitionKey='',RowKey='')"), entity("", ""));
        assert_eq!(
            resource_of("t(PartitionKey='a%27%27%2C',RowKey='%22A''aaa%22)%28')"),
            entity("a',", "\"A'aaa\")(")
        );
        for bad in [
            "t(PartitionKey='a')",
            "t(PartitionKey='a',RowKey='b'",
            "t(PartitionKey='a',RowKey='b',RowKey='c')",
            "t(PartitionKey='a' RowKey='b')",
            "t(PartitionKey=a,RowKey='b')",
            "t(PartitionKey='a%2Fb',RowKey='b')",
            "Tables('x'y)",
        ] {
            assert_eq!(resource_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_sas_of_a_table_names_it_in_small_letters() {
        let query = Query::parse("tn=MyTable");
        let signed = |path: &str| {
            let target = TableTarget::of(path, &query).unwrap();
            target.signed_path(&query).ok()
        };
        assert_eq!(signed("mytable()").as_deref(), Some("mytable"));
        assert_eq!(signed("$batch").as_deref(), Some("mytable"));
        assert_eq!(signed("other"), None);
    }

    proptest! {
        #[test]
        fn keys_of_an_address_read_back(partition in "\\PC*", row in "\\PC*") {
            prop_assume!(!partition.contains('/') && !row.contains('/'));
            let quoted = |key: &str| key.replace('\'', "''");
            let path = format!("t(PartitionKey='{}',RowKey='{}')", quoted(&partition), quoted(&row));
            let path = percent_encoding::utf8_percent_encode(&path, percent_encoding::NON_ALPHANUMERIC);
            let found = resource_of(&path.to_string());
            prop_assert_eq!(found, Some(TableResource::Entity("t".to_owned(), EntityKey::new(partition, row))));
        }

        #[test]
        fn no_path_makes_the_reader_panic(path in "[t(')=,%27/ PartionKeyRw\\PC]*") {
            let _ = resource_of(&path);
        }
    }
}
