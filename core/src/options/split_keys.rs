//! Where the partition keys of a table are split for an export.

/// What separates two keys. No key contains it.
/// <https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields>
const SEPARATOR: char = '#';

/// The word instead of keys.
const AUTO: &str = "auto";

/// Where the partition keys of a table are split into ranges that are exported at the same time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SplitKeys {
    /// Nowhere: there is one range.
    #[default]
    None,
    /// Before each of these keys, which ascend as the service orders keys.
    Before(Vec<String>),
    /// Where the export finds it useful.
    Auto,
}

impl SplitKeys {
    /// Reads `key1#key2#...` or `auto`.
    ///
    /// # Errors
    ///
    /// A message that names an empty key or one that does not ascend.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case(AUTO) {
            return Ok(Self::Auto);
        }
        let keys: Vec<String> = text.split(SEPARATOR).map(str::to_owned).collect();
        if keys.iter().any(String::is_empty) {
            return Err(format!(
                "a partition key is empty: give keys with `{SEPARATOR}` between them, as in `aa{SEPARATOR}bb`"
            ));
        }
        // The service orders keys by their UTF-16 code units.
        let descends = |pair: &&[String]| !pair[0].encode_utf16().lt(pair[1].encode_utf16());
        if let Some(pair) = keys.windows(2).find(descends) {
            return Err(format!(
                "the partition key `{}` does not come after `{}`: give each key once, in ascending order",
                pair[1].escape_debug(),
                pair[0].escape_debug()
            ));
        }
        Ok(Self::Before(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_separated_and_ascend_as_the_service_orders_them() {
        let keys = |keys: &[&str]| SplitKeys::Before(keys.iter().map(|&key| key.into()).collect());
        assert_eq!(SplitKeys::parse("aa#bb").unwrap(), keys(&["aa", "bb"]));
        assert_eq!(SplitKeys::parse("B#a").unwrap(), keys(&["B", "a"]));
        let emoji = "\u{1f600}#\u{ffee}";
        assert_eq!(
            SplitKeys::parse(emoji).unwrap(),
            keys(&["\u{1f600}", "\u{ffee}"])
        );
        assert_eq!(SplitKeys::parse("AUTO").unwrap(), SplitKeys::Auto);
    }

    #[test]
    fn empty_and_descending_keys_are_refused_by_name() {
        for text in ["", "#aa", "aa#", "aa##bb"] {
            assert!(
                SplitKeys::parse(text).unwrap_err().contains("empty"),
                "{text}"
            );
        }
        for text in ["bb#aa", "aa#aa", "a#B", "\u{ffee}#\u{1f600}"] {
            let error = SplitKeys::parse(text).unwrap_err();
            assert!(error.contains("does not come after"), "{error}");
        }
    }
}
