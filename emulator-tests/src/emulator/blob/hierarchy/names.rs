//! The names of a hierarchical account: a segment is never empty.

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::target::BlobTarget;

/// What the call addresses, if the account stores it under another name: empty segments are removed, so
/// that `a//b` is `a/b`. Clients with an account see that; no page of the service tells of it.
pub fn own_target(call: &BlobCall<'_>) -> Option<BlobTarget> {
    let name = call.target.blob.as_deref()?;
    let is_other = name.starts_with('/') || name.ends_with('/') || name.contains("//");
    (call.account.is_hierarchical && is_other).then(|| {
        let segments = name.split('/').filter(|segment| !segment.is_empty());
        BlobTarget {
            container: call.target.container.clone(),
            blob: Some(segments.collect::<Vec<_>>().join("/")),
        }
    })
}
