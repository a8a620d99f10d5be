//! The name of an object at its target, and what a store's naming says about it.
//!
//! Each store names objects by its own rules (`store/blob/name.rs`, `store/local/name.rs`), which
//! are AzCopy's. The mapping is not one to one: `a\b` and `a/b` become the same blob, the blobs
//! `a//b` and `a/%2Fb` the same file. [`MappedName::twin`] is the one other name that leads to the
//! same target unchanged, so that the job can look for it.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::Error;
use crate::entry::{EntryName, LabelPlace, Snapshot};

/// The name of an object at its target, as the target's store made and checked it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TargetName(Box<[u8]>);

impl TargetName {
    /// A name that the store has checked against its rules.
    pub(crate) fn new(checked: impl Into<Box<[u8]>>) -> Self {
        Self(checked.into())
    }

    /// The name's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as text; `None` for a name that is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The name as a path, as the kernel takes it.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EntryName::new(self.as_bytes()).fmt(f)
    }
}

/// The name of an entry at the target, and the name it may collide with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedName {
    /// Its name there.
    pub name: TargetName,
    /// The other source name that leads to the same target unchanged, where the mapping changed
    /// this one. If an object of that name is selected too, the two collide.
    pub twin: Option<EntryName>,
}

impl MappedName {
    /// A name that the mapping leaves as it is.
    pub(crate) fn unchanged(name: TargetName) -> Self {
        Self { name, twin: None }
    }

    /// The target of a snapshot or a version of `entry`.
    ///
    /// The label stands before the extension of the last part: `a/b (2011-03-09 014234).txt`; or where its place says.
    #[must_use]
    pub fn labelled(self, entry: &EntryName, snapshot: &Snapshot) -> Self {
        let label = &*snapshot.label;
        let labelled = match snapshot.place {
            LabelPlace::BeforeExtension => before_extension,
            LabelPlace::BeforeName => before_name,
            LabelPlace::Nowhere => return self,
        };
        Self {
            name: TargetName::new(labelled(self.name.as_bytes(), label)),
            twin: Some(EntryName::new(labelled(entry.as_bytes(), label))),
        }
    }
}

fn before_name(name: &[u8], label: &str) -> Vec<u8> {
    let slash = name.iter().rposition(|&byte| byte == b'/');
    let (folder, last) = name.split_at(slash.map_or(0, |slash| slash + 1));
    [folder, label.as_bytes(), b"-", last].concat()
}

/// A dot at the very end is no extension, and disappears.
fn before_extension(name: &[u8], label: &str) -> Vec<u8> {
    let last = name
        .iter()
        .rposition(|&byte| byte == b'/')
        .map_or(0, |slash| slash + 1);
    let dot = name[last..]
        .iter()
        .rposition(|&byte| byte == b'.')
        .map_or(name.len(), |dot| last + dot);
    let extension = match &name[dot..] {
        b"." => b"",
        extension => extension,
    };
    [&name[..dot], format!(" ({label})").as_bytes(), extension].concat()
}

/// Whether a path takes this part for a step (`.`, `..`) and not for a name.
pub(crate) fn is_step(part: &[u8]) -> bool {
    part == b"." || part == b".."
}

/// The error that the target cannot hold, or must not hold, the name of this entry.
pub(crate) fn invalid(entry: &EntryName, why: &str) -> Error {
    Error::Name(format!(
        "the corresponding destination path for source `{entry}` is invalid: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place: LabelPlace) -> Snapshot {
        Snapshot {
            id: "i".into(),
            label: "t".into(),
            place,
        }
    }

    #[test]
    fn the_label_of_a_version_can_stand_before_the_name_or_nowhere() {
        let name = |place| {
            let target = MappedName::unchanged(TargetName::new(&b"d/a.txt"[..]));
            target
                .labelled(&EntryName::from("a.txt"), &at(place))
                .name
                .to_string()
        };
        assert_eq!(name(LabelPlace::BeforeName), "d/t-a.txt");
        assert_eq!(name(LabelPlace::Nowhere), "d/a.txt");
    }

    #[test]
    fn a_snapshot_is_labelled_before_its_extension() {
        for (name, expected) in [
            ("a.txt", "a (t).txt"),
            ("v.1/a", "v.1/a (t)"),
            ("abc.", "abc (t)"),
            (".bashrc", " (t).bashrc"),
            ("a.tar.gz", "a.tar (t).gz"),
        ] {
            let target = MappedName::unchanged(TargetName::new(name.as_bytes()));
            let target = target.labelled(&EntryName::from(name), &at(LabelPlace::BeforeExtension));
            assert_eq!(target.name.as_bytes(), expected.as_bytes());
            assert_eq!(target.twin, Some(EntryName::from(expected)));
        }
    }
}
