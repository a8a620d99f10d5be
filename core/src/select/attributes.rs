//! Selects files by their Windows attributes: `/A`, `/IA:`, `/XA:`.
//!
//! The store's lister reads the attributes of a file; this file decides whether the file is
//! selected.

use std::fmt;

/// The letters, in the order of AzCopy's help.
pub const LETTERS: &str = "RASHCNETOI";

/// The bits of the letters as Windows has them.
/// <https://learn.microsoft.com/windows/win32/fileio/file-attribute-constants>
const BITS: [(char, u32); 10] = [
    ('R', 0x1),
    ('A', 0x20),
    ('S', 0x4),
    ('H', 0x2),
    ('C', 0x800),
    ('N', NORMAL),
    ('E', 0x4000),
    ('T', 0x100),
    ('O', 0x1000),
    ('I', 0x2000),
];

/// A file without any other attribute; Windows stores this bit alone or not at all.
const NORMAL: u32 = 0x80;

/// A set of attributes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes(u32);

impl Attributes {
    /// None.
    pub const NONE: Self = Self(0);

    /// What Linux knows of any file: `R`, `H`, and `N` if it is neither.
    pub const OF_LINUX: Self = Self(0x1 | 0x2 | NORMAL);

    /// The attributes that these letters name, ignoring case; or the letter that names none.
    pub fn of_letters(letters: &str) -> Result<Self, char> {
        letters.chars().try_fold(Self::NONE, |set, letter| {
            let bit = BITS
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(&letter))
                .ok_or(letter)?
                .1;
            Ok(Self(set.0 | bit))
        })
    }

    /// The attributes of a file as Windows stores them. Bits without a letter are ignored, and a
    /// file with no other attribute is a normal one.
    pub fn of_windows(bits: u32) -> Self {
        let known = BITS.iter().fold(0, |known, (_, bit)| known | bit) & !NORMAL;
        match bits & known {
            0 => Self(NORMAL),
            some => Self(some),
        }
    }

    /// The attributes of a file of which only this is known.
    pub fn of_linux(is_read_only: bool, is_hidden: bool) -> Self {
        Self::of_windows(u32::from(is_read_only) | u32::from(is_hidden) << 1)
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether both sets have an attribute in common.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The attributes that are not in `other`.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// As letters.
impl fmt::Display for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        BITS.iter()
            .filter(|(_, bit)| self.0 & bit != 0)
            .try_for_each(|(letter, _)| write!(f, "{letter}"))
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

/// Which attributes a file must have. The default selects every file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttributeRule {
    /// `/A`: the archive attribute is required.
    pub archive_only: bool,
    /// `/IA:`: one of these is required; empty: none is.
    pub include: Attributes,
    /// `/XA:`: none of these is allowed.
    pub exclude: Attributes,
}

impl AttributeRule {
    /// Whether every file is selected, so that attributes need not be read.
    pub fn is_void(self) -> bool {
        self == Self::default()
    }

    /// The attributes that the rule depends on.
    pub fn asked(self) -> Attributes {
        self.archive().union(self.include).union(self.exclude)
    }

    /// Whether a file with these attributes is selected.
    pub fn admits(self, file: Attributes) -> bool {
        (!self.archive_only || file.meets(self.archive()))
            && (self.include.is_empty() || file.meets(self.include))
            && !file.meets(self.exclude)
    }

    fn archive(self) -> Attributes {
        Attributes(if self.archive_only { 0x20 } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(letters: &str) -> Attributes {
        Attributes::of_letters(letters).unwrap()
    }

    #[test]
    fn letters_are_read_in_any_case_and_shown_in_the_order_of_the_help() {
        assert_eq!(letters("ioTenchsar").to_string(), LETTERS);
        assert_eq!(letters(""), Attributes::NONE);
        assert_eq!(Attributes::of_letters("RQ"), Err('Q'));
    }

    #[test]
    fn a_file_is_normal_when_it_is_nothing_else() {
        assert_eq!(Attributes::of_windows(0x80), letters("N"));
        assert_eq!(Attributes::of_windows(0), letters("N"));
        assert_eq!(Attributes::of_windows(0x80 | 0x20), letters("A"));
        // Sparse, reparse point: no letters.
        assert_eq!(Attributes::of_windows(0x600), letters("N"));
        assert_eq!(Attributes::of_windows(0x7927), letters("RASHCETOI"));
        assert_eq!(Attributes::of_linux(true, false), letters("R"));
        assert_eq!(Attributes::of_linux(true, true), letters("RH"));
        assert_eq!(Attributes::of_linux(false, false), letters("N"));
    }

    #[test]
    fn a_file_must_have_one_of_the_included_and_none_of_the_excluded() {
        let rule = |archive_only, include, exclude| AttributeRule {
            archive_only,
            include: letters(include),
            exclude: letters(exclude),
        };
        for (rule, meant, not_meant) in [
            (rule(false, "", ""), vec!["N", "R", "RASH"], vec![]),
            (rule(true, "", ""), vec!["A", "RA"], vec!["N", "R"]),
            (rule(false, "RH", ""), vec!["R", "H", "RA"], vec!["N", "A"]),
            (rule(false, "", "SH"), vec!["N", "RA"], vec!["S", "AH"]),
            (rule(false, "R", "H"), vec!["R", "RA"], vec!["RH", "N"]),
            // Both conditions hold together.
            (rule(true, "RH", ""), vec!["RA"], vec!["A", "R"]),
            (rule(false, "N", ""), vec!["N"], vec!["A"]),
        ] {
            for file in meant {
                assert!(rule.admits(letters(file)), "{rule:?} {file}");
            }
            for file in not_meant {
                assert!(!rule.admits(letters(file)), "{rule:?} {file}");
            }
        }
    }

    #[test]
    fn a_rule_names_what_it_asks_after() {
        let rule = AttributeRule {
            archive_only: true,
            include: letters("R"),
            exclude: letters("S"),
        };
        assert_eq!(rule.asked(), letters("RAS"));
        assert!(!rule.is_void());
        assert!(AttributeRule::default().is_void());
        assert_eq!(rule.asked().without(Attributes::OF_LINUX), letters("AS"));
    }
}
