//! The conditions under which a sync deletes objects that only the target has.

use std::path::{Path, PathBuf};

use crate::entry::{Entry, Layout};
use crate::location::Location;
use crate::options::{DeletionLimit, SyncOptions};
use crate::report::DeletionRefusal;

/// More deletions than this need a permission, where they are more than half of the target.
const UNLIMITED_MAX: u64 = 100;

/// The metadata of a blob that stands for a symbolic link.
const LINK_MARK: &str = "is_symlink";

/// The metadata of a blob that stands for a folder.
const FOLDER_MARK: &str = "hdi_isfolder";

/// What a run has seen and done before it deletes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The listings of both sides came to their ends.
    pub is_whole: bool,
    /// Objects of the source.
    pub source_objects: u64,
    /// Parts of the source that could not be listed.
    pub source_unlisted: u64,
    /// Objects of the target that are compared.
    pub target_objects: u64,
    /// Parts of the target that could not be listed.
    pub target_unlisted: u64,
    /// Objects that were not copied, because of a failure or because the run was stopped.
    pub not_copied: u64,
    /// Objects that only the target has.
    pub superfluous: u64,
}

/// Whether the objects may be deleted that only the target has.
pub fn permits(evidence: &Evidence, options: &SyncOptions) -> Result<(), DeletionRefusal> {
    if !evidence.is_whole || evidence.source_unlisted > 0 {
        return Err(DeletionRefusal::SourceUnknown);
    }
    if evidence.target_unlisted > 0 {
        return Err(DeletionRefusal::TargetUnknown);
    }
    if evidence.not_copied > 0 {
        return Err(DeletionRefusal::NotCopied(evidence.not_copied));
    }
    if evidence.superfluous == 0 {
        return Ok(());
    }
    if evidence.source_objects == 0 && !options.allows_empty_source {
        return Err(DeletionRefusal::EmptySource);
    }
    if is_too_many(evidence, options.deletions_max) {
        return Err(DeletionRefusal::TooMany);
    }
    Ok(())
}

fn is_too_many(evidence: &Evidence, limit: Option<DeletionLimit>) -> bool {
    let (deleted, all) = (evidence.superfluous, evidence.target_objects);
    match limit {
        Some(DeletionLimit::Objects(most)) => deleted > most,
        Some(DeletionLimit::Percent(percent)) => {
            u128::from(deleted) * 100 > u128::from(all) * u128::from(percent)
        }
        None => deleted > UNLIMITED_MAX && u128::from(deleted) * 2 > u128::from(all),
    }
}

/// Whether an object of the target is never deleted, because it is no ordinary object: a mark of a
/// folder, a link that is kept as a blob, or a file whose version is not known.
pub fn is_protected(entry: &Entry) -> bool {
    let metadata = entry.carried.as_deref().map(|carried| &carried.metadata);
    let is_mark = |(name, value): &(String, String)| {
        let is_name = [LINK_MARK, FOLDER_MARK]
            .iter()
            .any(|mark| name.eq_ignore_ascii_case(mark));
        is_name && value.trim().eq_ignore_ascii_case("true")
    };
    // A link has this kind only where links are kept.
    let is_kept_link = entry.kind == Layout::Link;
    entry.kind == Layout::Folder
        || entry.version.is_unknown()
        || !is_kept_link && metadata.is_some_and(|metadata| metadata.iter().any(is_mark))
}

/// Whether the file of this name below `root` is in one of the folders.
pub fn is_within(root: &Path, entry: &Entry, folders: &[PathBuf]) -> bool {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let path = root.join(OsStr::from_bytes(entry.name.as_bytes()));
    folders.iter().any(|folder| path.starts_with(folder))
}

