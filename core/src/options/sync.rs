//! What a sync compares and deletes.

use std::path::PathBuf;

use super::TrashFolder;

/// A sync: the target becomes like the source.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct SyncOptions {
    /// How an object that both sides have is compared.
    pub compare: Compare,
    /// Whether objects are deleted that only the target has.
    pub deletion: DeletionMode,
    /// The most objects that may be deleted; `None`: a hundred, or half of the target.
    pub deletions_max: Option<DeletionLimit>,
    /// Objects may be deleted although the source has no object at all.
    pub allows_empty_source: bool,
    /// Snapshots are deleted with their blobs. A blob with snapshots is not deleted otherwise.
    pub deletes_snapshots: bool,
    /// Objects are moved there instead of being deleted.
    pub trash: Option<TrashFolder>,
    /// Folders that are empty since their objects were deleted are deleted too, where folders are objects.
    pub deletes_empty_folders: bool,
    /// Owner, group and permissions are compared too, and set where they differ.
    pub compares_posix: bool,
    /// The source has marks for its folders, which are copied too.
    pub folder_marks: bool,
    /// Folders of this machine whose files are never deleted: journals and logs of azring.
    pub protected: Vec<PathBuf>,
}

/// How an object that both sides have is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compare {
    /// By length and modification time.
    #[default]
    Time,
    /// By length.
    Size,
    /// By length and MD5: the stored one, or that of a file of this machine, which is read.
    Hash,
    /// Not at all: every object is copied.
    Always,
    /// Not at all: only missing objects are copied.
    Missing,
}

/// Whether objects are deleted that only the target has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeletionMode {
    /// They stay.
    #[default]
    Off,
    /// The user is asked once, when everything is copied.
    Ask,
    /// They are deleted when everything is copied.
    On,
}

/// The most objects that a sync may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionLimit {
    /// So many.
    Objects(u64),
    /// So many of a hundred of the target's objects, 0 to 100.
    Percent(u8),
}

impl DeletionLimit {
    /// Reads `100` or `25%`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent = percent.parse().ok().filter(|percent| *percent <= 100)?;
                Some(Self::Percent(percent))
            }
            None => text.parse().ok().map(Self::Objects),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_a_share_of_a_hundred() {
        assert_eq!(DeletionLimit::parse("0"), Some(DeletionLimit::Objects(0)));
        assert_eq!(
            DeletionLimit::parse("25%"),
            Some(DeletionLimit::Percent(25))
        );
        for text in ["", "%", "101%", "-1", "1.5%", "many", "5 %"] {
            assert_eq!(DeletionLimit::parse(text), None, "{text}");
        }
    }
}
