//! What a sync deleted at its target.

use super::SoftDelete;
use crate::entry::EntryName;

/// What a sync deleted at its target, or would delete.
///
/// `superfluous = deleted + failed + left`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deletions {
    /// Objects of the target that were compared.
    pub target_objects: u64,
    /// Of these, the ones that the source does not have.
    pub superfluous: u64,
    /// Of the superfluous ones, those that are gone (in a preview: would be deleted).
    pub deleted: u64,
    /// Those that could not be deleted, or were overwritten since they were compared.
    pub failed: u64,
    /// Of the failed ones, those that were overwritten since they were compared.
    pub overwritten: u64,
    /// Those that stay, because deleting was not asked for, was refused by a rule or was stopped.
    pub left: u64,
    /// Of the ones that stay, symbolic links of this machine, which were listed as the files that they lead to.
    pub links: u64,
    /// Objects of the target that a filter leaves out, as far as a preview counted them.
    pub excluded: u64,
    /// Objects of both sides that only got the time of the source.
    pub times_set: u64,
    /// Where the superfluous objects are moved instead of being deleted: the folder of this run below the
    /// target. They count as deleted.
    pub trash: Option<EntryName>,
    /// Whether the service keeps what is deleted; `None` where nothing is, or where the target is no service.
    pub soft_delete: Option<SoftDelete>,
    /// Why nothing was deleted although it was asked for.
    pub refused: Option<DeletionRefusal>,
}

/// Why a sync deletes nothing although it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionRefusal {
    /// Part of the source, or the rest of a listing, is not known.
    SourceUnknown,
    /// Part of the target is not known.
    TargetUnknown,
    /// So many objects were not copied.
    NotCopied(u64),
    /// The source has no object.
    EmptySource,
    /// It would be more than is allowed.
    TooMany,
}

impl Deletions {
    /// Whether everything that was asked for was deleted.
    pub(crate) fn is_success(&self) -> bool {
        self.failed == 0 && self.refused.is_none()
    }
}
