//! What is known of one object when it has ended, beside how: for a ledger.

use std::time::Duration;

use crate::digest::follower::Md5;
use crate::entry::ETag;

/// What was found out about an object on its way. What nobody found out is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The MD5 of the whole: computed on the way, or else what the source stores with it, which nobody compared then.
    pub md5: Option<Md5>,
    /// The service's name for the version that was written, or, where a file was written, for the one that was read.
    pub etag: Option<ETag>,
    /// How often it was tried: one, and one more for each of its requests that was sent again; 0 when nothing of it was
    /// tried at all.
    pub attempts: u32,
    /// From when the first piece of it was taken up to its end.
    pub elapsed: Duration,
}
