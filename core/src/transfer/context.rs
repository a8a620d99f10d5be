//! What all objects of a run share while they are transferred.

use std::sync::Arc;

use crate::digest::Hashers;
use crate::options::Integrity;
use crate::plan::Task;
use crate::report::Totals;
use crate::store::{ServerCopy, Source, Target};

/// Holes of this many bytes are hashed however little data there is beside them: it takes a second or two.
const HOLE_BYTES_HASHED: u64 = 1 << 30;

/// What a run has for all its objects.
pub struct TransferContext {
    /// Where they come from.
    pub source: Arc<dyn Source>,
    /// Where they go.
    pub target: Arc<dyn Target>,
    /// The destination's service fetches them by itself.
    pub server_copy: Option<Arc<dyn ServerCopy>>,
    /// What is checked.
    pub integrity: Integrity,
    /// The MD5 of whole objects is wanted: to store it, or to compare.
    pub wants_md5: bool,
    /// The threads that hash.
    pub hashers: Hashers,
    /// The counters.
    pub totals: Arc<Totals>,
}

impl TransferContext {
    /// MD5 cannot step over zeros. Where most of an object is holes it would take minutes to add up what takes no time
    /// to carry, so such an object gets no MD5, unless it is to be compared.
    pub(super) fn wants_md5_of(&self, task: &Task) -> bool {
        let hole_bytes = task.chunks.hole_bytes();
        let data_bytes = task.entry.bytes - hole_bytes;
        self.wants_md5
            && (self.integrity.check_md5 || hole_bytes <= data_bytes.max(HOLE_BYTES_HASHED))
    }
}
