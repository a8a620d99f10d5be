//! The command `make`: makes a container, a file share, a directory in one, or a table.

use super::single_thread;
use crate::Result;
use crate::location::Location;
use crate::options::Engine;
use crate::store::{self, Made};

/// Makes what the location names. A file share gets `quota_gib` as its largest size, or the service's default.
///
/// Waits for a name that is being deleted. The directories above a directory are made too.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location that cannot be made,
/// [`Error::Credential`](crate::Error::Credential) where a signature does not permit it.
pub fn make(location: &Location, quota_gib: Option<u32>, engine: &Engine) -> Result<Made> {
    single_thread::run(engine, async |tools| {
        store::make(location, quota_gib, tools).await
    })
}
