//! One object of the source, as a listing describes it.

mod link;

mod posix;

mod smb;

mod true_time;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

pub use link::{LINK_SUFFIX, LINK_TARGET_BYTES_MAX, folder_properties, is_link, link_properties};
pub use posix::PosixProperties;
pub use smb::{SmbAttributes, SmbProperties};
pub use true_time::{TrueTime, with_true_time};

use crate::options::{AccessTier, BlobTags};

/// The name of an object relative to the source's root: bytes, parts separated by `/`.
///
/// On a disk it may be any bytes, in a service it is UTF-8. It is not a name at the target: the
/// target's store maps and checks it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryName(Box<[u8]>);

impl EntryName {
    /// A name of these bytes.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name of an object of this name in the folder that has this one.
    #[must_use]
    pub fn below(&self, name: &Self) -> Self {
        Self([&self.0, &b"/"[..], &name.0].concat().into())
    }

    /// The name of the folder that a mark of this name stands for, where the mark has another one: it ends in a
    /// slash.
    pub fn of_folder(&self) -> Option<Self> {
        let name = self.0.strip_suffix(b"/")?;
        (!name.is_empty() && !name.ends_with(b"/")).then(|| Self(name.into()))
    }

    /// The name as text, where it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<&str> for EntryName {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

/// Escapes everything that a terminal would interpret: control characters, bidirectional marks,
/// invalid UTF-8.
impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.iter().all(|byte| matches!(byte, b' '..=b'~'))
            && let Some(text) = self.as_str()
        {
            return f.write_str(text);
        }
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                if is_unprintable(letter) {
                    write!(f, "{}", letter.escape_unicode())?;
                } else {
                    write!(f, "{letter}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

/// C0, DEL, C1 and the characters that change the direction of text (Unicode Bidirectional
/// Algorithm, UAX 9).
fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The service's name for one version of an object, compared for equality only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(pub String);

/// What identifies this version of an object. When it changes, the source has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// A local file: when it was modified, in nanoseconds since 1970, and its inode.
    Local {
        /// Modification time, nanoseconds since the epoch.
        modified_ns: i128,
        /// The inode number.
        inode: u64,
    },
    /// An object of a service.
    Service(ETag),
}

impl Version {
    /// The service's name for it; `None` for a file.
    pub fn etag(&self) -> Option<&ETag> {
        match self {
            Self::Service(etag) => Some(etag),
            Self::Local { .. } => None,
        }
    }

    /// Whether a listing named the object and could not examine it: a link without a target, or a
    /// file that was removed meanwhile. Its length and times are unknown then.
    pub fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::Local {
                modified_ns: 0,
                inode: 0
            }
        )
    }
}

/// How the source stores an object's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// In order: a file, a block blob.
    #[default]
    Plain,
    /// In pages, of which only some are in use; the others are zeros: a page blob.
    Pages,
    /// In blocks that were appended one after the other: an append blob.
    Appended,
    /// Nowhere: an empty blob that marks a directory, by its metadata (`hdi_isfolder`) or by a slash at the end of
    /// its name.
    Folder,
    /// In order: the target of a symbolic link (`is_symlink`). Only where links are kept.
    Link,
}

/// What a service stores beside an object's bytes, and stores again with a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectProperties {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// The metadata, name and value.
    pub metadata: Vec<(String, String)>,
    /// The access tier that was set for a blob.
    pub tier: Option<AccessTier>,
    /// The index tags of a blob.
    pub tags: Option<BlobTags>,
    /// What no copy stores, where a listing was asked to show it.
    pub facts: Option<Box<BlobFacts>>,
}

/// What a service says about a blob that a listing shows and no copy stores, in the service's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobFacts {
    /// The access tier, also an inferred one.
    pub tier: Option<String>,
    /// Where the blob goes from the archive: `rehydrate-pending-to-hot`.
    pub archive_status: Option<String>,
    /// `available`, `leased` and others.
    pub lease_state: Option<String>,
    /// `infinite` or `fixed`.
    pub lease_duration: Option<String>,
    /// `locked` or `unlocked`.
    pub lease_status: Option<String>,
    /// The id of this version of the blob, in an account that keeps versions.
    pub version_id: Option<String>,
}

/// Why the bytes of a blob cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveState {
    /// It is in the archive tier.
    Archived,
    /// It is on its way out of the archive tier.
    Rehydrating,
}

/// Which snapshot or version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The service's id of the snapshot: a time. For a version, [`VERSION_MARK`] and then its id, which is a time too.
    pub id: Box<str>,
    /// That time as it is written in the name of a copy, different from the labels of the object's
    /// other snapshots.
    pub label: Box<str>,
    /// Where it is written.
    pub place: LabelPlace,
}

/// What the id of a version begins with, in a [`Snapshot`] and in journals.
pub const VERSION_MARK: &str = "versionid=";

/// Where the name of a copy has the label of its snapshot or version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelPlace {
    /// Before the extension: `name (label).txt`.
    BeforeExtension,
    /// Before the name, as AzCopy 10 writes versions: `label-name.txt`.
    BeforeName,
    /// Nowhere: the copy has the name of the object.
    Nowhere,
}

/// One object of the source.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Relative to the source's root.
    pub name: EntryName,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its modification time; services report whole seconds.
    pub modified: SystemTime,
    /// Which version of it was listed.
    pub version: Version,
    /// The MD5 stored with it, where the service has one.
    pub md5: Option<[u8; 16]>,
    /// How its bytes are stored.
    pub kind: Layout,
    /// The stored headers and metadata, if they are copied too.
    pub carried: Option<Box<ObjectProperties>>,
    /// The snapshot that it is, if it is one.
    pub snapshot: Option<Box<Snapshot>>,
    /// Its attributes and times in Windows, if they are copied too.
    pub smb: Option<Box<SmbProperties>>,
    /// Why its bytes cannot be read, where the archive tier is the reason.
    pub archive: Option<ArchiveState>,
}

impl Entry {
    /// An object of which nothing but the name is known.
    pub fn unknown(name: EntryName) -> Self {
        Self {
            name,
            bytes: 0,
            modified: UNIX_EPOCH,
            version: Version::Local {
                modified_ns: 0,
                inode: 0,
            },
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_name_carries_no_raw_control_character() {
        let name = EntryName::new(&b"a\x1b[2J\n\xff\xe2\x80\xae.txt"[..]);
        assert_eq!(name.to_string(), r"a\u{1b}[2J\u{a}\xff\u{202e}.txt");
    }

    #[test]
    fn one_slash_at_the_end_of_a_name_is_the_mark_of_a_folder() {
        let folder = |name: &str| {
            let folder = EntryName::from(name).of_folder();
            folder.map(|folder| folder.to_string())
        };
        assert_eq!(folder("a/b/").as_deref(), Some("a/b"));
        assert_eq!(folder("/a/").as_deref(), Some("/a"));
        for name in ["", "/", "a", "a/b", "a//"] {
            assert_eq!(folder(name), None, "{name}");
        }
    }
}
