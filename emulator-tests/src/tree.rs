//! Files with their bytes, in memory: what a test stores on disk, in a container or in a share,
//! and what it finds there later.
//!
//! Names are relative, with `/` between their parts, as blobs have them. Empty folders are not part
//! of a tree, because AzCopy does not transfer them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::rest::Storage;

/// Files by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Files whose bytes contain their names, so that no two are equal.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().fold(Self::new(), |tree, name| {
            tree.with(name, format!("what is in {name}\n"))
        })
    }

    /// Adds a file.
    pub fn with(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), bytes.into());
        self
    }

    /// The same files below a folder.
    pub fn below(self, folder: &str) -> Self {
        let files = self.files.into_iter();
        Self {
            files: files
                .map(|(name, bytes)| (format!("{folder}/{name}"), bytes))
                .collect(),
        }
    }

    /// Only the files whose names `keep` accepts.
    pub fn only(mut self, keep: impl Fn(&str) -> bool) -> Self {
        self.files.retain(|name, _| keep(name));
        self
    }

    /// The files, by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// The bytes of the file `name`.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes the files below `folder`, which every user may then read.
    ///
    /// # Panics
    /// When one cannot be written.
    pub fn write_to(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("the folder can be made");
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            let parent = path.parent().expect("it is below the folder");
            fs::create_dir_all(parent).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            fs::write(&path, bytes).unwrap_or_else(|error| panic!("{name:?}: {error}"));
        }
    }

    /// The files below `folder`; none if the folder does not exist.
    ///
    /// # Panics
    /// When it cannot be read, or holds something that is neither file nor folder.
    pub fn read_from(folder: &Path) -> Self {
        let mut tree = Self::new();
        for name in names_below(folder) {
            let bytes =
                fs::read(folder.join(&name)).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            tree.files.insert(name, bytes);
        }
        tree
    }

    /// Stores the files in a container or a share.
    pub fn put_into(&self, storage: &(impl Storage + ?Sized)) {
        for (name, bytes) in &self.files {
            storage.put(name, bytes.clone());
        }
    }

    /// The objects in a container or a share.
    pub fn get_from(storage: &(impl Storage + ?Sized)) -> Self {
        let files = storage.names().into_iter();
        Self {
            files: files
                .map(|name| (name.clone(), storage.get(&name)))
                .collect(),
        }
    }
}

/// Names and lengths only: the bytes would make a message unreadable.
impl fmt::Debug for Tree {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths = self.files.iter().map(|(name, bytes)| (name, bytes.len()));
        to.debug_map().entries(lengths).finish()
    }
}

/// The names of all files below `folder`, relative to it, in order; none if the folder does not
/// exist.
///
/// # Panics
/// When a folder cannot be read, or holds something that is neither file nor folder.
pub fn names_below(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut left = vec![String::new()];
    while let Some(below) = left.pop() {
        let entries = match fs::read_dir(folder.join(&below)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && below.is_empty() => break,
            entries => entries.unwrap_or_else(|error| panic!("{below:?}: {error}")),
        };
        for entry in entries {
            let entry = entry.expect("a folder's entry can be read");
            let name = format!("{below}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().expect("an entry has a type");
            if kind.is_dir() {
                left.push(name + "/");
            } else {
                assert!(kind.is_file(), "{name:?} is neither file nor folder");
                names.push(name);
            }
        }
    }
    names.sort();
    names
}

/// `length` bytes that look random, always the same for the same `seed`, and that no two offsets
/// share.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(length + 8);
    let mut generator = SplitMix(seed);
    while bytes.len() < length {
        bytes.extend_from_slice(&generator.next().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Writes a file of `length` bytes of [`noise`], piece by piece, so that it may be larger than
/// memory.
///
/// # Panics
/// When it cannot be written.
pub fn write_noise(path: &Path, seed: u64, length: u64) {
    const PIECE: usize = 1 << 20;
    let mut file = File::create(path).expect("the file can be made");
    let mut generator = SplitMix(seed);
    let mut piece = vec![0; PIECE];
    let mut left = length;
    while left > 0 {
        let wanted = left.min(PIECE as u64) as usize;
        for word in piece[..wanted.next_multiple_of(8)].chunks_exact_mut(8) {
            word.copy_from_slice(&generator.next().to_le_bytes());
        }
        file.write_all(&piece[..wanted]).expect("the disk has room");
        left -= wanted as u64;
    }
}

/// A generator of 64-bit numbers (Steele, Lea and Flood 2014): small, fast, good enough to tell
/// pieces apart.
#[derive(Debug)]
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tree_comes_back_from_disk() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let tree = Tree::named(["a", "b/c", "b/d/e"]).with("empty", "");
        tree.write_to(folder.path());
        assert_eq!(Tree::read_from(folder.path()), tree);
        assert!(Tree::read_from(&folder.path().join("missing")).is_empty());
    }

    #[test]
    fn noise_is_the_same_in_memory_and_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("noise");
        let length = (1 << 20) + 13;
        write_noise(&path, 7, length);
        assert!(fs::read(path).expect("it was written") == noise(7, length as usize));
    }
}
