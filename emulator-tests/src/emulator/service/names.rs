//! The names of containers and shares follow the rules of DNS names.

use crate::emulator::error::{Refusal, ServiceResult};

/// Whether a name has lower-case letters, digits and single hyphens only.
pub fn is_dns_name(name: &str) -> bool {
    let is_ordinary = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.bytes().all(is_ordinary)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

/// Refuses a name that does not have 3 to 63 characters.
pub fn check_length(name: &str) -> ServiceResult<()> {
    if (3..=63).contains(&name.len()) {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "OutOfRangeInput",
        "The specified resource name length is not within the permissible limits.",
    ))
}

/// 400: a name that cannot be used. The service's text spells it so.
pub fn invalid_name() -> Refusal {
    Refusal::new(
        400,
        "InvalidResourceName",
        "The specifed resource name contains invalid characters.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dns_names_have_small_letters_digits_and_single_hyphens() {
        for good in ["abc", "a-b-c", "123"] {
            assert!(is_dns_name(good), "{good}");
        }
        for bad in ["Abc", "a--b", "-ab", "ab-", "a_b", "$web", "ü"] {
            assert!(!is_dns_name(bad), "{bad}");
        }
    }

    #[test]
    fn names_have_3_to_63_characters() {
        for (length, fits) in [(2, false), (3, true), (63, true), (64, false)] {
            assert_eq!(check_length(&"a".repeat(length)).is_ok(), fits, "{length}");
        }
    }
}
