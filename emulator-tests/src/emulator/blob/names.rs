//! Which names containers and blobs may have.
//! <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata>

use super::target::ROOT_CONTAINER;
use crate::emulator::error::{Refusal, ServiceResult};

const BLOB_CHARACTERS_MAX: usize = 1024;
const BLOB_SEGMENTS_MAX: usize = 254;

/// 3 to 63 lower-case letters, digits and single hyphens, or one of the system containers.
pub fn check_container(name: &str) -> ServiceResult<()> {
    if [ROOT_CONTAINER, "$web", "$logs"].contains(&name) {
        return Ok(());
    }
    if !(3..=63).contains(&name.len()) {
        return Err(Refusal::new(
            400,
            "OutOfRangeInput",
            "The specified resource name length is not within the permissible limits.",
        ));
    }
    let ordinary = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !ordinary || name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        return Err(Refusal::new(
            400,
            "InvalidResourceName",
            "The specified resource name contains invalid characters.",
        ));
    }
    Ok(())
}

/// 1 to 1,024 characters in at most 254 path segments.
pub fn check_blob(name: &str) -> ServiceResult<()> {
    let characters = name.encode_utf16().count();
    if characters == 0
        || characters > BLOB_CHARACTERS_MAX
        || name.split('/').count() > BLOB_SEGMENTS_MAX
    {
        return Err(Refusal::new(
            400,
            "InvalidResourceName",
            "The specified resource name length is not within the permissible limits.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_names_follow_the_dns_rules() {
        for good in ["abc", "a-b-c", "123", "$root", "$web", &"a".repeat(63)] {
            assert!(check_container(good).is_ok(), "{good}");
        }
        for bad in [
            "ab",
            "Abc",
            "a--b",
            "-ab",
            "ab-",
            "a_b",
            "$other",
            &"a".repeat(64),
        ] {
            assert!(check_container(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn blob_names_have_a_length_and_a_depth() {
        assert!(check_blob(&"a".repeat(1024)).is_ok());
        assert!(check_blob(&"a".repeat(1025)).is_err());
        assert!(check_blob(&"a/".repeat(253)).is_ok());
        assert!(check_blob(&"a/".repeat(254)).is_err());
    }
}
