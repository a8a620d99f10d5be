//! The attributes of files and directories that SMB has: `ReadOnly | Hidden | Archive`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The attributes that a request may name, with their bits in Windows.
const NAMED: [(&str, u32); 9] = [
    ("ReadOnly", 0x1),
    ("Hidden", 0x2),
    ("System", 0x4),
    ("Directory", 0x10),
    ("Archive", 0x20),
    ("Temporary", 0x100),
    ("Offline", 0x1000),
    ("NotContentIndexed", 0x2000),
    ("NoScrubData", 0x2_0000),
];

/// A set of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileAttributes(u32);

impl FileAttributes {
    /// Only read.
    pub const READ_ONLY: Self = Self(0x1);
    /// A directory.
    pub const DIRECTORY: Self = Self(0x10);
    /// A file that was changed since it was archived: what a file without attributes has.
    pub const ARCHIVE: Self = Self(0x20);

    /// Reads `ReadOnly|Archive`; `None` for a name that is no attribute. The word `None` names no
    /// attribute.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bits = 0;
        for name in text.split('|').map(str::trim) {
            if name.eq_ignore_ascii_case("none") {
                continue;
            }
            let mut named = NAMED.iter();
            bits |= named.find(|(other, _)| other.eq_ignore_ascii_case(name))?.1;
        }
        Some(Self(bits))
    }

    /// Whether it has all of these.
    pub fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// What the service stores for a file that is given these: a file without attributes gets
    /// `Archive`. `None` when they are those of a directory.
    pub fn of_file(self) -> Option<Self> {
        match self {
            _ if self.has(Self::DIRECTORY) => None,
            Self(0) => Some(Self::ARCHIVE),
            _ => Some(self),
        }
    }

    /// What the service stores for a directory that is given these.
    pub fn of_directory(self) -> Self {
        Self(self.0 | Self::DIRECTORY.0)
    }
}

impl fmt::Display for FileAttributes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = NAMED.iter().filter(|(_, bit)| self.0 & bit != 0);
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        out.write_str(&names.join(" | "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_with_a_bar_and_written_with_spaces() {
        let read = FileAttributes::parse("Archive|readonly | Archive").unwrap();
        assert_eq!(read.to_string(), "ReadOnly | Archive");
        assert!(FileAttributes::parse("Archive|Nonsense").is_none());
    }

    #[test]
    fn a_file_always_has_an_attribute_and_a_directory_is_one() {
        let none = FileAttributes::parse("None").unwrap();
        assert_eq!(none.of_file(), Some(FileAttributes::ARCHIVE));
        assert_eq!(none.of_directory(), FileAttributes::DIRECTORY);
        assert_eq!(FileAttributes::DIRECTORY.of_file(), None);
    }
}
