//! The names of files at a target: from an entry's name to a path below the target's folder.
//!
//! A path has parts that are not empty, not `.` and not `..`, separated by single slashes, without
//! NUL, each short enough for a file system. Symbolic links on the disk do not matter here, because files
//! are also opened beneath the folder.

use super::rules::PART_BYTES_MAX;
use crate::Result;
use crate::entry::EntryName;
use crate::plan::target_name::{MappedName, TargetName, invalid, is_step};

/// How a folder names its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalNaming {
    /// The separator of virtual directories in the names of the source.
    delimiter: char,
}

impl LocalNaming {
    pub(crate) fn new(delimiter: char) -> Self {
        Self { delimiter }
    }

    /// The path of the file that an entry becomes.
    ///
    /// Fails with [`Error::Name`](crate::Error::Name) when no file can have such a path, or must not.
    pub(crate) fn name(self, entry: &EntryName) -> Result<MappedName> {
        let text = entry
            .as_str()
            .ok_or_else(|| invalid(entry, "it is not UTF-8"))?;
        let path = local_path(text, self.delimiter);
        for part in path.split('/') {
            check_part(entry, part.as_bytes())?;
        }
        Ok(MappedName {
            twin: twin_of_blob(text, &path, self.delimiter),
            name: TargetName::new(path.into_bytes()),
        })
    }

    /// The path that the user named; `name` is its last part.
    pub(crate) fn exact_name(name: &EntryName) -> Result<MappedName> {
        check_part(name, name.as_bytes())?;
        Ok(MappedName::unchanged(TargetName::new(name.as_bytes())))
    }
}

/// Refuses a text that cannot be one part of a path below the target.
fn check_part(entry: &EntryName, part: &[u8]) -> Result<()> {
    if part.is_empty() {
        return Err(invalid(entry, "it is empty"));
    }
    if is_step(part) {
        let step = EntryName::new(part);
        return Err(invalid(entry, &format!("the name has the part `{step}`")));
    }
    if part.len() > PART_BYTES_MAX {
        let why = format!("a part of the name is longer than {PART_BYTES_MAX} bytes");
        return Err(invalid(entry, &why));
    }
    Ok(())
}

/// The path of a blob's name.
///
/// A delimiter separates only two parts that are not empty. Every other slash is escaped, and so is NUL. A
/// percent sign is not escaped, so that names keep their look; the twin shows a collision.
fn local_path(name: &str, delimiter: char) -> String {
    let mut path = String::with_capacity(name.len());
    let mut previous = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let separates = character == delimiter
            && previous.is_some_and(|previous| previous != delimiter)
            && characters.peek().is_some();
        match character {
            _ if separates => path.push('/'),
            '/' => path.push_str("%2F"),
            '\0' => path.push_str("%00"),
            _ => path.push(character),
        }
        previous = Some(character);
    }
    path
}

