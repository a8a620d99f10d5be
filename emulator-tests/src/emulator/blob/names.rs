//! Which names containers and blobs may have.
//! <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata>

use super::target::ROOT_CONTAINER;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::names::{check_length, invalid_name, is_dns_name};

const BLOB_CHARACTERS_MAX: usize = 1024;
const BLOB_SEGMENTS_MAX: usize = 254;

/// 3 to 63 lower-case letters, digits and single hyphens, or one of the system containers.
pub fn check_container(name: &str) -> ServiceResult<()> {
    if [ROOT_CONTAINER, "$web", "$logs"].contains(&name) {
        return Ok(());
    }
    check_length(name)?;
    if is_dns_name(name) {
        Ok(())
    } else {
        Err(invalid_name())
    }
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
    fn system_containers_have_names_that_others_cannot_have() {
        for good in ["$root", "$web", "$logs", "abc"] {
            assert!(check_container(good).is_ok(), "{good}");
        }
        for bad in ["$other", "ab", "Abc"] {
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
