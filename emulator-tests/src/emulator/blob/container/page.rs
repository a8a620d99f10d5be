//! One page of a blob listing: which entries, and where the next page begins.
//!
//! Entries are in order of their names. A blob's snapshots come before it, oldest first, as the
//! service lists them. A page may begin in the middle of a blob's snapshots.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::emulator::blob::state::{Blob, Slot};

/// Sorts after every snapshot's time, because the base blob comes last.
const BASE: &str = "~";

/// One entry of a listing.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A blob.
    Blob(&'a str, &'a Blob),
    /// A snapshot with its time.
    Snapshot(&'a str, &'a str, &'a Blob),
    /// A blob that has only uncommitted blocks.
    Uncommitted(&'a str),
    /// The common prefix of several names.
    Prefix(&'a str),
}

/// What a listing shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListingFilter<'a> {
    /// Names begin with this.
    pub prefix: &'a str,
    /// Names before this are left out.
    pub start_from: &'a str,
    /// Names that continue after it are replaced by their common prefix.
    pub delimiter: &'a str,
    /// Show snapshots.
    pub snapshots: bool,
    /// Show blobs that have only uncommitted blocks.
    pub uncommitted: bool,
}

/// Up to `max` entries from `start` on, and the key at which the next page begins.
pub fn page<'a>(
    blobs: &'a BTreeMap<String, Slot>,
    wanted: &ListingFilter<'_>,
    start: &str,
    max: usize,
) -> (Vec<Entry<'a>>, Option<String>) {
    let mut entries = Vec::new();
    let (name, snapshot) = start.split_once('\0').unwrap_or((start, ""));
    let from = name.max(wanted.prefix).max(wanted.start_from);
    let mut from = Bound::Included(from.to_owned());
    let mut skip_snapshots = snapshot;
    // Each turn lists one name with its snapshots, or skips one common prefix.
    loop {
        let mut ahead = blobs.range::<String, _>((from.as_ref(), Bound::Unbounded));
        let Some((name, slot)) =
            ahead.find(|(name, slot)| !name.starts_with(wanted.prefix) || shows(slot, wanted))
        else {
            return (entries, None);
        };
        let Some(rest) = name.strip_prefix(wanted.prefix) else {
            return (entries, None);
        };
        let joined = if wanted.delimiter.is_empty() {
            None
        } else {
            rest.find(wanted.delimiter)
        };
        if let Some(at) = joined {
            if entries.len() == max {
                return (entries, Some(name.clone()));
            }
            let prefix = &name[..wanted.prefix.len() + at + wanted.delimiter.len()];
            entries.push(Entry::Prefix(prefix));
            // Every name with this prefix sorts before the prefix followed by the last Unicode
            // character.
            from = Bound::Excluded(format!("{prefix}\u{10ffff}"));
            continue;
        }
        for (key, entry) in entries_of(name, slot, wanted) {
            if key < skip_snapshots {
                continue;
            }
            if entries.len() == max {
                return (entries, Some(format!("{name}\0{key}")));
            }
            entries.push(entry);
        }
        skip_snapshots = "";
        from = Bound::Excluded(name.clone());
    }
}

fn shows(slot: &Slot, wanted: &ListingFilter<'_>) -> bool {
    slot.base.is_some()
        || (wanted.snapshots && !slot.snapshots.is_empty())
        || (wanted.uncommitted && slot.staged.is_some())
}

fn entries_of<'a>(
    name: &'a str,
    slot: &'a Slot,
    wanted: &ListingFilter<'_>,
) -> Vec<(&'a str, Entry<'a>)> {
    let mut entries = Vec::new();
    if wanted.snapshots {
        let snapshots = slot.snapshots.iter();
        entries.extend(
            snapshots.map(|(time, blob)| (time.as_str(), Entry::Snapshot(name, time, blob))),
        );
    }
    match &slot.base {
        Some(blob) => entries.push((BASE, Entry::Blob(name, blob))),
        None if wanted.uncommitted && slot.staged.is_some() => {
            entries.push((BASE, Entry::Uncommitted(name)));
        }
        None => {}
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::blob::state::Content;
    use crate::emulator::clock::Moment;
    use crate::emulator::service::ContentProperties;
    use proptest::prelude::*;

    fn blob() -> Blob {
        Blob::new(
            Content::Block(std::sync::Arc::default()),
            ContentProperties::default(),
            Vec::new(),
            Moment::now(),
        )
    }

    fn label(entry: &Entry<'_>) -> String {
        match entry {
            Entry::Blob(name, _) => format!("blob {name}"),
            Entry::Snapshot(name, time, _) => format!("snapshot {name} {time}"),
            Entry::Uncommitted(name) => format!("uncommitted {name}"),
            Entry::Prefix(prefix) => format!("prefix {prefix}"),
        }
    }

    /// The whole listing from a sorted list, in the simplest way.
    fn reference(names: &BTreeMap<String, u8>, wanted: &ListingFilter<'_>) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (name, snapshots) in names {
            let Some(rest) = name.strip_prefix(wanted.prefix) else {
                continue;
            };
            if name.as_str() < wanted.start_from {
                continue;
            }
            let joined = if wanted.delimiter.is_empty() {
                None
            } else {
                rest.find(wanted.delimiter)
            };
            if let Some(at) = joined {
                let line = format!(
                    "prefix {}{}",
                    wanted.prefix,
                    &rest[..at + wanted.delimiter.len()]
                );
                if lines.last() != Some(&line) {
                    lines.push(line);
                }
                continue;
            }
            if wanted.snapshots {
                lines.extend((0..*snapshots).map(|number| format!("snapshot {name} {number}")));
            }
            lines.push(format!("blob {name}"));
        }
        lines
    }

    proptest! {
        #[test]
        fn pages_joined_are_the_sorted_list(
            names in proptest::collection::btree_map("[ab:/é]{1,5}", 0..3_u8, 0..20),
            prefix in "[ab/]{0,2}",
            start_from in "[ab/é]{0,3}",
            delimiter in prop_oneof![Just(""), Just("/"), Just("::"), Just("b/")],
            snapshots in any::<bool>(),
            max in 1..7_usize,
        ) {
            let blobs: BTreeMap<String, Slot> = names.iter().map(|(name, snapshots)| {
                let snapshots = (0..*snapshots).map(|number| (number.to_string(), blob())).collect();
                (name.clone(), Slot { base: Some(blob()), snapshots, staged: None })
            }).collect();
            let wanted = ListingFilter { prefix: &prefix, start_from: &start_from, delimiter, snapshots, uncommitted: false };
            let (mut seen, mut start) = (Vec::new(), String::new());
            loop {
                let (entries, next) = page(&blobs, &wanted, &start, max);
                prop_assert!(entries.len() <= max);
                seen.extend(entries.iter().map(label));
                match next {
                    Some(next) => {
                        prop_assert!(next > start && entries.len() == max);
                        start = next;
                    }
                    None => break,
                }
            }
            prop_assert_eq!(seen, reference(&names, &wanted));
        }
    }
}
