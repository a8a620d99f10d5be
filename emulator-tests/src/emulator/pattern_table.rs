//! A table that exists from the start, whose entities are computed when they are read: for
//! benchmarks with more entities than fit into memory.

/// Spreads the ranks of partitions over their numbers.
const RANK_STEP: u64 = 7919;

/// A table with a number of partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternTable {
    /// The table's name.
    pub name: String,
    /// Partitions.
    pub partitions: u64,
    /// Rows of each partition, or of the largest one.
    pub rows: u64,
    /// The partition of rank k has the k-th part of the rows of the largest one, instead of as many.
    pub is_skewed: bool,
    /// About so many bytes of JSON for each entity.
    pub entity_bytes: usize,
}

impl PatternTable {
    /// Reads `NAME:PARTITIONS:ROWS:BYTES`, perhaps with `:zipf` behind.
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
            is_skewed: match parts.next() {
                None => false,
                Some("zipf") => true,
                Some(_) => return None,
            },
        };
        let has_keys = (1..=100_000_000).contains(&table.partitions)
            && (1..=10_000_000_000).contains(&table.rows);
        let fits = table.entity_bytes <= 30_000;
        (parts.next().is_none() && is_name && has_keys && fits).then_some(table)
    }

    /// The rows of a partition.
    pub fn rows_of(&self, partition: u64) -> u64 {
        if !self.is_skewed {
            return self.rows;
        }
        let rank = 1 + partition * RANK_STEP % self.partitions;
        (self.rows / rank).max(1)
    }

    /// The number of entities.
    pub fn count(&self) -> u64 {
        if self.is_skewed {
            (0..self.partitions)
                .map(|partition| self.rows_of(partition))
                .sum()
        } else {
            self.partitions * self.rows
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_from_its_text() {
        let table = PatternTable::parse("big:3:5:400").unwrap();
        assert_eq!((table.name.as_str(), table.count()), ("big", 15));
        let skewed = PatternTable::parse("big:4:60:400:zipf").unwrap();
        let rows: Vec<u64> = (0..4).map(|partition| skewed.rows_of(partition)).collect();
        assert_eq!((rows, skewed.count()), (vec![60, 15, 20, 30], 125));
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
