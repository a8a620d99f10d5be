//! The entities of a table that are computed from their numbers.

use std::sync::Arc;

use super::entity_key::EntityKey;
use super::stored_entity::StoredEntity;
use crate::emulator::clock::Moment;
use crate::emulator::pattern_table::PatternTable;
use crate::emulator::table::value::TableTime;

/// The bytes of an entity without its text.
const OTHER_BYTES: usize = 200;
/// When the first entity was written.
const WRITTEN: Moment = Moment::from_seconds(1_700_000_000);
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";

/// The entities of a table in the order of their keys.
#[derive(Debug, Clone)]
pub struct PatternEntities {
    table: PatternTable,
    count: u64,
    /// The number of the first entity of each partition, where partitions have different numbers of rows.
    firsts: Arc<[u64]>,
}

impl PatternEntities {
    /// The entities of this table.
    pub fn new(table: PatternTable) -> Self {
        let (mut count, mut firsts) = (table.count(), Vec::new());
        if table.is_skewed {
            count = 0;
            for partition in 0..table.partitions {
                firsts.push(count);
                count += table.rows_of(partition);
            }
        }
        Self {
            table,
            count,
            firsts: firsts.into(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The key of an entity by its number, in the order of the numbers.
    pub fn key(&self, number: u64) -> EntityKey {
        let (partition, row) = if self.table.is_skewed {
            let partition = self.firsts.partition_point(|first| *first <= number) - 1;
            (partition as u64, number - self.firsts[partition])
        } else {
            (number / self.table.rows, number % self.table.rows)
        };
        EntityKey::new(format!("p{partition:08}"), format!("r{row:010}"))
    }

    /// The entity of a number: properties of several types, the same at every time.
    pub fn entity(&self, number: u64) -> StoredEntity {
        let mut text = String::with_capacity(self.table.entity_bytes);
        let mut state = number | 1 << 40;
        for _ in OTHER_BYTES..self.table.entity_bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text.push(char::from(LETTERS[(state >> 59) as usize]));
        }
        let written = Moment::from_ticks(WRITTEN.ticks() + number);
        let body = format!(
            r#""number@odata.type":"Edm.Int64","number":"{number}","half":{}.5,"even":{},"at@odata.type":"Edm.DateTime","at":"2020-01-01T00:00:00Z","text":"{text}""#,
            number,
            number.is_multiple_of(2)
        );
        StoredEntity {
            written: TableTime::of(written),
            body: body.into(),
        }
    }

    /// The number of the first entity whose key is not before this one.
    pub fn first_from(&self, key: &EntityKey) -> u64 {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.key(middle) < *key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The entity of a key.
    pub fn find(&self, key: &EntityKey) -> Option<StoredEntity> {
        let number = self.first_from(key);
        let is_it = number < self.count() && self.key(number) == *key;
        is_it.then(|| self.entity(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_every_entity_is_found() {
        for text in ["big:3:5:400", "big:3:8:400:zipf"] {
            each_entity_is_found(text);
        }
        let table = PatternTable::parse("big:3:5:400").unwrap();
        let entities = PatternEntities::new(table);
        assert_eq!(entities.first_from(&EntityKey::new("p00000001", "")), 5);
        assert_eq!(entities.first_from(&EntityKey::new("q", "")), 15);
        assert_eq!(entities.find(&EntityKey::new("p00000001", "")), None);
        let properties = entities.entity(7).properties();
        assert_eq!(properties.len(), 5);
        let length = entities.entity(7).body.len();
        assert!((300..500).contains(&length), "{length}");
    }

    fn each_entity_is_found(text: &str) {
        let entities = PatternEntities::new(PatternTable::parse(text).unwrap());
        let numbers = 0..entities.count();
        let keys: Vec<EntityKey> = numbers.map(|number| entities.key(number)).collect();
        assert!(keys.is_sorted_by(|one, other| one < other), "{text}");
        for (number, key) in (0..).zip(&keys) {
            assert_eq!(entities.first_from(key), number);
            assert_eq!(entities.find(key), Some(entities.entity(number)));
        }
    }
}
