//! Whether a service keeps what is deleted.

use std::fmt;

/// Whether a service keeps deleted objects for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftDelete {
    /// It keeps them for so many days.
    Days(u32),
    /// It keeps none.
    Off,
    /// It does not say: mostly the permission to ask is missing.
    Unknown,
}

impl fmt::Display for SoftDelete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("soft delete: 1 day"),
            Self::Days(days) => write!(f, "soft delete: {days} days"),
            Self::Off => f.write_str("soft delete: off, deletions are final"),
            Self::Unknown => f.write_str("soft delete: unknown"),
        }
    }
}