/// The blob whose name becomes the same path by its delimiters alone.
fn twin_of_blob(name: &str, path: &str, delimiter: char) -> Option<EntryName> {
    let twin = path.replace('/', delimiter.encode_utf8(&mut [0; 4]));
    (twin != name).then(|| EntryName::from(twin.as_str()))
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;
    use crate::Error;

    fn path(name: &str, delimiter: char) -> Result<String> {
        let target = LocalNaming::new(delimiter).name(&EntryName::from(name))?;
        Ok(target.name.as_str().unwrap().to_owned())
    }

    #[test]
    fn blobs_become_paths_by_the_table() {
        for (name, delimiter, expected) in [
            ("abc.txt", '/', "abc.txt"),
            ("vd1/a.txt", '/', "vd1/a.txt"),
            ("/a", '/', "%2Fa"),
            ("a//b", '/', "a/%2Fb"),
            ("a/", '/', "a%2F"),
            ("a///b/", '/', "a/%2F%2Fb%2F"),
            ("a#b/c", '#', "a/b%2Fc"),
            ("#a", '#', "#a"),
            ("a#", '#', "a#"),
            ("a##b", '#', "a/#b"),
            ("a b ", '/', "a b "),
            ("a%2Fb", '/', "a%2Fb"),
            ("a\\b", '/', "a\\b"),
            ("a\0b", '/', "a%00b"),
            ("a→b→", '→', "a/b→"),
            ("//", '/', "%2F%2F"),
        ] {
            assert_eq!(
                path(name, delimiter).unwrap(),
                expected,
                "{name} by {delimiter}"
            );
        }
    }

    #[test]
    fn a_blob_that_would_leave_the_folder_is_an_error_that_names_it() {
        for name in ["../x", "..", ".", "a/../b", "a/.", "./a", "a/..", ""] {
            let error = path(name, '/').unwrap_err();
            assert!(matches!(error, Error::Name(_)), "{name}");
            assert!(
                error
                    .to_string()
                    .contains(&format!("source `{name}` is invalid")),
                "{error}"
            );
        }
        assert!(path("..#x", '#').is_err());
        assert_eq!(path("..a/...", '/').unwrap(), "..a/...");
    }

    #[test]
    fn a_part_longer_than_a_file_system_holds_is_an_error() {
        assert!(path(&format!("a/{}", "x".repeat(255)), '/').is_ok());
        assert!(path(&format!("a/{}", "x".repeat(256)), '/').is_err());
        // Escaping makes it longer.
        assert!(path(&format!("{}/", "x".repeat(254)), '/').is_err());
    }

    #[test]
    fn a_changed_name_has_a_twin() {
        let twin = |delimiter: char, name: &str| {
            let mapped = LocalNaming::new(delimiter).name(&name.into()).unwrap();
            mapped.twin.map(|twin| twin.to_string())
        };
        assert_eq!(twin('/', "a//b").as_deref(), Some("a/%2Fb"));
        assert_eq!(twin('/', "a/%2Fb"), None);
        assert_eq!(twin('#', "a#b/c").as_deref(), Some("a#b%2Fc"));
        assert_eq!(twin('#', "a##b"), None);
    }

    #[test]
    fn a_name_that_was_given_is_one_part_of_any_bytes() {
        let exact = |name: &[u8]| LocalNaming::exact_name(&EntryName::new(name));
        assert_eq!(exact(b"a\xff#b").unwrap().name.as_bytes(), b"a\xff#b");
        for name in [&b""[..], b".", b"..", &[b'x'; 256]] {
            assert!(exact(name).is_err(), "{name:?}");
        }
    }

    /// Names of the characters that the mapping treats specially, and of any others.
    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ab./#%\\\\\0]{0,12}",
            ".{0,20}",
            "(\\.\\.?/){1,4}[a-z]{0,3}"
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn no_blobs_name_leads_out_of_the_folder(name in name(), delimiter in prop_oneof![Just('/'), Just('#'), Just('.'), any::<char>()]) {
            let Ok(target) = LocalNaming::new(delimiter).name(&EntryName::from(name.as_str())) else {
                return Ok(());
            };
            let path = target.name;
            prop_assert!(!path.as_bytes().contains(&0));
            prop_assert!(path.as_path().is_relative());
            let parts: Vec<_> = path.as_path().components().collect();
            prop_assert!(parts.iter().all(|part| matches!(part, Component::Normal(_))));
            // The path is written in its only form: as many parts as it has slashes, and one.
            prop_assert_eq!(parts.len(), path.as_bytes().split(|&byte| byte == b'/').count());
        }

        #[test]
        fn two_unchanged_names_never_meet(first in name(), second in name(), delimiter in prop_oneof![Just('/'), Just('#')]) {
            let naming = LocalNaming::new(delimiter);
            let target = |name: &str| naming.name(&EntryName::from(name)).ok().filter(|target| target.twin.is_none());
            if let (Some(one), Some(other)) = (target(&first), target(&second)) {
                prop_assert_eq!(one.name == other.name, first == second);
            }
        }

        #[test]
        fn a_twin_leads_to_the_same_target_unchanged(name in name(), delimiter in prop_oneof![Just('/'), Just('#')]) {
            let naming = LocalNaming::new(delimiter);
            if let Ok(MappedName { name: target, twin: Some(twin) }) = naming.name(&EntryName::from(name.as_str())) {
                prop_assert_eq!(naming.name(&twin).unwrap(), MappedName::unchanged(target));
            }
        }
    }
}
