//! A map that remembers which of its keys changed, so that the journal records these only.
//!
//! A blob that is overwritten often has thousands of versions. Without this, each write would
//! record all of them.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Deref;

/// So many changed keys are remembered; after more the whole map counts as changed. Where nobody
/// takes the changes, they stay this few.
const KEYS_MAX: usize = 64;

/// An ordered map with its changes since they were taken last.
#[derive(Debug)]
pub struct TrackedMap<K, V> {
    map: BTreeMap<K, V>,
    changes: MapChanges<K>,
}

/// Which entries of a map changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MapChanges<K> {
    /// Any of them: the map is new, or too many changed.
    Whole,
    /// Those of these keys were inserted, changed or removed.
    Keys(Vec<K>),
}

impl<K, V> Default for TrackedMap<K, V> {
    fn default() -> Self {
        Self {
            map: BTreeMap::new(),
            changes: MapChanges::Whole,
        }
    }
}

impl<K, V> Deref for TrackedMap<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.map
    }
}

impl<K: Ord + Clone, V> TrackedMap<K, V> {
    /// What changed since the last call.
    pub fn take_changes(&mut self) -> MapChanges<K> {
        std::mem::replace(&mut self.changes, MapChanges::Keys(Vec::new()))
    }

    /// Inserts an entry, or replaces it.
    pub fn insert(&mut self, key: K, value: V) {
        self.note(&key);
        self.map.insert(key, value);
    }

    /// The value of a key, for a change.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (known, _) = self.map.get_key_value(key)?;
        let known = known.clone();
        self.note(&known);
        self.map.get_mut(key)
    }

    /// Removes an entry.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let entry = self.map.remove_entry(key)?;
        self.note(&entry.0);
        Some(entry)
    }

    /// Removes all entries, and returns them.
    pub fn take_all(&mut self) -> BTreeMap<K, V> {
        self.changes = MapChanges::Whole;
        std::mem::take(&mut self.map)
    }

    /// Inserts many entries.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = (K, V)>) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }

    /// Removes the entries whose values do not stay.
    pub fn retain(&mut self, stays: impl Fn(&V) -> bool) {
        if self.map.values().all(&stays) {
            return;
        }
        self.changes = MapChanges::Whole;
        self.map.retain(|_, value| stays(value));
    }

    fn note(&mut self, key: &K) {
        let MapChanges::Keys(keys) = &mut self.changes else {
            return;
        };
        if keys.len() == KEYS_MAX {
            self.changes = MapChanges::Whole;
        } else {
            keys.push(key.clone());
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for TrackedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self {
            map: entries.into_iter().collect(),
            changes: MapChanges::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_keys_are_known_until_they_are_taken() {
        let mut map: TrackedMap<u32, &str> = [(1, "a"), (2, "b")].into_iter().collect();
        assert_eq!(map.take_changes(), MapChanges::Whole);
        map.insert(3, "c");
        assert_eq!(map.remove(&1), Some((1, "a")));
        *map.get_mut(&2).unwrap() = "d";
        assert_eq!(map.get_mut(&9), None);
        assert_eq!(map.take_changes(), MapChanges::Keys(vec![3, 1, 2]));
        map.retain(|_| true);
        assert_eq!(map.take_changes(), MapChanges::Keys(Vec::new()));
        map.retain(|value| *value == "c");
        assert_eq!(map.take_changes(), MapChanges::Whole);
        assert_eq!(map.keys().collect::<Vec<_>>(), [&3]);
    }

    #[test]
    fn many_changes_are_the_whole_map() {
        let mut map = TrackedMap::default();
        map.take_changes();
        map.extend((0..KEYS_MAX).map(|key| (key, ())));
        assert!(matches!(map.take_changes(), MapChanges::Keys(keys) if keys.len() == KEYS_MAX));
        map.extend((0..=KEYS_MAX).map(|key| (key, ())));
        assert_eq!(map.take_changes(), MapChanges::Whole);
    }
}
