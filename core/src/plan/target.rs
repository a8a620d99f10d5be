//! What an object is called at its destination. An [`EntryName`] goes in, a name that the destination can hold comes out,
//! or an error that names the object. The rules are values that the destination's store gives.
//!
//! The mapping is AzCopy's. It is not one to one: `a\b` and `a/b` become the same blob, the blobs `a//b` and `a/%2Fb` the
//! same file. [`MappedName::twin`] tells the one other name that leads to the same target unchanged, so that the
//! job can look for it.

use std::fmt;
use std::path::Path;

use crate::entry::EntryName;
use crate::{Error, Result};

/// How a destination names objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameRule {
    /// As blobs.
    Blob {
        /// The virtual directory they go to, without a slash at its end; empty for the container itself.
        directory: String,
        /// Longest full name, in characters (UTF-16 code units, as the service counts).
        chars_max: usize,
        /// The source's names are names of blobs already and stay as they are.
        as_is: bool,
    },
    /// As files below one folder.
    Local {
        /// What separates virtual directories in the names of the source; one character, `/` by default.
        delimiter: char,
        /// Longest part of a path, in bytes.
        part_bytes_max: usize,
    },
}

/// The name of an object at its destination, checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TargetName {
    /// The full name of a blob, its virtual directory included.
    Blob(BlobName),
    /// A path below the destination's folder.
    Local(LocalName),
}

/// The full name of a blob: UTF-8, not empty, not too long, no part `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlobName(Box<str>);

impl BlobName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A relative path that stays below the folder it is relative to: parts that are not empty, not `.` and not `..`, separated by
/// single slashes, without NUL, each short enough for a file system. What lies on the disk (a symbolic link) is
/// not its concern: files are opened beneath the destination as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LocalName(Box<[u8]>);

impl LocalName {
    /// The path, as the kernel takes it.
    pub fn as_path(&self) -> &Path {
        use std::os::unix::ffi::OsStrExt as _;
        Path::new(std::ffi::OsStr::from_bytes(&self.0))
    }

    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The folder it lies in and its own last part; the folder is empty for the destination itself.
    pub fn split(&self) -> (&[u8], &[u8]) {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => (&self.0[..slash], &self.0[slash + 1..]),
            None => (&[], &self.0),
        }
    }
}

impl TargetName {
    /// The name of a blob. A destination is only ever given names that its own rule made, so another kind is a bug.
    pub fn as_blob(&self) -> &BlobName {
        match self {
            Self::Blob(name) => name,
            Self::Local(_) => unreachable!("a destination of blobs makes names of blobs"),
        }
    }

    /// The name of a local file; as [`TargetName::as_blob`].
    pub fn as_local(&self) -> &LocalName {
        match self {
            Self::Local(name) => name,
            Self::Blob(_) => unreachable!("a destination of files makes names of files"),
        }
    }

    /// The name's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Blob(name) => name.0.as_bytes(),
            Self::Local(name) => &name.0,
        }
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EntryName::new(self.as_bytes()).fmt(f)
    }
}

/// Where an entry goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedName {
    /// Its name there.
    pub name: TargetName,
    /// The mapping had to change something: this is the other name at the source that leads to the same target without a
    /// change. If an object of that name is selected too, the two collide.
    pub twin: Option<EntryName>,
}

impl MappedName {
    /// The target of a snapshot of `entry`: the label stands before the extension of the last part, as in
    /// `a/b (2011-03-09 014234).txt`.
    pub fn labelled(self, entry: &EntryName, label: &str) -> Self {
        let name = match self.name {
            TargetName::Blob(BlobName(name)) => {
                let name = labelled(name.as_bytes(), label);
                TargetName::Blob(BlobName(String::from_utf8_lossy(&name).into()))
            }
            TargetName::Local(LocalName(name)) => {
                TargetName::Local(LocalName(labelled(&name, label).into()))
            }
        };
        let twin = Some(EntryName::new(labelled(entry.as_bytes(), label)));
        Self { name, twin }
    }
}

