//! Which names tables may have, and which keys entities.
//! <https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::names::{check_length, invalid_name};

/// The longest key, in UTF-16 units.
const KEY_UNITS_MAX: usize = 1024;

/// Checks a table's name: 3 to 63 letters and digits, of which the first is a letter. `tables` is
/// reserved.
pub fn check_table(name: &str) -> ServiceResult<()> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if !is_plain || !begins || name.eq_ignore_ascii_case("tables") {
        return Err(invalid_name());
    }
    check_length(name)
}

/// Checks a partition key or a row key, by the name of its property.
pub fn check_key(name: &str, key: &str) -> ServiceResult<()> {
    let is_forbidden = |character: char| {
        matches!(
            character,
            '/' | '\\' | '#' | '?' | '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        )
    };
    // Half of a surrogate pair became a replacement character.
    if key.contains(is_forbidden) || key.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Refusal::out_of_range_input(name, key));
    }
    if key.encode_utf16().count() > KEY_UNITS_MAX {
        return Err(Refusal::property_value_too_large());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_names_are_letters_and_digits_after_a_letter() {
        let code = |name: &str| check_table(name).map_err(|refusal| refusal.code);
        for good in ["abc", "Abc9", &"a".repeat(63)] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
        for bad in ["my_table", "9ab", "", "啊齄丂", "a-b", "Tables"] {
            assert_eq!(code(bad), Err("InvalidResourceName".into()), "{bad}");
        }
        for bad in ["ab", &"a".repeat(64)] {
            assert_eq!(code(bad), Err("OutOfRangeInput".into()), "{bad}");
        }
    }

    #[test]
    fn keys_have_no_slashes_and_no_control_characters() {
        let code = |key: &str| check_key("RowKey", key).map_err(|refusal| refusal.code);
        for good in [
            "",
            "it's",
            "100%",
            "a b",
            "ü😀",
            "<x>&\"",
            &"a".repeat(1024),
        ] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
        for bad in ["a/b", "a\\b", "a#b", "a?b", "\t", "\u{7f}", "\u{9f}"] {
            assert_eq!(code(bad), Err("OutOfRangeInput".into()), "{bad}");
        }
        for bad in ["a".repeat(1025), "😀".repeat(513)] {
            assert_eq!(code(&bad), Err("PropertyValueTooLarge".into()), "{bad}");
        }
    }
}
