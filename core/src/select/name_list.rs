//! A list of names that a user gives in a file, each name once, in the order of bytes.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::entry::EntryName;

/// How a list is written, and how its names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListForm {
    /// The byte after each name: a newline or NUL.
    pub separator: u8,
    /// Names are paths of this machine: `./a//b` is `a/b`, and `..` is refused.
    pub has_paths: bool,
}

/// Names, each once, in the order of bytes. Where they may be folders, each has its place as `name/`: what is in a
/// folder comes between its name and the next one then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameList {
    names: Box<[EntryName]>,
    has_folders: bool,
}

/// The names of objects at the target, by their names at the source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewNames {
    names: HashMap<EntryName, EntryName>,
}

/// An error of a list: the number of the name, from 1, and what is wrong with it.
pub(super) type ListFault = (usize, String);

impl NameList {
    /// Reads a list. A name that occurs again counts once.
    pub(super) fn read(text: &[u8], form: ListForm) -> Result<Self, ListFault> {
        let names = lines(text, form);
        let names = names.map(|(at, name)| entry_name(name, form).map_err(|why| (at, why)));
        let mut names: Vec<EntryName> = names.collect::<Result<_, _>>()?;
        names.sort_unstable();
        names.dedup();
        Ok(Self {
            names: names.into(),
            has_folders: false,
        })
    }

    /// The same list, where a name may be a folder and stands for everything below it.
    #[must_use]
    pub(super) fn with_folders(mut self) -> Self {
        self.names
            .sort_unstable_by(|one, other| as_folders(one.as_bytes(), other.as_bytes()));
        self.has_folders = true;
        self
    }

    /// Whether a name may be a folder.
    pub fn has_folders(&self) -> bool {
        self.has_folders
    }

    fn compare(&self, one: &[u8], other: &[u8]) -> Ordering {
        if self.has_folders {
            as_folders(one, other)
        } else {
            one.cmp(other)
        }
    }

    /// The first name of the list that is this name, or a folder above it.
    fn covering(&self, name: &[u8]) -> Option<usize> {
        let slashes = name.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let ends = slashes.map(|(at, _)| at).filter(|_| self.has_folders);
        let mut ends = ends.chain([name.len()]);
        ends.find_map(|end| {
            let found = self
                .names
                .binary_search_by(|other| self.compare(other.as_bytes(), &name[..end]));
            found.ok()
        })
    }

    /// Whether the object of this name comes no later in the list than that one.
    pub(crate) fn is_passed(&self, name: &EntryName, after: &EntryName) -> bool {
        self.compare(name.as_bytes(), after.as_bytes()).is_le()
    }

    /// The names.
    pub fn names(&self) -> &[EntryName] {
        &self.names
    }

    /// The names after this one, which need not be in the list. They begin with the folder above it, if that is in
    /// the list: the rest of the folder comes after this name.
    pub fn after(&self, name: Option<&EntryName>) -> &[EntryName] {
        let from = name.map_or(0, |name| {
            let passed = |other: &EntryName| self.is_passed(other, name);
            let folder = self.covering(name.as_bytes()).filter(|_| self.has_folders);
            folder.unwrap_or_else(|| self.names.partition_point(passed))
        });
        &self.names[from..]
    }

    pub(super) fn has(&self, name: &[u8]) -> bool {
        self.covering(name).is_some()
    }

    /// Whether a name below this folder is in the list. The folder's name ends in a slash.
    pub(super) fn has_below(&self, folder: &[u8]) -> bool {
        if self.has_folders {
            let name = folder.strip_suffix(b"/").unwrap_or(folder);
            let is_after = |other: &EntryName| self.compare(other.as_bytes(), name).is_gt();
            let first = self.names.partition_point(|other| !is_after(other));
            let found = self.names.get(first);
            return self.covering(name).is_some()
                || found.is_some_and(|found| found.as_bytes().starts_with(folder));
        }
        let first = self.names.partition_point(|name| name.as_bytes() < folder);
        let found = self.names.get(first);
        found.is_some_and(|name| name.as_bytes().starts_with(folder))
    }
}

impl NewNames {
    /// Reads a list of two columns with a tab between them: the name at the source, and the name at the
    /// target.
    pub(super) fn read(text: &[u8], form: ListForm) -> Result<(NameList, Self), ListFault> {
        let mut names = HashMap::new();
        let mut taken: HashMap<EntryName, usize> = HashMap::new();
        for (at, line) in lines(text, form) {
            let tab = line.iter().position(|&byte| byte == b'\t');
            let tab = tab.ok_or_else(|| (at, "it has no tab between two names".to_owned()))?;
            let source = entry_name(&line[..tab], form).map_err(|why| (at, why))?;
            let target = &line[tab + 1..];
            if target.is_empty() || target.contains(&b'\t') || target.contains(&0) {
                return Err((at, "it is not two names with a tab between them".to_owned()));
            }
            let target = EntryName::new(target);
            if let Some(other) = taken.insert(target.clone(), at) {
                return Err((
                    at,
                    format!("line {other} has the same name at the destination"),
                ));
            }
            if names.insert(source, target).is_some() {
                return Err((
                    at,
                    "an earlier line has the same name at the source".to_owned(),
                ));
            }
        }
        let mut sources: Vec<EntryName> = names.keys().cloned().collect();
        sources.sort_unstable();
        let list = NameList {
            names: sources.into(),
            has_folders: false,
        };
        Ok((list, Self { names }))
    }

    /// The name at the target of the object of this name, if it has another one there.
    pub fn of(&self, name: &EntryName) -> Option<&EntryName> {
        self.names.get(name)
    }
}

