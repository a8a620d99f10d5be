//! A range of partition keys.

/// The partition keys from one key up to, but without, another. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionRange {
    /// The first partition key; `None`: from the first of the table.
    pub from: Option<String>,
    /// The partition key that ends the range and is not in it; `None`: to the last of the table.
    pub until: Option<String>,
}

impl PartitionRange {
    /// The range as a filter of a query; `None` for all keys. Quotes in a key are doubled. The request
    /// encodes the text for the URL.
    /// <https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities>
    pub fn filter(&self) -> Option<String> {
        let condition = |operator: &str, key: &String| {
            format!("PartitionKey {operator} '{}'", key.replace('\'', "''"))
        };
        match (&self.from, &self.until) {
            (None, None) => None,
            (Some(from), None) => Some(condition("ge", from)),
            (None, Some(until)) => Some(condition("lt", until)),
            (Some(from), Some(until)) => Some(format!(
                "{} and {}",
                condition("ge", from),
                condition("lt", until)
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_filter_with_doubled_quotes() {
        let range = |from: Option<&str>, until: Option<&str>| PartitionRange {
            from: from.map(str::to_owned),
            until: until.map(str::to_owned),
        };
        assert_eq!(range(None, None).filter(), None);
        assert_eq!(
            range(None, Some("aa")).filter().as_deref(),
            Some("PartitionKey lt 'aa'")
        );
        assert_eq!(
            range(Some("aa"), Some("b'b")).filter().as_deref(),
            Some("PartitionKey ge 'aa' and PartitionKey lt 'b''b'")
        );
        assert_eq!(
            range(Some("''"), None).filter().as_deref(),
            Some("PartitionKey ge ''''''")
        );
    }
}