/// A dot at the very end is no extension, and disappears.
fn labelled(name: &[u8], label: &str) -> Vec<u8> {
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

impl NameRule {
    /// The target of an entry.
    ///
    /// # Errors
    ///
    /// [`Error::Name`] when the destination cannot hold such a name, or must not.
    pub fn target(&self, entry: &EntryName) -> Result<MappedName> {
        match self {
            Self::Blob {
                directory,
                chars_max,
                as_is,
            } => blob_target(entry, directory, *chars_max, *as_is),
            Self::Local {
                delimiter,
                part_bytes_max,
            } => local_target(entry, *delimiter, *part_bytes_max),
        }
    }
}

impl NameRule {
    /// The target that the user named, letter by letter. `name` is one part: the last of the destination.
    ///
    /// # Errors
    ///
    /// As [`NameRule::target`].
    pub fn exactly(&self, name: &EntryName) -> Result<MappedName> {
        let name = match self {
            Self::Blob {
                directory,
                chars_max,
                ..
            } => {
                let text = name
                    .as_str()
                    .ok_or_else(|| invalid(name, "a blob's name must be UTF-8"))?;
                TargetName::Blob(full_name(name, text, directory, *chars_max)?)
            }
            Self::Local { part_bytes_max, .. } => {
                check_part(name, name.as_bytes(), *part_bytes_max)?;
                TargetName::Local(LocalName(name.as_bytes().into()))
            }
        };
        Ok(MappedName { name, twin: None })
    }
}

fn blob_target(
    entry: &EntryName,
    directory: &str,
    chars_max: usize,
    as_is: bool,
) -> Result<MappedName> {
    let text = entry
        .as_str()
        .ok_or_else(|| invalid(entry, "a blob's name must be UTF-8"))?;
    // AzCopy on Linux too makes a slash of every backslash: the names fit a download on Windows.
    let relative = if as_is {
        text.to_owned()
    } else {
        text.replace('\\', "/")
    };
    if relative.is_empty() {
        return Err(invalid(entry, "it is empty"));
    }
    if let Some(step) = relative.split('/').find(|part| is_step(part.as_bytes()))
        && !as_is
    {
        return Err(invalid(entry, &format!("it would have a part `{step}`")));
    }
    Ok(MappedName {
        twin: twin_of_file(text, &relative),
        name: TargetName::Blob(full_name(entry, &relative, directory, chars_max)?),
    })
}

/// The full name of the blob that is called `relative` in this virtual directory.
fn full_name(
    entry: &EntryName,
    relative: &str,
    directory: &str,
    chars_max: usize,
) -> Result<BlobName> {
    let full = if directory.is_empty() {
        relative.to_owned()
    } else {
        format!("{directory}/{relative}")
    };
    if full.encode_utf16().count() > chars_max {
        return Err(Error::Name(format!(
            "file `{entry}` is too long, relative path must not exceed {chars_max} characters"
        )));
    }
    Ok(BlobName(full.into()))
}

fn local_target(entry: &EntryName, delimiter: char, part_bytes_max: usize) -> Result<MappedName> {
    let text = entry
        .as_str()
        .ok_or_else(|| invalid(entry, "it is not UTF-8"))?;
    let path = local_path(text, delimiter);
    for part in path.split('/') {
        check_part(entry, part.as_bytes(), part_bytes_max)?;
    }
    Ok(MappedName {
        twin: twin_of_blob(text, &path, delimiter),
        name: TargetName::Local(LocalName(path.into_bytes().into())),
    })
}

/// Refuses what cannot be one part of a path below the destination.
fn check_part(entry: &EntryName, part: &[u8], part_bytes_max: usize) -> Result<()> {
    if part.is_empty() {
        return Err(invalid(entry, "it is empty"));
    }
    if is_step(part) {
        let step = EntryName::new(part);
        return Err(invalid(entry, &format!("it has a part `{step}`")));
    }
    if part.len() > part_bytes_max {
        let why = format!("a part of it is longer than {part_bytes_max} bytes");
        return Err(invalid(entry, &why));
    }
    Ok(())
}

/// The path of a blob's name. A delimiter separates only between two parts that are not empty; every other slash is
/// escaped, and so is NUL. A percent sign is not: names keep their look, and the twin tells of the collision.
fn local_path(name: &str, delimiter: char) -> String {
    let mut path = String::with_capacity(name.len());
    let mut previous = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let separates = letter == delimiter
            && previous.is_some_and(|previous| previous != delimiter)
            && letters.peek().is_some();
        match letter {
            _ if separates => path.push('/'),
            '/' => path.push_str("%2F"),
            '\0' => path.push_str("%00"),
            _ => path.push(letter),
        }
        previous = Some(letter);
    }
    path
}

/// The file that has the blob's relative name already. No file's path has an empty part.
fn twin_of_file(name: &str, relative: &str) -> Option<EntryName> {
    let is_path = relative.split('/').all(|part| !part.is_empty());
    (relative != name && is_path).then(|| EntryName::from(relative))
}

/// The blob whose name becomes the same path by its delimiters alone.
fn twin_of_blob(name: &str, path: &str, delimiter: char) -> Option<EntryName> {
    let twin = path.replace('/', delimiter.encode_utf8(&mut [0; 4]));
    (twin != name).then(|| EntryName::from(twin.as_str()))
}

/// A part that a path takes for a step, not for a name.
fn is_step(part: &[u8]) -> bool {
    part == b"." || part == b".."
}

fn invalid(entry: &EntryName, why: &str) -> Error {
    Error::Name(format!(
        "the corresponding destination path for source `{entry}` is invalid: {why}"
    ))
}

#[cfg(test)]
mod tests;
