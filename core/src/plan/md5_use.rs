//! What the MD5 of the moved bytes is for.

use super::route::Direction;
use crate::options::Integrity;

/// What the MD5 of the moved bytes is for. It follows from the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Md5Use {
    /// The target stores it with the object.
    Store,
    /// It is compared with the one that the source has stored.
    Compare,
    /// Nothing: the target takes over the one that the source has stored.
    TakeOver,
}

impl Md5Use {
    pub(super) fn of(direction: Direction) -> Self {
        match direction {
            Direction::Upload => Self::Store,
            Direction::Download => Self::Compare,
            Direction::ServiceToService => Self::TakeOver,
        }
    }

    /// Whether the MD5 is computed under these options.
    pub fn is_computed(self, integrity: &Integrity) -> bool {
        match self {
            Self::Store => integrity.store_md5,
            Self::Compare => integrity.check_md5,
            Self::TakeOver => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_md5_is_computed_where_the_option_of_its_use_says_so() {
        let integrity = |store_md5, check_md5| Integrity {
            store_md5,
            check_md5,
            ..Integrity::default()
        };
        for (md5, store, compare) in [
            (Md5Use::Store, true, false),
            (Md5Use::Compare, false, true),
            (Md5Use::TakeOver, false, false),
        ] {
            assert_eq!(md5.is_computed(&integrity(true, false)), store, "{md5:?}");
            assert_eq!(md5.is_computed(&integrity(false, true)), compare, "{md5:?}");
        }
    }
}
