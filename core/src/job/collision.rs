//! Finds two objects that would get the same name at the target.
//!
//! Only a name that the mapping changed can meet another name. So only those are remembered: the
//! job asks the source for their twin, and this file compares them with each other.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::plan::target_name::TargetName;

/// The target names of changed names so far, eight bytes each.
#[derive(Debug, Default)]
pub(super) struct Collisions {
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Collisions {
    /// Remembers the target of a changed name; false when another changed name led to it before.
    ///
    /// It remembers a keyed hash. Among a million changed names two have the same hash with a
    /// probability of one in forty million. Then an object fails with an error, which is better
    /// than replacing another.
    pub(super) fn admit(&mut self, target: &TargetName) -> bool {
        self.seen.insert(self.hasher.hash_one(target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::EntryName;
    use crate::store::local::name::LocalNaming;

    #[test]
    fn the_second_of_two_names_that_become_one_is_not_admitted() {
        let naming = LocalNaming::new('/');
        let target = |name: &str| naming.name(&EntryName::from(name)).unwrap().name;
        let mut collisions = Collisions::default();
        assert!(collisions.admit(&target("a///b")));
        assert!(collisions.admit(&target("a///c")));
        assert!(!collisions.admit(&target("a//%2Fb")));
    }
}
