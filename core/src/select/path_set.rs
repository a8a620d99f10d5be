//! Paths whose objects are all selected, or all left out: `--include-path` and `--exclude-path`.
//!
//! A path is whole parts of names: `a/b` is the object `a/b` and everything below the folder `a/b`, and
//! not `a/bc`. A set answers in a time that depends on the depth of a name and not on its own size.

use std::collections::{HashMap, HashSet};

use super::name_reading::{NameReading, Subject};
use super::unit::folded;

/// Paths below the root.
#[derive(Debug, Clone, Default)]
pub(super) struct PathSet {
    /// Each path, in lower case if case does not matter, and how it was given.
    paths: HashMap<Box<[u8]>, GivenPath>,
    /// Every folder above a path.
    above: HashSet<Box<[u8]>>,
}

/// A path as it was given.
#[derive(Debug, Clone)]
struct GivenPath {
    text: Box<[u8]>,
    /// It ended in a slash: only what is below it is meant.
    is_folder: bool,
}

impl PathSet {
    /// Adds a path. Fails with what is wrong with it.
    pub(super) fn add(&mut self, text: &[u8], reading: NameReading) -> Result<(), String> {
        let is_separator =
            |byte: &u8| *byte == b'/' || (reading.backslash_separates && *byte == b'\\');
        if text.contains(&0) {
            return Err("it contains a NUL character".to_owned());
        }
        let parts: Vec<&[u8]> = text
            .split(is_separator)
            .filter(|part| !part.is_empty() && *part != b".")
            .collect();
        if parts.contains(&b"..".as_slice()) {
            return Err("it leaves the source by `..`".to_owned());
        }
        if parts.is_empty() {
            return Err("it names nothing below the root".to_owned());
        }
        let path = parts.join(&b'/');
        let path = if reading.ignore_case {
            folded(&path)
        } else {
            path
        };
        for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            self.above.insert(path[..at].into());
        }
        let is_folder = text.last().is_some_and(is_separator);
        let given = self.paths.entry(path.into()).or_insert(GivenPath {
            text: text.into(),
            is_folder,
        });
        given.is_folder &= is_folder;
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The path that has the object of this name, as it was given.
    pub(super) fn find(&self, name: &Subject<'_>) -> Option<&[u8]> {
        if self.is_empty() {
            return None;
        }
        let bytes = name.bytes();
        let slashes = bytes.iter().enumerate();
        let mut folders = slashes.filter(|(_, byte)| **byte == b'/');
        let below = folders.find_map(|(at, _)| self.paths.get(&bytes[..at]));
        let itself = || self.paths.get(bytes).filter(|path| !path.is_folder);
        below.or_else(itself).map(|path| &*path.text)
    }

    /// Whether something below this folder is in the set. The folder's name ends in a slash.
    pub(super) fn has_below(&self, folder: &Subject<'_>) -> bool {
        self.has_all_below(folder) || self.above.contains(without_slash(folder))
    }

    /// Whether everything below this folder is in the set. The folder's name ends in a slash.
    pub(super) fn has_all_below(&self, folder: &Subject<'_>) -> bool {
        self.find(folder).is_some()
    }

    /// The beginnings of all names in the set.
    pub(super) fn heads(&self) -> impl Iterator<Item = Box<[u8]>> {
        self.paths.iter().map(|(path, given)| {
            if given.is_folder {
                [path, b"/".as_slice()].concat().into()
            } else {
                path.clone()
            }
        })
    }
}

fn without_slash<'a>(folder: &'a Subject<'_>) -> &'a [u8] {
    let bytes = folder.bytes();
    bytes.strip_suffix(b"/").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str], reading: NameReading) -> PathSet {
        let mut set = PathSet::default();
        for path in paths {
            set.add(path.as_bytes(), reading).unwrap();
        }
        set
    }

    fn has(set: &PathSet, name: &str, reading: NameReading) -> bool {
        set.find(&Subject::new(name.as_bytes(), reading)).is_some()
    }

    #[test]
    fn a_path_is_whole_parts_of_a_name() {
        let reading = NameReading::default();
        let paths = set(&["/a/b/", "./c", "x//y"], reading);
        for (name, expected) in [
            ("a/b/c", true),
            ("a/b", false),
            ("a/bc", false),
            ("a", false),
            ("c", true),
            ("c/d/e", true),
            ("cd", false),
            ("x/y", true),
        ] {
            assert_eq!(has(&paths, name, reading), expected, "{name}");
        }
        let folder = |name: &'static str| Subject::new(name.as_bytes(), reading);
        assert!(paths.has_below(&folder("a/")) && !paths.has_all_below(&folder("a/")));
        assert!(paths.has_all_below(&folder("a/b/")) && paths.has_all_below(&folder("c/d/")));
        assert!(!paths.has_below(&folder("b/")) && !paths.has_below(&folder("a/bc/")));
    }

    #[test]
    fn case_and_backslashes_are_read_as_the_dialect_says() {
        let windows = NameReading {
            ignore_case: true,
            backslash_separates: true,
        };
        assert!(has(&set(&["A\\B"], windows), "a/b/C", windows));
        let posix = NameReading::default();
        assert!(!has(&set(&["A/B"], posix), "a/b/c", posix));
        assert!(has(&set(&["a\\b"], posix), "a\\b/c", posix));
    }

    #[test]
    fn a_path_that_names_nothing_is_refused() {
        for text in ["", "/", ".", "..", "a/../b", "a\0"] {
            let added = PathSet::default().add(text.as_bytes(), NameReading::default());
            assert!(added.is_err(), "{text}");
        }
    }
}
