//! The failures of a service to read the source of a copy.

use azring_transport as transport;

use super::{is_archived, is_leased};
use crate::Error;
use crate::entry::ArchiveState;
use crate::store::Origin;

/// Longest address from which a service copies an object, in bytes.
/// <https://learn.microsoft.com/rest/api/storageservices/copy-blob#request-headers>
const ORIGIN_BYTES_MAX: usize = 2048;

/// The failure because of the source of the object of this name. Gives back an error that is not about
/// the source, or that the service describes well.
pub(crate) fn of(
    name: &str,
    origin: &Origin,
    error: transport::Error,
) -> Result<Error, transport::Error> {
    match (error.status(), error.code()) {
        // Azurite answers 304 where Azure answers 412.
        (Some(412 | 304), code) if !is_leased(code) => Ok(Error::Changed(format!(
            "the source of `{name}` was overwritten since it was listed"
        ))),
        (Some(409), code) if is_archived(code) => Ok(Error::archived(name, ArchiveState::Archived)),
        (Some(400), _) if origin.signed_url().len() > ORIGIN_BYTES_MAX => Ok(Error::Name(format!(
            "the source of `{name}` has an address of more than {ORIGIN_BYTES_MAX} characters, from which the \
                 service does not copy: copy it through this machine (`/SyncCopy`)"
        ))),
        _ => Err(error),
    }
}
