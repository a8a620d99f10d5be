//! The share that a copy writes to.

use super::request::{create_directory, create_share, get_share_properties};
use crate::location::ShareLocation;
use crate::store::rest::make_if_missing::{self, RefusalCodes};
use crate::store::rest::root::{self, Identity};
use crate::store::{Made, Tools};
use crate::{Error, Result};

/// The codes for a share.
/// <https://learn.microsoft.com/rest/api/storageservices/file-service-error-codes>
const CODES: RefusalCodes = RefusalCodes {
    exists: "ShareAlreadyExists",
    being_deleted: "ShareBeingDeleted",
};

/// The codes for a directory.
const DIRECTORY_CODES: RefusalCodes = RefusalCodes {
    exists: "ResourceAlreadyExists",
    being_deleted: "DeletePending",
};

/// Makes the share, if it is missing. Returns its identity, as far as that is known.
pub(super) async fn make(tools: &Tools, place: &ShareLocation) -> Result<Identity> {
    root::make(tools, &create_share::request(place, None), CODES).await
}

/// Makes the share, of this largest size, or a directory in it with those above: for the command `make`.
pub(super) async fn make_new(
    tools: &Tools,
    place: &ShareLocation,
    quota_gib: Option<u32>,
) -> Result<Made> {
    let directory = &*place.directory;
    if directory.is_empty() {
        let request = create_share::request(place, quota_gib);
        return make_if_missing::make(tools, &request, CODES, place).await;
    }
    let ends = directory.match_indices('/').map(|(at, _)| at);
    let mut made = Made::Existed;
    for end in ends.chain([directory.len()]) {
        let name = &directory[..end];
        let request = create_directory::request(place, name);
        made = match make_if_missing::make(tools, &request, DIRECTORY_CODES, place).await {
            Err(Error::Transport(error)) if error.code() == Some("ResourceTypeMismatch") => {
                return Err(Error::Name(format!(
                    "`{}` is a file: there cannot be a directory of that name",
                    place.file_url(name)
                )));
            }
            made => made?,
        };
    }
    Ok(made)
}

/// The share's identity; `None` where the credential does not permit the question.
pub(super) async fn identity(tools: &Tools, place: &ShareLocation) -> Result<Option<Box<str>>> {
    root::identity(tools, &get_share_properties::request(place)).await
}
