//! The form of a symbolic link in a service: a block blob with the target of the link as its bytes, and
//! metadata that says so. `AzCopy` 10 has the same form.

use super::ObjectProperties;

/// The metadata that marks a blob as a link. Its name and value are compared ignoring case.
const LINK_MARK: &str = "is_symlink";

/// Whether these are the properties of a blob that stands for a link.
pub fn is_link(properties: &ObjectProperties) -> bool {
    properties.metadata.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case(LINK_MARK) && value.trim().eq_ignore_ascii_case("true")
    })
}

/// The properties that mark a blob as a link.
pub fn link_properties() -> ObjectProperties {
    ObjectProperties {
        metadata: vec![(LINK_MARK.to_owned(), "true".to_owned())],
        ..ObjectProperties::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_with_the_value_true_makes_a_link() {
        let marked = |name: &str, value: &str| {
            is_link(&ObjectProperties {
                metadata: vec![(name.to_owned(), value.to_owned())],
                ..ObjectProperties::default()
            })
        };
        assert!(is_link(&link_properties()));
        assert!(marked("Is_Symlink", "TRUE"));
        assert!(!marked("is_symlink", "false"));
        assert!(!marked("symlink", "true"));
        assert!(!is_link(&ObjectProperties::default()));
    }
}