/// The order of two names as folders: `a-b/` comes before `a/`.
fn as_folders(one: &[u8], other: &[u8]) -> Ordering {
    let one = one.iter().chain(b"/");
    one.cmp(other.iter().chain(b"/"))
}

/// The names of a list that are not empty, each with its number from 1. A carriage return before a newline
/// is no part of a name.
fn lines(text: &[u8], form: ListForm) -> impl Iterator<Item = (usize, &[u8])> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let names = text.split(move |&byte| byte == form.separator).enumerate();
    names.filter_map(move |(at, name)| {
        let name = match form.separator {
            b'\n' => name.strip_suffix(b"\r").unwrap_or(name),
            _ => name,
        };
        (!name.is_empty()).then_some((at + 1, name))
    })
}

fn entry_name(name: &[u8], form: ListForm) -> Result<EntryName, String> {
    if name.is_empty() || name.contains(&0) {
        return Err("it is no name".to_owned());
    }
    if !form.has_paths {
        return Ok(EntryName::new(name));
    }
    if name.starts_with(b"/") {
        return Err(
            "it is a path from the root of the file system: names are below the source".to_owned(),
        );
    }
    let parts = name.split(|&byte| byte == b'/');
    let parts: Vec<&[u8]> = parts
        .filter(|part| !part.is_empty() && *part != b".")
        .collect();
    if parts.contains(&b"..".as_slice()) {
        return Err("it leaves the source by `..`".to_owned());
    }
    if parts.is_empty() {
        return Err("it is no name".to_owned());
    }
    Ok(EntryName::new(parts.join(&b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: ListForm = ListForm {
        separator: b'\n',
        has_paths: true,
    };

    fn shown(list: &NameList) -> Vec<String> {
        list.names().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_folder_of_a_list_has_everything_below_it() {
        let list = NameList::read(b"a\na-b\nc/d\n", LINES)
            .unwrap()
            .with_folders();
        let names: Vec<_> = list.names().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a-b", "a", "c/d"]);
        for name in ["a", "a/x", "a/x/y", "a-b", "c/d", "c/d/e"] {
            assert!(list.has(name.as_bytes()), "{name}");
        }
        for name in ["ab", "c", "c/e", "a-c"] {
            assert!(!list.has(name.as_bytes()), "{name}");
        }
        assert!(list.has_below(b"a/") && list.has_below(b"a/x/") && list.has_below(b"c/"));
        assert!(!list.has_below(b"b/") && !list.has_below(b"c/e/"));
        let after = |name: &str| list.after(Some(&EntryName::from(name))).len();
        assert_eq!(
            (after("a-b"), after("a-b/x"), after("a/x"), after("b")),
            (3, 3, 2, 1)
        );
    }

    #[test]
    fn a_list_has_each_name_once_in_the_order_of_bytes() {
        let list = NameList::read(b"\xef\xbb\xbfb\r\n./a//x\n\na/x\nb \nc\xff", LINES).unwrap();
        assert_eq!(shown(&list), ["a/x", "b", "b ", r"c\xff"]);
        assert!(list.has(b"b") && !list.has(b"a"));
        assert!(list.has_below(b"a/") && !list.has_below(b"b/"));
        let after = |name: &str| list.after(Some(&EntryName::from(name))).len();
        assert_eq!(
            (
                list.after(None).len(),
                after("a/x"),
                after("a/y"),
                after("z")
            ),
            (4, 3, 3, 0)
        );
    }

    #[test]
    fn a_list_of_a_service_and_a_list_with_nul_keep_every_byte() {
        let form = ListForm {
            separator: 0,
            has_paths: false,
        };
        let list = NameList::read(b"./a//x\0a\nb\r\0../c\0", form).unwrap();
        assert_eq!(shown(&list), ["../c", "./a//x", r"a\u{a}b\u{d}"]);
    }

    #[test]
    fn a_path_that_leaves_the_source_is_refused_with_its_line() {
        for (text, line) in [
            (&b"a\n../b"[..], 2),
            (b"/etc/passwd", 1),
            (b"\n\n./", 3),
            (b"a\0b", 1),
        ] {
            assert_eq!(NameList::read(text, LINES).unwrap_err().0, line, "{text:?}");
        }
    }

    #[test]
    fn two_columns_give_objects_other_names() {
        let (list, new) = NewNames::read(b"a\tx/y z\nb\tc\n", LINES).unwrap();
        assert_eq!(shown(&list), ["a", "b"]);
        assert_eq!(new.of(&"a".into()), Some(&"x/y z".into()));
        assert_eq!(new.of(&"x/y z".into()), None);
        for (text, line) in [
            (&b"a\tb\nc"[..], 2),
            (b"a\t", 1),
            (b"a\tb\tc", 1),
            (b"a\tb\nc\tb", 2),
            (b"a\tb\n./a\tc", 2),
        ] {
            assert_eq!(NewNames::read(text, LINES).unwrap_err().0, line, "{text:?}");
        }
    }

    #[test]
    fn a_hundred_thousand_names_are_found_one_by_one() {
        let names: Vec<String> = (0..100_000).map(|n| format!("d{}/{n}", n % 10)).collect();
        let text = names.join("\n");
        let list = NameList::read(text.as_bytes(), LINES).unwrap();
        assert_eq!(list.names().len(), 100_000);
        assert!((0..100_000).all(|n| list.has(format!("d{}/{n}", n % 10).as_bytes())));
        assert!(!list.has(b"d1/2") && list.has_below(b"d1/") && !list.has_below(b"e/"));
    }
}
