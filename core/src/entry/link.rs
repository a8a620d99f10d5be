//! The form of a symbolic link and of a folder in a service, as `AzCopy` 10 has it: a block blob with metadata
//! that says so. The bytes of a link are its target; a folder has none.

use super::ObjectProperties;

/// The metadata that marks a blob as a link. Its name and value are compared ignoring case.
const LINK_MARK: &str = "is_symlink";

/// The metadata that marks an empty blob as a folder.
const FOLDER_MARK: &str = "hdi_isfolder";

/// Whether these are the properties of a blob that stands for a link.
pub fn is_link(properties: &ObjectProperties) -> bool {
    properties.metadata.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case(LINK_MARK) && value.trim().eq_ignore_ascii_case("true")
    })
}

/// The properties that mark a blob as a link.
pub fn link_properties() -> ObjectProperties {
    marked(LINK_MARK)
}

/// The properties that mark a blob as a folder.
pub fn folder_properties() -> ObjectProperties {
    marked(FOLDER_MARK)
}

fn marked(mark: &str) -> ObjectProperties {
    ObjectProperties {
        metadata: vec![(mark.to_owned(), "true".to_owned())],
        ..ObjectProperties::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_with_the_value_true_makes_a_link() {
        let is_marked = |name: &str, value: &str| {
            is_link(&ObjectProperties {
                metadata: vec![(name.to_owned(), value.to_owned())],
                ..ObjectProperties::default()
            })
        };
        assert!(is_link(&link_properties()));
        assert!(is_marked("Is_Symlink", "TRUE"));
        assert!(!is_marked("is_symlink", "false"));
        assert!(!is_marked("symlink", "true"));
        assert!(!is_link(&ObjectProperties::default()));
        assert!(!is_link(&folder_properties()));
    }
}
