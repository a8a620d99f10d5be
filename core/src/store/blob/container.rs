//! The container that a copy writes to.

use std::time::Duration;

use super::request::{create_container, get_container_properties};
use crate::Result;
use crate::location::BlobLocation;
use crate::store::Tools;

/// The waits, in seconds, for a name that a deleted container still holds: the service takes half a minute or more to clear
/// it away. <https://learn.microsoft.com/rest/api/storageservices/delete-container#remarks>
const NAME_WAITS_S: [u64; 8] = [1, 2, 4, 8, 15, 30, 60, 60];

/// What is known of a container's identity without asking.
pub(super) enum Identity {
    /// This, or that it cannot be had.
    Known(Option<Box<str>>),
    /// Nothing.
    ToBeAsked,
}

/// Makes the container, privately, if it is missing. The name of one that is being deleted is waited for.
///
/// A signature may allow writing blobs but not making containers: that the service refuses to make one is then no
/// reason to stop, since the first blob will tell. With an account key, or with no credential at all, it is.
///
/// Returns what is known of its [`identity`] then.
pub(super) async fn make_if_missing(tools: &Tools, place: &BlobLocation) -> Result<Identity> {
    let mut waits = NAME_WAITS_S.into_iter().map(Duration::from_secs);
    loop {
        let request = create_container::request(place);
        let error = match tools.client.send(&request).await {
            Ok(reply) => return Ok(Identity::Known(reply.header("etag").map(Into::into))),
            Err(error) => error,
        };
        match (error.code(), error.status()) {
            (Some("ContainerAlreadyExists"), _) => return Ok(Identity::ToBeAsked),
            // It is no signature for containers: asking would be refused too.
            (_, Some(403)) if place.account().credential.is_sas() => {
                return Ok(Identity::Known(None));
            }
            (Some("ContainerBeingDeleted"), _) => match waits.next() {
                Some(wait) => tools.client.pause(wait).await,
                None => return Err(error.into()),
            },
            _ => return Err(error.into()),
        }
    }
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
