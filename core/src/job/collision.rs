//! Finds two objects that would get the same name at the target.
//!
//! Only a name that the mapping changed can meet another name. So only those are remembered: the
//! job asks the source for their twin, and this file compares them with each other. A store that
//! takes `a` and `A` for one name gives a form of each name for the comparison. There every name is
//! remembered: about 36 MiB for a million objects.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::hash::{BuildHasher, RandomState};

use crate::entry::EntryName;
use crate::plan::target_name::TargetName;
use crate::store::Target;

/// The bytes of names that are kept for messages. Of later objects only hashes are kept.
const NAMES_BYTES_MAX: usize = 1 << 20;

/// The target names so far that may meet another, and their objects.
#[derive(Debug, Default)]
pub(super) struct Collisions {
    owners: HashMap<u64, NameOwner>,
    names: Vec<EntryName>,
    names_bytes: usize,
    hasher: RandomState,
}

/// The object that has a target name.
#[derive(Debug)]
struct NameOwner {
    /// The hash of the object's name and snapshot.
    object: u32,
    /// The index of its name in the names that are kept.
    index: u32,
}

/// Another object has the target name; its name, where that was kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NameTaken<'a>(pub(super) Option<&'a EntryName>);

impl Collisions {
    /// Whether no object has this target name or folded form.
    pub(super) fn is_free(&self, target: &TargetName) -> bool {
        !self.owners.contains_key(&self.hasher.hash_one(target))
    }

    /// Remembers a target name or its folded form; fails when another object has it.
    ///
    /// It remembers a keyed hash. Among a million names two have the same hash with a
    /// probability of one in forty million. Then an object fails with an error, which is better
    /// than replacing another.
    pub(super) fn admit(
        &mut self,
        target: &TargetName,
        name: &EntryName,
        snapshot: Option<&str>,
    ) -> Result<(), NameTaken<'_>> {
        let object = self.hasher.hash_one((name.as_bytes(), snapshot)) as u32;
        match self.owners.entry(self.hasher.hash_one(target)) {
            Occupied(owner) if owner.get().object == object => Ok(()),
            Occupied(owner) => Err(NameTaken(self.names.get(owner.get().index as usize))),
            Vacant(free) => {
                let mut index = u32::MAX;
                if self.names_bytes + name.as_bytes().len() <= NAMES_BYTES_MAX {
                    index = u32::try_from(self.names.len()).unwrap_or(index);
                    self.names_bytes += name.as_bytes().len();
                    self.names.push(name.clone());
                }
                free.insert(NameOwner { object, index });
                Ok(())
            }
        }
    }
}

/// Whether the target takes names for one that the source tells apart.
pub(super) fn folds_names(target: &dyn Target) -> bool {
    target.folded(&TargetName::new(*b"a")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::local::name::LocalNaming;

    #[test]
    fn the_second_of_two_names_that_become_one_is_not_admitted() {
        let naming = LocalNaming::new('/');
        let mut collisions = Collisions::default();
        let mut admit = |name: &str| {
            let name = EntryName::from(name);
            let target = naming.name(&name).unwrap().name;
            let admitted = collisions.admit(&target, &name, None);
            admitted.map_err(|NameTaken(other)| other.unwrap().to_string())
        };
        assert_eq!(admit("a///b"), Ok(()));
        assert_eq!(admit("a///c"), Ok(()));
        assert_eq!(admit("a//%2Fb"), Err("a///b".to_owned()));
        assert_eq!(admit("a///b"), Ok(()));
    }

    #[test]
    fn only_some_names_are_kept_and_every_collision_is_found() {
        let mut collisions = Collisions::default();
        let name = |at: u32| EntryName::from(&*format!("{at:01000}"));
        let target = |at: u32| TargetName::new(at.to_le_bytes());
        for at in 0..2000 {
            assert_eq!(collisions.admit(&target(at), &name(at), None), Ok(()));
        }
        let other = EntryName::from("x");
        let first = collisions.admit(&target(0), &other, None);
        assert_eq!(first, Err(NameTaken(Some(&name(0)))));
        let last = collisions.admit(&target(1999), &other, None);
        assert_eq!(last, Err(NameTaken(None)));
    }
}
