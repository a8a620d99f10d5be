//! The names of blobs at a target: from an entry's name to the full name of a blob.

use std::borrow::Cow;

use super::rules::NAME_CHARS_MAX;
use crate::entry::EntryName;
use crate::plan::target_name::{MappedName, TargetName, invalid, is_step};
use crate::{Error, Result};

/// How a virtual directory names its blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BlobNaming {
    /// The virtual directory, without a slash at its end; empty for the container itself.
    directory: String,
    /// The source's names are names of blobs already, and stay as they are.
    as_is: bool,
    /// The first part of a name is a container.
    of_account: bool,
}

impl BlobNaming {
    pub(super) fn new(directory: &str, as_is: bool) -> Self {
        Self {
            directory: directory.to_owned(),
            as_is,
            of_account: false,
        }
    }

    /// The same where the first part of a name is a container.
    pub(super) fn of_account(self, of_account: bool) -> Self {
        Self { of_account, ..self }
    }

    /// The full name of the blob that an entry becomes.
    ///
    /// Fails with [`Error::Name`] when no blob can have such a name, or must not.
    pub(super) fn name(&self, entry: &EntryName) -> Result<MappedName> {
        let text = text_of(entry)?;
        // AzCopy on Linux too makes a slash of every backslash: the names fit a download on Windows.
        let relative = if self.as_is || !text.contains('\\') {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.replace('\\', "/"))
        };
        if relative.is_empty() {
            return Err(invalid(entry, "it is empty"));
        }
        if let Some(step) = relative.split('/').find(|part| is_step(part.as_bytes()))
            && !self.as_is
        {
            return Err(invalid(
                entry,
                &format!("the name would have the part `{step}`"),
            ));
        }
        Ok(MappedName {
            twin: twin_of_file(text, &relative),
            name: self.full_name(entry, &relative)?,
        })
    }

    /// The full name of the blob that the user named; `name` is the last part of the URL.
    pub(super) fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        let full_name = self.full_name(name, text_of(name)?)?;
        Ok(MappedName::unchanged(full_name))
    }

    /// The full name of the blob that is called `relative` in this virtual directory.
    fn full_name(&self, entry: &EntryName, relative: &str) -> Result<TargetName> {
        let full = if self.directory.is_empty() {
            relative.to_owned()
        } else {
            format!("{}/{relative}", self.directory)
        };
        let (container, own_name) = full.split_once('/').unwrap_or_default();
        if self.of_account && (container.is_empty() || own_name.is_empty()) {
            return Err(invalid(entry, "its first part is no container"));
        }
        let own_name = if self.of_account { own_name } else { &full };
        // The service counts UTF-16 code units, of which a name has no more than bytes.
        if own_name.len() > NAME_CHARS_MAX && own_name.encode_utf16().count() > NAME_CHARS_MAX {
            return Err(Error::Name(format!(
                "file `{entry}` is too long, relative path must not exceed {NAME_CHARS_MAX} characters"
            )));
        }
        Ok(TargetName::new(full.into_bytes()))
    }
}

/// The full name of a blob as text.
pub(super) fn blob_name(name: &TargetName) -> &str {
    let Some(text) = name.as_str() else {
        unreachable!("BlobNaming makes names of UTF-8");
    };
    text
}

fn text_of(entry: &EntryName) -> Result<&str> {
    entry
        .as_str()
        .ok_or_else(|| invalid(entry, "a blob's name must be UTF-8"))
}

/// The file that has the blob's relative name already. No file's path has an empty part.
fn twin_of_file(name: &str, relative: &str) -> Option<EntryName> {
    let is_path = relative.split('/').all(|part| !part.is_empty());
    (relative != name && is_path).then(|| EntryName::from(relative))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blob_name(name: &[u8], directory: &str) -> Result<String> {
        let target = BlobNaming::new(directory, false).name(&EntryName::new(name))?;
        Ok(target.name.as_str().unwrap().to_owned())
    }

    #[test]
    fn files_become_blobs_of_the_virtual_directory() {
        assert_eq!(blob_name(b"abc.txt", "vd").unwrap(), "vd/abc.txt");
        assert_eq!(blob_name(b"sub/a b.txt", "").unwrap(), "sub/a b.txt");
        assert_eq!(blob_name(b"a\\b", "vd/x").unwrap(), "vd/x/a/b");
    }

    #[test]
    fn a_file_that_no_blob_can_be_named_after_is_an_error_that_names_it() {
        let error = blob_name(b"a/\xff.txt", "").unwrap_err();
        assert!(error.to_string().contains("`a/\\xff.txt`"), "{error}");
        for name in ["..\\x", "a/.\\b", ""] {
            assert!(blob_name(name.as_bytes(), "").is_err(), "{name}");
        }
    }

    #[test]
    fn the_full_name_of_a_blob_has_at_most_1024_characters() {
        assert!(blob_name("ü".repeat(1021).as_bytes(), "vd").is_ok());
        let error = blob_name("ü".repeat(1022).as_bytes(), "vd").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("must not exceed 1024 characters"),
            "{error}"
        );
        // A character beyond the basic plane counts twice, as in the service.
        assert!(blob_name("𝄞".repeat(513).as_bytes(), "").is_err());
    }

    #[test]
    fn a_changed_name_has_a_twin() {
        let twin = |directory: &str, name: &str| {
            let mapped = BlobNaming::new(directory, false)
                .name(&name.into())
                .unwrap();
            mapped.twin.map(|twin| twin.to_string())
        };
        assert_eq!(twin("vd", "a\\b").as_deref(), Some("a/b"));
        assert_eq!(twin("vd", "a/b"), None);
        // No file can be called `/x`: it must not be looked for, least of all at the root.
        assert_eq!(twin("", "\\x"), None);
    }

    #[test]
    fn the_name_of_a_blob_stays_as_it_is_between_services() {
        for name in ["a\\b", "a//b", "/a/", "a/../b"] {
            let target = BlobNaming::new("v", true).name(&name.into()).unwrap();
            assert_eq!(target.name.as_bytes(), format!("v/{name}").as_bytes());
            assert_eq!(target.twin, None);
        }
    }

    #[test]
    fn a_name_that_was_given_is_kept_exactly() {
        let exact = |name: &[u8]| BlobNaming::new("v", false).exact_name(&EntryName::new(name));
        assert_eq!(exact(b"a\\b").unwrap().name.as_bytes(), b"v/a\\b");
        assert!(exact(b"\xff").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn a_twin_leads_to_the_same_target_unchanged(name in "[ab./#%\\\\\0]{0,12}") {
            let naming = BlobNaming::new("vd", false);
            if let Ok(MappedName { name: target, twin: Some(twin) }) = naming.name(&EntryName::from(name.as_str())) {
                prop_assert_eq!(naming.name(&twin).unwrap(), MappedName::unchanged(target));
            }
        }

        #[test]
        fn a_blobs_name_has_no_steps_and_fits(name in prop::collection::vec(any::<u8>(), 0..40), directory in "[a-z]{0,5}") {
            if let Ok(full) = blob_name(&name, &directory) {
                prop_assert!(full.starts_with(&directory));
                prop_assert!(full.split('/').all(|part| part != "." && part != ".."));
            }
        }
    }
}