/// Whether one of the two places is in the other, so that a sync would read what it writes.
pub fn overlap(source: &Location, target: &Location) -> bool {
    let ignores_case = matches!(source, Location::Share(_));
    let (Some(source), Some(target)) = (source.in_service(), target.in_service()) else {
        return false;
    };
    let (mut one, mut other) = (source.prefix(), target.prefix());
    if ignores_case {
        (one, other) = (one.to_lowercase(), other.to_lowercase());
    }
    source.is_in_root_of(target) && (one.starts_with(&other) || other.starts_with(&one))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::entry::{ETag, EntryName, ObjectProperties, Version};
    use crate::location::{Access, parse};

    const FINE: Evidence = Evidence {
        is_whole: true,
        source_objects: 900,
        source_unlisted: 0,
        target_objects: 1_000,
        target_unlisted: 0,
        not_copied: 0,
        superfluous: 100,
    };

    fn permitted(evidence: Evidence) -> Result<(), DeletionRefusal> {
        permits(&evidence, &SyncOptions::default())
    }

    #[test]
    fn nothing_is_deleted_after_anything_that_is_not_known() {
        assert_eq!(permitted(FINE), Ok(()));
        for (evidence, refusal) in [
            (
                Evidence {
                    is_whole: false,
                    ..FINE
                },
                DeletionRefusal::SourceUnknown,
            ),
            (
                Evidence {
                    source_unlisted: 1,
                    ..FINE
                },
                DeletionRefusal::SourceUnknown,
            ),
            (
                Evidence {
                    target_unlisted: 1,
                    ..FINE
                },
                DeletionRefusal::TargetUnknown,
            ),
            (
                Evidence {
                    not_copied: 1,
                    ..FINE
                },
                DeletionRefusal::NotCopied(1),
            ),
        ] {
            assert_eq!(permitted(evidence), Err(refusal), "{evidence:?}");
        }
    }

    #[test]
    fn an_empty_source_deletes_nothing_unless_that_was_asked_for() {
        let empty = Evidence {
            source_objects: 0,
            ..FINE
        };
        assert_eq!(permitted(empty), Err(DeletionRefusal::EmptySource));
        let options = SyncOptions {
            allows_empty_source: true,
            ..SyncOptions::default()
        };
        assert_eq!(permits(&empty, &options), Ok(()));
        let nothing = Evidence {
            superfluous: 0,
            ..empty
        };
        assert_eq!(permitted(nothing), Ok(()));
    }

    #[test]
    fn more_than_half_and_more_than_a_hundred_need_a_permission() {
        let deleting = |superfluous, target_objects, deletions_max| {
            let evidence = Evidence {
                target_objects,
                superfluous,
                ..FINE
            };
            let options = SyncOptions {
                deletions_max,
                ..SyncOptions::default()
            };
            permits(&evidence, &options).is_ok()
        };
        assert!(deleting(100, 100, None));
        assert!(!deleting(101, 101, None));
        assert!(!deleting(101, 201, None));
        assert!(deleting(101, 202, None));
        let objects = |most| Some(DeletionLimit::Objects(most));
        assert!(deleting(500, 500, objects(500)));
        assert!(!deleting(2, 500, objects(1)));
        let percent = |percent| Some(DeletionLimit::Percent(percent));
        assert!(deleting(500, 500, percent(100)));
        assert!(deleting(5, 50, percent(10)));
        assert!(!deleting(6, 50, percent(10)));
        assert!(!deleting(1, 500, percent(0)));
    }

    fn entry(kind: Layout, metadata: &[(&str, &str)]) -> Entry {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Entry {
            name: EntryName::from("a/b"),
            bytes: 0,
            modified: UNIX_EPOCH,
            version: Version::Service(ETag("\"1\"".into())),
            md5: None,
            kind,
            carried: Some(Box::new(ObjectProperties {
                metadata: metadata.iter().map(owned).collect(),
                ..ObjectProperties::default()
            })),
            snapshot: None,
            smb: None,
            archive: None,
        }
    }

    #[test]
    fn marks_of_folders_and_links_are_never_deleted() {
        assert!(is_protected(&entry(Layout::Folder, &[])));
        assert!(is_protected(&entry(
            Layout::Plain,
            &[("Is_Symlink", "true")]
        )));
        assert!(is_protected(&entry(
            Layout::Plain,
            &[("hdi_isfolder", "True")]
        )));
        assert!(!is_protected(&entry(
            Layout::Plain,
            &[("is_symlink", "false"), ("a", "true")]
        )));
        let unknown = Entry {
            version: Version::Local {
                modified_ns: 0,
                inode: 0,
            },
            ..entry(Layout::Plain, &[])
        };
        assert!(is_protected(&unknown));
    }

    #[test]
    fn files_of_a_protected_folder_are_found_below_the_root() {
        let entry = entry(Layout::Plain, &[]);
        let within = |folder: &str| is_within(Path::new("/data"), &entry, &[folder.into()]);
        assert!(within("/data/a"));
        assert!(within("/data"));
        assert!(!within("/data/a/bc"));
        assert!(!within("/data/b"));
    }

    #[test]
    fn a_place_in_the_other_is_an_overlap() {
        let overlaps = |one: &str, other: &str| {
            let place = |text: &str| parse(text, Access::default(), None).unwrap();
            let (one, other) = (place(one), place(other));
            assert_eq!(overlap(&one, &other), overlap(&other, &one));
            overlap(&one, &other)
        };
        let blob = |path: &str| format!("https://a.blob.core.windows.net/{path}");
        assert!(overlaps(&blob("c"), &blob("c/d")));
        assert!(overlaps(&blob("c/d"), &blob("c/d/e")));
        assert!(!overlaps(&blob("c/d"), &blob("c/de")));
        assert!(!overlaps(&blob("c/A"), &blob("c/a/b")));
        assert!(!overlaps(&blob("c"), &blob("d")));
        let share = |path: &str| format!("https://a.file.core.windows.net/{path}");
        assert!(overlaps(&share("s/A"), &share("s/a/b")));
        assert!(!overlaps(&share("s"), &blob("s")));
        assert!(!overlaps("/data", &blob("c")));
    }
}
