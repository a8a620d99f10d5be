//! Everything that a table has, and the changes that are not recorded yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::pattern_table::PatternTable;
use crate::emulator::service::{Locked, Recorded, RecordedState};
use crate::emulator::table::journal::{EntityChange, TablePath, TableRecord};
use crate::emulator::table::state::{EntityKey, PatternEntities, StoredEntity, TableProperties};
use crate::emulator::table::value::TableTime;

/// A table with its lock and its part of the journal.
pub type StoredTable = Recorded<TableState>;

/// The locked state of a table.
pub type LockedTable<'s> = Locked<'s, TableState>;

/// Everything that a table has.
#[derive(Debug)]
pub struct TableState {
    properties: TableProperties,
    entities: BTreeMap<EntityKey, Arc<StoredEntity>>,
    /// The entities that are computed; a table with them can only be read.
    pattern: Option<PatternEntities>,
    /// The time of the last write: no two writes have the same.
    last_written: TableTime,
    /// Whether the table was deleted while a request still uses it.
    pub deleted: bool,
    properties_changed: bool,
    changed: Vec<EntityKey>,
}

impl TableState {
    /// A table with these entities.
    pub fn new(
        properties: TableProperties,
        entities: BTreeMap<EntityKey, Arc<StoredEntity>>,
    ) -> Self {
        let last = entities.values().map(|entity| entity.written).max();
        Self {
            properties,
            entities,
            pattern: None,
            last_written: last.unwrap_or(TableTime::FIRST),
            deleted: false,
            properties_changed: false,
            changed: Vec::new(),
        }
    }

    /// A table whose entities are computed.
    pub fn of_pattern(pattern: &PatternTable, now: Moment) -> Self {
        let properties = TableProperties {
            name: pattern.name.clone(),
            created: now,
            policies: Vec::new(),
        };
        Self {
            pattern: Some(PatternEntities::new(pattern.clone())),
            ..Self::new(properties, BTreeMap::new())
        }
    }

    /// Refuses to change a table that can only be read.
    pub fn check_writable(&self) -> ServiceResult<()> {
        match &self.pattern {
            None => Ok(()),
            Some(_) => Err(Refusal::new(
                403,
                "InsufficientAccountPermissions",
                "The entities of this table are computed. They cannot be changed.",
            )),
        }
    }

    /// Its name and access policies.
    pub fn properties(&self) -> &TableProperties {
        &self.properties
    }

    /// The same for a change.
    pub fn properties_mut(&mut self) -> &mut TableProperties {
        self.properties_changed = true;
        &mut self.properties
    }

    /// The entity of a key.
    pub fn entity(&self, key: &EntityKey) -> Option<Arc<StoredEntity>> {
        match &self.pattern {
            None => self.entities.get(key).cloned(),
            Some(pattern) => pattern.find(key).map(Arc::new),
        }
    }

    /// The entities from a key on.
    pub fn from(
        &self,
        first: &EntityKey,
    ) -> Box<dyn Iterator<Item = (EntityKey, Arc<StoredEntity>)> + '_> {
        let Some(pattern) = &self.pattern else {
            let stored = self.entities.range(first..);
            return Box::new(stored.map(|(key, entity)| (key.clone(), Arc::clone(entity))));
        };
        let numbers = pattern.first_from(first)..pattern.count();
        Box::new(numbers.map(|number| (pattern.key(number), Arc::new(pattern.entity(number)))))
    }

    /// The time of a write that happens now, later than all before.
    pub fn write_time(&mut self, now: Moment) -> TableTime {
        self.last_written = self.last_written.next().max(TableTime::of(now));
        self.last_written
    }

    /// Adds or replaces an entity.
    pub fn put(&mut self, key: EntityKey, entity: StoredEntity) {
        self.changed.push(key.clone());
        self.entities.insert(key, Arc::new(entity));
    }

    /// Removes an entity.
    pub fn remove(&mut self, key: &EntityKey) {
        self.entities.remove(key);
        self.changed.push(key.clone());
    }

    /// The records of a table as it is, for a new journal.
    pub fn records(&self, path: &TablePath) -> Vec<TableRecord> {
        let change = |(key, entity): (&EntityKey, &Arc<StoredEntity>)| {
            (key.clone(), Some(StoredEntity::clone(entity)))
        };
        let mut records = vec![TableRecord::Table(path.clone(), self.properties.clone())];
        let all: Vec<EntityChange> = self.entities.iter().map(change).collect();
        let parts = all.chunks(100);
        records.extend(parts.map(|part| TableRecord::Entities(path.clone(), part.to_vec())));
        records
    }
}

impl RecordedState for TableState {
    type Names = TablePath;
    type Record = TableRecord;

    fn is_deleted(&self) -> bool {
        self.deleted
    }

    fn not_found() -> Refusal {
        Refusal::table_not_found()
    }

    fn take_records(&mut self, names: &TablePath) -> Vec<TableRecord> {
        let mut records = Vec::new();
        if std::mem::take(&mut self.properties_changed) {
            records.push(TableRecord::Table(names.clone(), self.properties.clone()));
        }
        let keys = std::mem::take(&mut self.changed).into_iter();
        let changes: Vec<EntityChange> = keys
            .map(|key| {
                let entity = self.entities.get(&key);
                let entity = entity.map(|entity| StoredEntity::clone(entity));
                (key, entity)
            })
            .collect();
        if !changes.is_empty() {
            records.push(TableRecord::Entities(names.clone(), changes));
        }
        records
    }

    fn forget_changes(&mut self) {
        self.properties_changed = false;
        self.changed.clear();
    }
}
