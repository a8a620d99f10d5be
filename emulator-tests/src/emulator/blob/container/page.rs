//! One page of a blob listing: which entries, and where the next page begins.
//!
//! Entries are in order of their names. A blob's snapshots and previous versions come before it,
//! oldest first, as the service lists them. A page may begin in the middle of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;

use crate::emulator::blob::state::{Blob, DeletedBlob, Deletion, Slot};
use crate::emulator::clock::Moment;

/// Sorts after every snapshot's time, because the base blob comes last.
const BASE: &str = "~";

/// One entry of a listing.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A blob.
    Blob(&'a str, &'a Blob),
    /// A snapshot with its time.
    Snapshot(&'a str, &'a str, &'a Blob),
    /// A previous version.
    Version(&'a str, &'a Blob),
    /// A deleted blob, snapshot (with its time) or version that can be restored.
    Deleted(&'a str, Option<&'a str>, &'a Blob, Deletion),
    /// The newest version of a blob that has only versions.
    VersionsOnly(&'a str, &'a Blob),
    /// A blob that has only uncommitted blocks.
    Uncommitted(&'a str),
    /// The common prefix of several names.
    Prefix(&'a str),
    /// A directory of a hierarchical account, in a listing of one level.
    Directory(&'a str, &'a Blob),
}

/// What a listing shows.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one word of `include`"
)]
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
    /// Show previous versions.
    pub versions: bool,
    /// Show what was deleted and can be restored at this time.
    pub deleted: Option<Moment>,
    /// Show blobs that have only versions.
    pub versions_only: bool,
}

impl<'a> Entry<'a> {
    /// The name, or the common prefix.
    pub fn name(&self) -> &'a str {
        match self {
            Self::Blob(name, _)
            | Self::Snapshot(name, ..)
            | Self::Version(name, _)
            | Self::Deleted(name, ..)
            | Self::VersionsOnly(name, _)
            | Self::Uncommitted(name)
            | Self::Prefix(name)
            | Self::Directory(name, _) => name,
        }
    }

    /// The time of a snapshot, also of a deleted one.
    pub fn snapshot(&self) -> Option<&'a str> {
        match self {
            Self::Snapshot(_, time, _) => Some(time),
            Self::Deleted(_, time, ..) => *time,
            _ => None,
        }
    }

    /// How something was deleted that can be restored.
    pub fn deletion(&self) -> Option<Deletion> {
        match self {
            Self::Deleted(.., deletion) => Some(*deletion),
            _ => None,
        }
    }

    /// The blob that is shown, if it is one.
    pub fn blob(&self) -> Option<&'a Blob> {
        match self {
            Self::Blob(_, blob)
            | Self::Snapshot(_, _, blob)
            | Self::Version(_, blob)
            | Self::Deleted(_, _, blob, _)
            | Self::VersionsOnly(_, blob)
            | Self::Directory(_, blob) => Some(blob),
            Self::Uncommitted(_) | Self::Prefix(_) => None,
        }
    }
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
    let mut skip_snapshots = snapshot;
    let from_here = |from: Bound<String>| blobs.range::<String, _>((from, Bound::Unbounded));
    let mut ahead = from_here(Bound::Included(from.to_owned()));
    // Each turn lists one name with its snapshots, or skips one common prefix.
    loop {
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
            ahead = from_here(Bound::Excluded(format!("{prefix}\u{10ffff}")));
            continue;
        }
        // Most names have nothing but a blob.
        if let (Some(blob), None) = (&slot.base, &slot.history)
            && slot.snapshots.is_empty()
            && skip_snapshots <= BASE
        {
            if entries.len() == max {
                return (entries, Some(format!("{name}\0{BASE}")));
            }
            entries.push(Entry::Blob(name, blob));
            skip_snapshots = "";
            continue;
        }
        for (key, entry) in entries_of(name, slot, wanted) {
            if *key < *skip_snapshots {
                continue;
            }
            if entries.len() == max {
                return (entries, Some(format!("{name}\0{key}")));
            }
            entries.push(entry);
        }
        skip_snapshots = "";
    }
}

fn shows(slot: &Slot, wanted: &ListingFilter<'_>) -> bool {
    slot.base.is_some()
        || (wanted.snapshots && !slot.snapshots.is_empty())
        || (wanted.uncommitted && slot.staged.is_some())
        || slot.history.is_some() && !entries_of("", slot, wanted).is_empty()
}

/// The entries of one name, each with its key, in order.
fn entries_of<'a>(
    name: &'a str,
    slot: &'a Slot,
    wanted: &ListingFilter<'_>,
) -> Vec<(Cow<'a, str>, Entry<'a>)> {
    let mut entries = Vec::new();
    if wanted.snapshots {
        let snapshots = slot.snapshots.iter();
        entries.extend(
            snapshots.map(|(time, blob)| (time.as_str().into(), Entry::Snapshot(name, time, blob))),
        );
    }
    if slot.history.is_some() {
        add_history(name, slot, wanted, &mut entries);
    }
    match &slot.base {
        Some(blob) => entries.push((BASE.into(), Entry::Blob(name, blob))),
        None if wanted.uncommitted && slot.staged.is_some() => {
            entries.push((BASE.into(), Entry::Uncommitted(name)));
        }
        None => {}
    }
    entries
}

/// Adds versions and deleted blobs, and sorts all by time.
fn add_history<'a>(
    name: &'a str,
    slot: &'a Slot,
    wanted: &ListingFilter<'_>,
    entries: &mut Vec<(Cow<'a, str>, Entry<'a>)>,
) {
    let Some(history) = &slot.history else { return };
    // A version may have the time of a snapshot.
    let key = |id: &Moment| Cow::from(id.iso8601() + "v");
    if wanted.versions {
        let versions = history.versions.iter();
        entries.extend(versions.map(|(id, blob)| (key(id), Entry::Version(name, blob))));
    }
    if let Some(now) = wanted.deleted {
        let deleted = |time, deleted: &'a DeletedBlob| {
            let DeletedBlob { blob, deletion } = deleted;
            (!deletion.is_over(now)).then_some(Entry::Deleted(name, time, blob, *deletion))
        };
        if wanted.snapshots {
            let snapshots = history.deleted_snapshots.iter();
            entries.extend(snapshots.filter_map(|(time, snapshot)| {
                Some((
                    time.as_str().into(),
                    deleted(Some(time.as_str()), snapshot)?,
                ))
            }));
        }
        if wanted.versions {
            let versions = history.deleted_versions.iter();
            entries.extend(
                versions.filter_map(|(id, version)| Some((key(id), deleted(None, version)?))),
            );
        }
        let base = history.deleted.as_ref();
        entries.extend(
            base.and_then(|base| deleted(None, base))
                .map(|entry| (BASE.into(), entry)),
        );
    }
    if wanted.versions_only
        && !wanted.versions
        && slot.base.is_none()
        && let Some((_, newest)) = history.versions.last_key_value()
    {
        entries.push((BASE.into(), Entry::VersionsOnly(name, newest)));
    }
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
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
            Entry::Version(..) | Entry::Deleted(..) | Entry::VersionsOnly(..) => "history".into(),
            Entry::Directory(..) => "directory".into(),
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
                (name.clone(), Slot { base: Some(blob()), snapshots, ..Slot::default() })
            }).collect();
            let wanted = ListingFilter { prefix: &prefix, start_from: &start_from, delimiter, snapshots, ..ListingFilter::default() };
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
