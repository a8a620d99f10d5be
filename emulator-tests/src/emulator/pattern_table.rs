//! A table that exists from the start, whose entities are computed when they are read: for
//! benchmarks with more entities than fit into memory.

/// A table with a number of partitions that have equally many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternTable {
    /// The table's name.
    pub name: String,
    /// Partitions.
    pub partitions: u64,
    /// Rows of each partition.
    pub rows: u64,
    /// About so many bytes of JSON for each entity.
    pub entity_bytes: usize,
}

impl PatternTable {
    /// Reads `NAME:PARTITIONS:ROWS:BYTES`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let name = parts.next()?;
        let is_name = (3..=63).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let table = Self {
            name: name.to_owned(),
            partitions: parts.next()?.parse().ok()?,
            rows: parts.next()?.parse().ok()?,
            entity_bytes: parts.next()?.parse().ok()?,
        };
        let has_keys = (1..=100_000_000).contains(&table.partitions)
            && (1..=10_000_000_000).contains(&table.rows);
        let fits = table.entity_bytes <= 30_000;
        (parts.next().is_none() && is_name && has_keys && fits).then_some(table)
    }

    /// The number of entities.
    pub fn count(&self) -> u64 {
        self.partitions * self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_from_its_text() {
        let table = PatternTable::parse("big:3:5:400").unwrap();
        assert_eq!((table.name.as_str(), table.count()), ("big", 15));
        for bad in [
            "big",
            "big:1:1",
            "b:1:1:1",
            "big:1:1:1:1",
            "big:x:1:1",
            "big:0:1:1",
        ] {
            assert_eq!(PatternTable::parse(bad), None, "{bad}");
        }
    }
}
