//! The share that a copy writes to.

use super::request::{create_share, get_share_properties};
use crate::Result;
use crate::location::ShareLocation;
use crate::store::Tools;
use crate::store::rest::make_if_missing::RefusalCodes;
use crate::store::rest::root::{self, Identity};

/// The codes for a share.
/// <https://learn.microsoft.com/rest/api/storageservices/file-service-error-codes>
const CODES: RefusalCodes = RefusalCodes {
    exists: "ShareAlreadyExists",
    being_deleted: "ShareBeingDeleted",
};

/// Makes the share, if it is missing. Returns its identity, as far as that is known.
pub(super) async fn make(tools: &Tools, place: &ShareLocation) -> Result<Identity> {
    root::make(tools, &create_share::request(place), CODES).await
}

/// The share's identity; `None` where the credential does not permit the question.
pub(super) async fn identity(tools: &Tools, place: &ShareLocation) -> Result<Option<Box<str>>> {
    root::identity(tools, &get_share_properties::request(place)).await
}
