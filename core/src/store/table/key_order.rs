//! The order of keys.

use std::cmp::Ordering;

/// The order in which the service lists keys: by UTF-16 code units. It differs from the order of `str` for
/// characters above U+FFFF.
pub fn compare_keys(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_ordered_by_their_utf_16_code_units() {
        let ordered = [
            "",
            "0",
            "A",
            "_",
            "a",
            "aa",
            "\u{e9}",
            "\u{1f600}z",
            "\u{ffee}",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(compare_keys(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert!("\u{1f600}z" > "\u{ffee}", "code points order otherwise");
    }
}
