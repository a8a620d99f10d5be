//! What is read of blobs beside their bytes.

use crate::entry::{Entry, LINK_TARGET_BYTES_MAX, Layout, is_link};
use crate::options::{LinkForm, Selection};

/// What a source of blobs lists, and how it reads.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct BlobReadOptions {
    /// The service sends a checksum with every range.
    pub crc64: bool,
    /// Entries have what is stored beside the bytes.
    pub carries: bool,
    /// Snapshots are listed too.
    pub snapshots: bool,
    /// Entries have what a listing can show and no copy stores.
    pub facts: bool,
    /// All versions are listed too.
    pub versions: bool,
    /// Entries have index tags too.
    pub tags: bool,
    /// A blob that is looked at alone has its index tags, where the service says that it has any.
    pub announced_tags: bool,
    /// The marks of directories are listed on request, with what is stored with them.
    pub directories: bool,
    /// The mark of the listed directory itself is listed too.
    pub own_mark: bool,
    /// Blobs that stand for symbolic links in this form are entries of links.
    pub links: Option<LinkForm>,
}

impl BlobReadOptions {
    /// What a listing for this selection reads.
    pub fn of_selection(selection: &Selection) -> Self {
        Self {
            snapshots: selection.snapshots,
            facts: selection.facts,
            versions: selection.versions,
            own_mark: selection.own_mark,
            carries: selection.metadata || selection.links.keeps(),
            links: selection.links.form(),
            ..Self::default()
        }
    }

    /// The entry with the kind that its metadata and its name give it. An empty blob whose name ends in a slash is
    /// the mark of a directory, as rclone and others write it. The mark of the listed directory has no name in it.
    pub(super) fn with_kind(self, mut entry: Entry) -> Entry {
        let is_mark = entry.name.of_folder().is_some() || entry.name.as_bytes().is_empty();
        if entry.kind == Layout::Plain && entry.bytes == 0 && is_mark {
            entry.kind = Layout::Folder;
        }
        let is_one = match self.links {
            None => false,
            Some(LinkForm::Metadata) => entry.carried.as_deref().is_some_and(is_link),
            // A blob with more bytes is data, whatever its name.
            Some(LinkForm::Suffix) => {
                entry.name.of_link().is_some() && (1..=LINK_TARGET_BYTES_MAX).contains(&entry.bytes)
            }
        };
        if is_one && entry.kind == Layout::Plain {
            entry.kind = Layout::Link;
        }
        entry
    }
}
