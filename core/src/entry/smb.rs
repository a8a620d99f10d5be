//! The attributes and times that Windows keeps with a file. File shares store them, and so does Samba
//! on a Linux file system.

use std::fmt;
use std::time::SystemTime;

/// The names of the attributes in a file share, with their bits in Windows.
/// <https://learn.microsoft.com/rest/api/storageservices/create-file#file-system-attributes>
const NAMED: [(&str, u32); 8] = [
    ("ReadOnly", 0x1),
    ("Hidden", 0x2),
    ("System", 0x4),
    ("Archive", 0x20),
    ("Temporary", 0x100),
    ("Offline", 0x1000),
    ("NotContentIndexed", 0x2000),
    ("NoScrubData", 0x2_0000),
];

/// The attributes and times of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmbProperties {
    /// The attributes.
    pub attributes: SmbAttributes,
    /// When the file was created, where that is known.
    pub created: Option<SystemTime>,
    /// When its content was last written.
    pub last_write: SystemTime,
}

/// Attributes of a file, as the bits of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SmbAttributes(u32);

impl SmbAttributes {
    /// The file cannot be written.
    pub const READ_ONLY: Self = Self(0x1);
    /// The file changed since it was archived: a new file has only this.
    pub const ARCHIVE: Self = Self(0x20);

    /// The attributes of these bits, as far as a file share has names for them.
    pub fn of_bits(bits: u32) -> Self {
        let known = NAMED.iter().fold(0, |known, (_, bit)| known | bit);
        Self(bits & known)
    }

    /// Reads `ReadOnly | Archive`. A word that names no attribute is left out.
    pub fn of_words(text: &str) -> Self {
        let bit = |word: &str| {
            let mut named = NAMED.iter();
            let found = named.find(|(name, _)| name.eq_ignore_ascii_case(word.trim()));
            found.map_or(0, |(_, bit)| *bit)
        };
        Self(text.split('|').map(bit).fold(0, |bits, bit| bits | bit))
    }

    /// The bits.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Whether it has all of these.
    pub fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// The same without these.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }
}

/// The names with bars, as a request to a file share has them; `None` for no attribute.
impl fmt::Display for SmbAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = NAMED.iter().filter(|(_, bit)| self.0 & bit != 0);
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        if names.is_empty() {
            return f.write_str("None");
        }
        f.write_str(&names.join("|"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_read_with_any_spacing_and_written_with_bars() {
        let read = SmbAttributes::of_words("readonly | Archive|Hidden");
        assert_eq!(read.to_string(), "ReadOnly|Hidden|Archive");
        assert_eq!(read.bits(), 0x23);
        assert_eq!(SmbAttributes::of_words("None").to_string(), "None");
        assert_eq!(
            SmbAttributes::of_words("Directory|Archive"),
            SmbAttributes::ARCHIVE
        );
    }

    #[test]
    fn the_bits_that_a_share_has_no_name_for_are_left_out() {
        // Normal, sparse, compressed and reparse point.
        assert_eq!(SmbAttributes::of_bits(0x0e80 | 0x21).bits(), 0x21);
        assert!(SmbAttributes::of_bits(0x21).has(SmbAttributes::READ_ONLY));
        let writable = SmbAttributes::of_bits(0x21).without(SmbAttributes::READ_ONLY);
        assert_eq!(writable, SmbAttributes::ARCHIVE);
    }
}
