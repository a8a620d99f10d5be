//! The keys that a filter can select at all, so that a query does not look at a whole table.

use super::compare::Comparison;
use super::expression::Filter;
use crate::emulator::table::state::{EntityKey, KeyText};

/// Bounds of partition keys, and of row keys inside of one partition. Both ends are included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyBounds {
    partition: TextBounds,
    row: TextBounds,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TextBounds {
    first: Option<KeyText>,
    last: Option<KeyText>,
}

impl TextBounds {
    fn narrow(&mut self, comparison: Comparison, text: &KeyText) {
        let raises = matches!(
            comparison,
            Comparison::Equal | Comparison::Greater | Comparison::GreaterOrEqual
        );
        let lowers = matches!(
            comparison,
            Comparison::Equal | Comparison::Less | Comparison::LessOrEqual
        );
        if raises && self.first.as_ref().is_none_or(|first| first < text) {
            self.first = Some(text.clone());
        }
        if lowers && self.last.as_ref().is_none_or(|last| last > text) {
            self.last = Some(text.clone());
        }
    }

    fn is_behind(&self, text: &KeyText) -> bool {
        self.last.as_ref().is_some_and(|last| last < text)
    }
}

impl KeyBounds {
    /// The bounds of a filter: those that hold whatever the rest of it says.
    pub fn of(filter: &Filter) -> Self {
        let mut bounds = Self::default();
        bounds.narrow(filter);
        bounds
    }

    fn narrow(&mut self, filter: &Filter) {
        match filter {
            Filter::And(left, right) => {
                self.narrow(left);
                self.narrow(right);
            }
            Filter::Partition(comparison, text) => self.partition.narrow(*comparison, text),
            Filter::Row(comparison, text) => self.row.narrow(*comparison, text),
            Filter::Or(..) | Filter::Not(_) | Filter::Property(..) | Filter::Constant(_) => {}
        }
    }

    /// The first key that can be selected.
    pub fn first(&self) -> EntityKey {
        let Some(partition) = self.partition.first.clone() else {
            return EntityKey::default();
        };
        let row = self.row.first.clone().unwrap_or_default();
        EntityKey { partition, row }
    }

    /// Whether this key and all after it cannot be selected.
    pub fn is_behind(&self, key: &EntityKey) -> bool {
        let in_last = self.partition.last.as_ref() == Some(&key.partition);
        self.partition.is_behind(&key.partition) || in_last && self.row.is_behind(&key.row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(filter: &str) -> KeyBounds {
        KeyBounds::of(&Filter::parse(filter).unwrap())
    }

    #[test]
    fn a_conjunction_bounds_the_keys_and_an_alternative_does_not() {
        let range = bounds("PartitionKey ge 'b' and PartitionKey lt 'd' and age eq 1");
        assert_eq!(range.first(), EntityKey::new("b", ""));
        assert!(!range.is_behind(&EntityKey::new("d", "")));
        assert!(range.is_behind(&EntityKey::new("d0", "")));
        let point = bounds("PartitionKey eq 'b' and RowKey eq 'r'");
        assert_eq!(point.first(), EntityKey::new("b", "r"));
        assert!(point.is_behind(&EntityKey::new("b", "r0")));
        assert!(point.is_behind(&EntityKey::new("c", "")));
        for open in [
            "PartitionKey eq 'b' or age eq 1",
            "not (PartitionKey eq 'b')",
            "PartitionKey ne 'b'",
        ] {
            assert_eq!(bounds(open), KeyBounds::default(), "{open}");
        }
        // Row keys bound nothing where partitions are many.
        let rows = bounds("RowKey ge 'r'");
        assert_eq!(rows.first(), EntityKey::default());
        assert!(!rows.is_behind(&EntityKey::new("z", "z")));
        let many = bounds("PartitionKey ge 'b' and RowKey lt 'd'");
        assert!(!many.is_behind(&EntityKey::new("b", "z")));
    }
}
