//! The key of an entity in its table.

use super::key_text::KeyText;

/// Partition key and row key, in the order of queries.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct EntityKey {
    /// `PartitionKey`.
    pub partition: KeyText,
    /// `RowKey`.
    pub row: KeyText,
}

impl EntityKey {
    /// A key of two texts.
    pub fn new(partition: impl Into<KeyText>, row: impl Into<KeyText>) -> Self {
        Self {
            partition: partition.into(),
            row: row.into(),
        }
    }
}
