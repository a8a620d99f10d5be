//! The container that a copy writes to.

use super::request::{create_container, get_container_properties};
use crate::Result;
use crate::location::BlobLocation;
use crate::store::Tools;
use crate::store::rest::make_if_missing::{Making, RefusalCodes, make_if_missing};

/// The codes for a container.
/// <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>
const CODES: RefusalCodes = RefusalCodes {
    exists: "ContainerAlreadyExists",
    being_deleted: "ContainerBeingDeleted",
};

/// What is known of a container's identity without asking.
pub(super) enum Identity {
    /// This, or that it cannot be had.
    Known(Option<Box<str>>),
    /// Nothing.
    ToBeAsked,
}

/// Makes the container, privately, if it is missing; returns what is known of its [`identity`] then.
pub(super) async fn make(tools: &Tools, place: &BlobLocation) -> Result<Identity> {
    let request = create_container::request(place);
    Ok(match make_if_missing(tools, &request, CODES).await? {
        Making::Made(reply) => Identity::Known(reply.header("etag").map(Into::into)),
        Making::Existed => Identity::ToBeAsked,
        // It is no signature for containers: asking would be refused too.
        Making::Refused => Identity::Known(None),
    })
}

/// The container's entity tag. Azure tells no time of creation, and writing blobs does not change the tag: only new metadata,
/// a new access policy or a lease does, and so does another container of the same name. So an equal tag proves that it is
/// the same container; another one proves nothing, and what was copied has to be looked for.
/// <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>
///
/// `None` where the credential does not permit the question: a signature for a container does not.
pub(super) async fn identity(tools: &Tools, place: &BlobLocation) -> Result<Option<Box<str>>> {
    let request = get_container_properties::request(place);
    match tools.client.send(&request).await {
        Ok(reply) => Ok(reply.header("etag").map(Into::into)),
        Err(error) if matches!(error.status(), Some(400..=499)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
