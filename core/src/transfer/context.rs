//! What all objects of a run share while they are transferred.

use std::sync::Arc;

use crate::digest::Hashers;
use crate::options::Integrity;
use crate::plan::Task;
use crate::report::Totals;
use crate::store::{ServerCopy, Source, Target};

/// Holes up to this length are always hashed: it takes a second or two.
const HOLE_BYTES_HASHED: u64 = 1 << 30;

/// What all objects of a run share.
pub struct TransferContext {
    /// The store that objects come from.
    pub source: Arc<dyn Source>,
    /// The store that objects go to.
    pub target: Arc<dyn Target>,
    /// The target's service, when it copies the objects by itself.
    pub server_copy: Option<Arc<dyn ServerCopy>>,
    /// Which checksums are used.
    pub integrity: Integrity,
    /// The MD5 of whole objects is needed: to store it, or to compare it.
    pub wants_md5: bool,
    /// The threads that compute MD5.
    pub hashers: Hashers,
    /// Outcomes say what was committed, so that the objects can be deleted at the source.
    pub is_move: bool,
    /// The counters.
    pub totals: Arc<Totals>,
}

impl TransferContext {
    /// Whether this object gets an MD5.
    ///
    /// MD5 cannot skip zeros. For an object that is mostly holes it would take minutes, while its
    /// transfer takes no time. So such an object gets no MD5, unless it is to be compared.
    pub(super) fn wants_md5_of(&self, task: &Task) -> bool {
        // The MD5 of the whole takes as long as one machine needs to read all of it, which is why the object has
        // parts. It is only computed where the commit compares it.
        if task.part.is_some() && !(task.commits() && self.integrity.check_md5) {
            return false;
        }
        let hole_bytes = task.chunks.hole_bytes();
        let data_bytes = task.entry.bytes - hole_bytes;
        self.wants_md5
            && (self.integrity.check_md5 || hole_bytes <= data_bytes.max(HOLE_BYTES_HASHED))
    }
}
