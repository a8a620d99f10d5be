//! Advice about the name of a container or a share.

/// What is wrong with the name, if anything is.
pub(super) fn advice(name: &str) -> Option<String> {
    (!is_root_name(name)).then(|| {
        format!(
            "`{name}` cannot be the name of a container or share: it has 3 to 63 lower-case letters, digits and single \
             hyphens between them"
        )
    })
}

/// Whether a container or a share may have this name.
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names>
fn is_root_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(is_letter)
    };
    let has_system_name = ["$root", "$web", "$logs"].contains(&name);
    has_system_name || (3..=63).contains(&name.len()) && name.split('-').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_containers_are_those_that_the_service_takes() {
        for name in ["abc", "a-1", "$web", "0ab"] {
            assert!(is_root_name(name), "{name}");
        }
        for name in ["c1", "My-Container", "a_b_c", "-abc", "a--b", "", "$else"] {
            assert!(!is_root_name(name), "{name}");
        }
    }
}
