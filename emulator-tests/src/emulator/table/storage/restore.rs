//! From records to tables with their entities.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::table_state::TableState;
use crate::emulator::table::journal::{TablePath, TableRecord};
use crate::emulator::table::state::{EntityKey, StoredEntity, TableProperties};

type RestoredTable = (TableProperties, BTreeMap<EntityKey, Arc<StoredEntity>>);

/// What the records of an earlier run say.
#[derive(Debug, Default)]
pub struct RestoredTables {
    /// The tables.
    pub tables: Vec<(TablePath, TableState)>,
    /// The documents of service properties by account; empty ones are left out.
    pub service_properties: BTreeMap<String, String>,
}

/// Applies the records.
pub fn restore(records: Vec<TableRecord>) -> RestoredTables {
    let mut tables: BTreeMap<TablePath, RestoredTable> = BTreeMap::new();
    let mut service_properties = BTreeMap::new();
    for record in records {
        match record {
            TableRecord::Table(path, properties) => {
                let fresh = (properties.clone(), BTreeMap::new());
                tables.entry(path).or_insert(fresh).0 = properties;
            }
            TableRecord::NoTable(path) => {
                tables.remove(&path);
            }
            TableRecord::Entities(path, changes) => {
                let Some((_, entities)) = tables.get_mut(&path) else {
                    continue;
                };
                for (key, entity) in changes {
                    match entity {
                        Some(entity) => entities.insert(key, Arc::new(entity)),
                        None => entities.remove(&key),
                    };
                }
            }
            TableRecord::ServiceProperties(account, document) => {
                service_properties.insert(account, document);
            }
        }
    }
    service_properties.retain(|_, document: &mut String| !document.is_empty());
    let tables = tables.into_iter();
    let tables =
        tables.map(|(path, (properties, entities))| (path, TableState::new(properties, entities)));
    RestoredTables {
        tables: tables.collect(),
        service_properties,
    }
}
