//! A batch: entities of one partition that are written together or not at all.

use std::collections::HashSet;

use super::entity::TableEntity;
use super::request::entity_group;
use super::rules::{BATCH_BYTES_MAX, BATCH_ENTITIES_MAX};

/// Entities of one partition, in the order of the file, no row key twice.
#[derive(Debug, Default)]
pub struct EntityBatch {
    entities: Vec<TableEntity>,
    rows: HashSet<Box<str>>,
    bytes: usize,
}

impl EntityBatch {
    /// Adds an entity of the same partition. Gives it back where the batch cannot hold it: it is full, or
    /// has an entity of the same row key, which must be written first.
    pub fn add(&mut self, entity: TableEntity) -> Result<(), TableEntity> {
        let bytes = entity_group::operation_bytes_max(&entity);
        let has_room = self.entities.len() < BATCH_ENTITIES_MAX
            && self.bytes + bytes <= BATCH_BYTES_MAX
            && !self.rows.contains(&entity.row);
        // An entity that is larger than a batch is refused by the service, and by its name.
        if !has_room && !self.entities.is_empty() {
            return Err(entity);
        }
        self.rows.insert(entity.row.clone());
        self.bytes += bytes;
        self.entities.push(entity);
        Ok(())
    }

    /// Whether a batch has a row key of this one.
    pub fn shares_rows(&self, rows: &HashSet<Box<str>>) -> bool {
        !self.rows.is_disjoint(rows)
    }

    /// The entities, and their row keys.
    pub fn into_parts(self) -> (Vec<TableEntity>, HashSet<Box<str>>) {
        (self.entities, self.rows)
    }

    /// The entities.
    pub fn entities(&self) -> &[TableEntity] {
        &self.entities
    }

    /// Their row keys.
    pub fn rows(&self) -> &HashSet<Box<str>> {
        &self.rows
    }

    /// How many entities it has.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// About how many bytes its request has.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(row: &str, bytes: usize) -> TableEntity {
        let filler = "x".repeat(bytes);
        let json = format!(r#"{{"PartitionKey":"p","RowKey":"{row}","v":"{filler}"}}"#);
        TableEntity::of_json(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_batch_has_100_entities_at_most() {
        let mut batch = EntityBatch::default();
        for row in 0..BATCH_ENTITIES_MAX {
            batch.add(entity(&row.to_string(), 1)).unwrap();
        }
        assert!(batch.add(entity("more", 1)).is_err());
        assert_eq!(batch.len(), 100);
    }

    #[test]
    fn a_batch_stays_below_4_mib_unless_one_entity_is_larger() {
        let mut batch = EntityBatch::default();
        batch.add(entity("a", 2 << 20)).unwrap();
        assert!(batch.add(entity("b", 2 << 20)).is_err());
        batch.add(entity("b", 1 << 20)).unwrap();
        assert!(batch.bytes() <= BATCH_BYTES_MAX);
        let mut large = EntityBatch::default();
        large.add(entity("a", 5 << 20)).unwrap();
        assert!(large.add(entity("b", 1)).is_err());
    }

    #[test]
    fn no_row_key_is_in_a_batch_twice() {
        let mut batch = EntityBatch::default();
        batch.add(entity("a", 1)).unwrap();
        batch.add(entity("A", 1)).unwrap();
        assert!(batch.add(entity("a", 2)).is_err());
        let (entities, rows) = batch.into_parts();
        assert_eq!((entities.len(), rows.len()), (2, 2));
    }
}
