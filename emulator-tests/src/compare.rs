//! Compares two sets of files by names and bytes, and describes the differences.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::tree::{Tree, names_below};

/// The part of two files that is in memory at once, in bytes.
const PIECE: usize = 1 << 20;

/// How many differences a message lists; the rest are counted.
const LISTED_MAX: usize = 20;

/// One difference between the files found and the files expected.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    /// A file is missing.
    Missing(String),
    /// A file exists that should not.
    Unexpected(String),
    /// A file is longer or shorter: name, bytes expected, bytes found.
    Length(String, u64, u64),
    /// A file has other bytes from this offset on.
    Bytes(String, u64),
}

impl fmt::Display for Difference {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(to, "{name:?} is missing"),
            Self::Unexpected(name) => write!(to, "{name:?} is there and should not be"),
            Self::Length(name, expected, found) => {
                write!(to, "{name:?} has {found} bytes instead of {expected}")
            }
            Self::Bytes(name, offset) => write!(to, "{name:?} differs from byte {offset} on"),
        }
    }
}

/// How `found` differs from `expected`.
pub fn trees(expected: &Tree, found: &Tree) -> Vec<Difference> {
    let names = |tree: &Tree| tree.files().map(|(name, _)| name.to_owned()).collect();
    by_name(&names(expected), &names(found), |name| {
        let (expected, found) = (expected.get(name)?, found.get(name)?);
        streams(
            name,
            expected,
            found.len() as u64,
            expected.len() as u64,
            found,
        )
    })
}

/// How the files below `found` differ from those below `expected`. Reads both piece by piece.
///
/// # Panics
/// When one of them cannot be read.
pub fn folders(expected: &Path, found: &Path) -> Vec<Difference> {
    let names = |folder| names_below(folder).into_iter().collect();
    by_name(&names(expected), &names(found), |name| {
        let open = |folder: &Path| {
            let file =
                File::open(folder.join(name)).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            let length = file.metadata().expect("an open file has a length").len();
            (file, length)
        };
        let ((left, expected), (right, found)) = (open(expected), open(found));
        streams(name, left, found, expected, right)
    })
}

/// Panics with the differences when there are any.
#[track_caller]
pub fn assert_none(differences: &[Difference]) {
    let listed: Vec<String> = differences
        .iter()
        .take(LISTED_MAX)
        .map(ToString::to_string)
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        listed.join("\n")
    );
}

/// Panics unless both trees are equal.
#[track_caller]
pub fn assert_same(expected: &Tree, found: &Tree) {
    assert_none(&trees(expected, found));
}

fn by_name(
    expected: &BTreeSet<String>,
    found: &BTreeSet<String>,
    contents: impl Fn(&str) -> Option<Difference>,
) -> Vec<Difference> {
    let missing = expected.difference(found).cloned().map(Difference::Missing);
    let unexpected = found
        .difference(expected)
        .cloned()
        .map(Difference::Unexpected);
    let both = expected
        .intersection(found)
        .filter_map(|name| contents(name));
    missing.chain(unexpected).chain(both).collect()
}

fn streams(
    name: &str,
    mut left: impl Read,
    found: u64,
    expected: u64,
    mut right: impl Read,
) -> Option<Difference> {
    if expected != found {
        return Some(Difference::Length(name.to_owned(), expected, found));
    }
    let (mut a, mut b) = (vec![0; PIECE], vec![0; PIECE]);
    let mut offset = 0;
    while offset < expected {
        let piece = (expected - offset).min(PIECE as u64) as usize;
        for (from, into) in [(&mut left as &mut dyn Read, &mut a), (&mut right, &mut b)] {
            from.read_exact(&mut into[..piece])
                .unwrap_or_else(|error| panic!("{name:?}: {error}"));
        }
        // Comparing slices is fast in a test build too; searching for the offset is not.
        if a[..piece] != b[..piece] {
            let at = (0..piece).find(|&at| a[at] != b[at]).unwrap_or_default();
            return Some(Difference::Bytes(name.to_owned(), offset + at as u64));
        }
        offset += piece as u64;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::noise;

    #[test]
    fn every_kind_of_difference_is_found_in_trees_and_on_disk() {
        let long = noise(1, PIECE + 10);
        let mut other = long.clone();
        other[PIECE + 3] ^= 1;
        let expected = Tree::named(["same", "gone"])
            .with("longer", "ab")
            .with("other", long);
        let found = Tree::named(["same", "new"])
            .with("longer", "abc")
            .with("other", other);
        let differences = [
            Difference::Missing("gone".to_owned()),
            Difference::Unexpected("new".to_owned()),
            Difference::Length("longer".to_owned(), 2, 3),
            Difference::Bytes("other".to_owned(), PIECE as u64 + 3),
        ];
        assert_eq!(trees(&expected, &found), differences);
        assert_eq!(trees(&expected, &expected), []);

        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let (left, right) = (folder.path().join("left"), folder.path().join("right"));
        expected.write_to(&left);
        found.write_to(&right);
        assert_eq!(folders(&left, &right), differences);
        assert_eq!(folders(&left, &left), []);
    }
}
