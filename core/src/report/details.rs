//! What is reported of one object when it has ended, in addition to its outcome.

use std::time::Duration;

use crate::digest::follower::Md5;
use crate::entry::ETag;

/// What is known of an object. Unknown values are missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The MD5 of the whole object: computed during the transfer, or else the one that the source
    /// has stored, which was not compared then.
    pub md5: Option<Md5>,
    /// The entity tag of the version that was written or, for a written file, of the one that was
    /// read.
    pub etag: Option<ETag>,
    /// Attempts: one, and one more for each repeated request; 0 when nothing of the object was
    /// begun.
    pub attempts: u32,
    /// The time from its first chunk to its end.
    pub elapsed: Duration,
    /// The object was deleted at the source after that (in a preview: would be).
    pub is_moved: bool,
}
