//! One page of a listing of a hierarchical account: folder by folder.
//!
//! A folder comes before what is in it, and that before the folder's next neighbour: `a`, `a/b`, `a-b`. So
//! an account was seen to list (<https://github.com/Azure/azure-sdk-for-go/issues/24210>). With a delimiter
//! a folder is a prefix with its properties, as the tests of other clients show that listing. How such an
//! account treats `startFrom` is not documented; the emulator begins at the name in the same order.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::page::{Entry, ListingFilter};
use crate::emulator::blob::hierarchy::is_directory;
use crate::emulator::blob::state::Slot;

/// A container's objects by name. The folders above each are among them.
type Slots = BTreeMap<String, Slot>;

/// Up to `max` entries from the name `start` on, and the name at which the next page begins.
pub fn folder_page<'a>(
    blobs: &'a Slots,
    wanted: &ListingFilter<'_>,
    start: &str,
    max: usize,
) -> (Vec<Entry<'a>>, Option<String>) {
    let is_one_level = !wanted.delimiter.is_empty();
    let mut entries = Vec::new();
    let mut next = first(blobs, wanted, start);
    while let Some((name, slot)) = next.filter(|(name, _)| name.starts_with(wanted.prefix)) {
        let entry = match &slot.base {
            Some(blob) if is_one_level && is_directory(blob) => Some(Entry::Directory(name, blob)),
            Some(blob) => Some(Entry::Blob(name, blob)),
            None if wanted.uncommitted && slot.staged.is_some() => Some(Entry::Uncommitted(name)),
            None => None,
        };
        if let Some(entry) = entry {
            if entries.len() == max {
                return (entries, Some(name.clone()));
            }
            entries.push(entry);
        }
        let below = if is_one_level {
            None
        } else {
            first_below(blobs, name)
        };
        next = below.or_else(|| neighbour(blobs, name));
    }
    (entries, None)
}

/// The first object that the page may show.
fn first<'a>(
    blobs: &'a Slots,
    wanted: &ListingFilter<'_>,
    start: &str,
) -> Option<(&'a String, &'a Slot)> {
    let first = at_or_after(blobs, Bound::Included(wanted.prefix.to_owned()))?;
    let is_before = |name: &&str| first.0.split('/').lt(name.split('/'));
    match [start, of_level(wanted)].into_iter().find(is_before) {
        Some(name) => from_name(blobs, name),
        None => Some(first),
    }
}

/// The name at which the listing begins. A listing of one level has the folder in which that name is.
fn of_level<'a>(wanted: &ListingFilter<'a>) -> &'a str {
    let name = wanted.start_from;
    let rest = name.strip_prefix(wanted.prefix).unwrap_or_default();
    match rest.find('/') {
        Some(at) if !wanted.delimiter.is_empty() => &name[..wanted.prefix.len() + at],
        _ => name,
    }
}

/// The object of this name, or the first one after it.
fn from_name<'a>(blobs: &'a Slots, name: &str) -> Option<(&'a String, &'a Slot)> {
    if let Some(found) = blobs.get_key_value(name) {
        return Some(found);
    }
    let mut name = name;
    while let Some((above, _)) = name.rsplit_once('/')
        && !blobs.contains_key(above)
    {
        name = above;
    }
    neighbour(blobs, name)
}

fn at_or_after(blobs: &Slots, from: Bound<String>) -> Option<(&String, &Slot)> {
    blobs.range::<String, _>((from, Bound::Unbounded)).next()
}

/// The first object in a folder.
fn first_below<'a>(blobs: &'a Slots, folder: &str) -> Option<(&'a String, &'a Slot)> {
    let within = format!("{folder}/");
    let found = at_or_after(blobs, Bound::Included(within.clone()));
    found.filter(|(name, _)| name.starts_with(&within))
}

/// The object after this one and all that is in it.
fn neighbour<'a>(blobs: &'a Slots, name: &str) -> Option<(&'a String, &'a Slot)> {
    let mut name = name;
    loop {
        let folder_bytes = name.rfind('/').map_or(0, |at| at + 1);
        let folder = &name[..folder_bytes];
        let mut from = Bound::Excluded(name.to_owned());
        while let Some((found, slot)) = at_or_after(blobs, from) {
            let Some(rest) = found.strip_prefix(folder) else {
                break;
            };
            let Some(at) = rest.find('/') else {
                return Some((found, slot));
            };
            // All that is in that folder sorts before its name with `0`, which follows `/`.
            from = Bound::Included(format!("{}0", &found[..folder_bytes + at]));
        }
        name = folder.strip_suffix('/')?;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::emulator::blob::state::{Blob, Content};
    use crate::emulator::clock::Moment;
    use crate::emulator::service::ContentProperties;

    /// The objects of these names, and the folders above them.
    fn slots(files: &BTreeSet<String>) -> Slots {
        let folders = files
            .iter()
            .flat_map(|name| name.match_indices('/').map(|(at, _)| &name[..at]));
        let folders: BTreeSet<&str> = folders.collect();
        let slot = |mark: Option<(String, String)>| {
            let content = Content::Block(Arc::default());
            let metadata = mark.into_iter().collect();
            let blob = Blob::new(
                content,
                ContentProperties::default(),
                metadata,
                Moment::now(),
            );
            Slot {
                base: Some(blob),
                ..Slot::default()
            }
        };
        let mark = || Some(("hdi_isfolder".to_owned(), "true".to_owned()));
        let files = files.iter().filter(|name| !folders.contains(name.as_str()));
        let files = files.map(|name| (name.clone(), slot(None)));
        files
            .chain(
                folders
                    .iter()
                    .map(|name| ((*name).to_owned(), slot(mark()))),
            )
            .collect()
    }

    proptest! {
        #[test]
        fn pages_joined_are_the_names_sorted_folder_by_folder(
            files in proptest::collection::btree_set("[a-c.\\-]{1,2}(/[ab.\\-]{1,2}){0,3}", 0..20),
            prefix in "([a-c]/?){0,2}",
            start_from in "([a-c.]/?){0,2}",
            is_one_level in any::<bool>(),
            max in 1..7_usize,
        ) {
            let blobs = slots(&files);
            let delimiter = if is_one_level { "/" } else { "" };
            let wanted = ListingFilter { prefix: &prefix, start_from: &start_from, delimiter, ..ListingFilter::default() };
            let (mut seen, mut start) = (Vec::new(), String::new());
            loop {
                let (entries, next) = folder_page(&blobs, &wanted, &start, max);
                seen.extend(entries.iter().map(|entry| entry.name().to_owned()));
                let Some(next) = next else { break };
                prop_assert_eq!(entries.len(), max);
                start = next;
            }
            let mut expected: Vec<&String> = blobs.keys().filter(|name| {
                let rest = name.strip_prefix(prefix.as_str());
                rest.is_some_and(|rest| !is_one_level || !rest.contains('/'))
                    && name.split('/').ge(of_level(&wanted).split('/'))
            }).collect();
            expected.sort_by(|one, other| one.split('/').cmp(other.split('/')));
            prop_assert_eq!(seen.iter().collect::<Vec<_>>(), expected);
        }
    }
}
