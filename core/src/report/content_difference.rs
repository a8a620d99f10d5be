//! How the contents of two objects differ.

use std::fmt;

/// How the objects of one name differ on two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentDifference {
    /// Their lengths differ.
    Size {
        /// The length at the source.
        source: u64,
        /// The length at the target.
        target: u64,
    },
    /// Their MD5s differ.
    Md5,
    /// Their bytes differ, first at this offset.
    Bytes {
        /// The offset of the first byte that differs.
        at: u64,
    },
    /// Only the source has the object.
    OnlyAtSource,
    /// Only the target has it.
    OnlyAtTarget,
}

impl fmt::Display for ContentDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { source, target } => write!(f, "differs size {source} -> {target}"),
            Self::Md5 => f.write_str("differs MD5"),
            Self::Bytes { at } => write!(f, "differs bytes at {at}"),
            Self::OnlyAtSource => f.write_str("only at source"),
            Self::OnlyAtTarget => f.write_str("only at destination"),
        }
    }
}
