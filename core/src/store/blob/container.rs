//! The container that a copy writes to.

use super::request::{create_container, get_container_properties};
use crate::Result;
use crate::location::BlobLocation;
use crate::store::rest::make_if_missing::{self, RefusalCodes};
use crate::store::rest::root::{self, Identity};
use crate::store::{Made, Tools};

/// The codes for a container.
/// <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>
const CODES: RefusalCodes = RefusalCodes {
    exists: "ContainerAlreadyExists",
    being_deleted: "ContainerBeingDeleted",
};

/// Makes the container with private access, if it is missing. Returns its identity, as far as that is known.
pub(super) async fn make(tools: &Tools, place: &BlobLocation) -> Result<Identity> {
    root::make(tools, &create_container::request(place), CODES).await
}

/// Makes the container with private access: for the command `make`.
pub(super) async fn make_new(tools: &Tools, place: &BlobLocation) -> Result<Made> {
    make_if_missing::make(tools, &create_container::request(place), CODES, place).await
}

/// The container's identity; `None` where the credential does not permit the question.
pub(super) async fn identity(tools: &Tools, place: &BlobLocation) -> Result<Option<Box<str>>> {
    root::identity(tools, &get_container_properties::request(place)).await
}
