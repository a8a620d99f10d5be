//! Which objects of the source are copied.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Links;
use crate::select::{AttributeRule, Filter};

/// Which objects of the source are copied.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Selection {
    /// The pattern as typed; its meaning depends on the source.
    pub pattern: Option<String>,
    /// Objects in sub-folders (local) or below the prefix (services) are selected too.
    pub recursive: bool,
    /// Snapshots of blobs are selected too.
    pub snapshots: bool,
    /// Local patterns ignore case: they do in the slash dialect, but not in `AzCopy` on Linux.
    pub ignore_case: bool,
    /// Which attributes a file must have.
    pub attributes: AttributeRule,
    /// What becomes of symbolic links, at both ends.
    pub links: Links,
    /// Entries have the stored properties and the metadata of their objects, where the listing says them.
    pub metadata: bool,
    /// Entries of blobs also have what a listing can show and no copy stores. Needs `metadata`.
    pub facts: bool,
    /// The mark of the listed directory itself, which has the name of the directory and a slash, is listed too.
    pub own_mark: bool,
    /// All versions of blobs are listed. A version is no object that could be copied.
    pub versions: bool,
    /// The objects are listed again and again for this time; `None`: once. For measuring.
    pub lasts: Option<Duration>,
    /// Local files that this program writes during the copy: logs, a journal. They change while
    /// they are read, so a folder's listing leaves them out.
    pub own_files: Vec<PathBuf>,
    /// Which objects are selected besides.
    pub filter: Arc<Filter>,
    /// The MD5 of a file of this machine that was read to be compared is remembered with the file.
    pub remembers_md5: bool,
    /// Listings do not judge the lengths and times of objects. A sync judges them when it knows both sides.
    pub lists_all_sizes_and_times: bool,
}

impl Selection {
    /// What a listing selects.
    pub fn listing_filter(&self) -> Arc<Filter> {
        if self.lists_all_sizes_and_times {
            Arc::new(self.filter.of_names())
        } else {
            Arc::clone(&self.filter)
        }
    }
}
