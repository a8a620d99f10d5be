//! The form of a symbolic link and of a folder in a service, as `AzCopy` 10 has it: a block blob with metadata
//! that says so. The bytes of a link are its target; a folder has none. In the form of rclone the name of a link says
//! so: it ends in `.rclonelink`. Entries of links have that name on both sides then, and only the path of a link on
//! this machine lacks the end.
//! <https://rclone.org/local/#symlinks-junction-points>

use super::{EntryName, ObjectProperties};

/// The metadata that marks a blob as a link. Its name and value are compared ignoring case.
const LINK_MARK: &str = "is_symlink";

/// The metadata that marks an empty blob as a folder.
const FOLDER_MARK: &str = "hdi_isfolder";

/// The end of the names of links in rclone's form.
pub const LINK_SUFFIX: &str = ".rclonelink";

/// The longest target of a link, in bytes: `PATH_MAX` without the zero at its end.
pub const LINK_TARGET_BYTES_MAX: u64 = 4095;

impl EntryName {
    /// The name of the link that an object of this name is in rclone's form; `None` where the name says that it is
    /// none.
    pub fn of_link(&self) -> Option<Self> {
        let name = self.0.strip_suffix(LINK_SUFFIX.as_bytes())?;
        (!name.is_empty() && !name.ends_with(b"/")).then(|| Self(name.into()))
    }
}

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
    fn a_name_with_rclones_end_and_something_before_it_is_that_of_a_link() {
        let link = |name: &str| EntryName::from(name).of_link().map(|link| link.to_string());
        assert_eq!(link("a/b.rclonelink").as_deref(), Some("a/b"));
        assert_eq!(
            link("b.rclonelink.rclonelink").as_deref(),
            Some("b.rclonelink")
        );
        for name in [
            "a",
            "a.RCLONELINK",
            ".rclonelink",
            "a/.rclonelink",
            "a.rclonelink/b",
        ] {
            assert_eq!(link(name), None, "{name}");
        }
    }

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
