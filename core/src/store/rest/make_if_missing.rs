//! Makes what a copy writes into, if it is missing: a container, a share or a directory.

use std::time::Duration;

use azring_transport::http::{Reply, Request};

use crate::store::{Made, Tools};
use crate::{Error, Result};

/// The waits, in seconds, for a name that something deleted still holds: the service takes half a
/// minute or more to clear it away.
/// <https://learn.microsoft.com/rest/api/storageservices/delete-container#remarks>
const NAME_WAITS_S: [u64; 8] = [1, 2, 4, 8, 15, 30, 60, 60];

/// The error codes of a service for a creation that it refuses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusalCodes {
    /// It exists already.
    pub(crate) exists: &'static str,
    /// Something of this name is being deleted.
    pub(crate) being_deleted: &'static str,
}

/// The outcome of making it.
#[derive(Debug)]
pub(crate) enum Making {
    /// It was made, with this answer of the service.
    Made(Reply),
    /// It existed already.
    Existed,
    /// The credential, a shared access signature, does not permit to make it.
    Refused,
}

/// Sends the request that makes it, for the command `make`: a signature that does not permit it is an error.
pub(crate) async fn make(
    tools: &Tools,
    request: &Request,
    codes: RefusalCodes,
    shown: impl std::fmt::Display,
) -> Result<Made> {
    match make_if_missing(tools, request, codes).await? {
        Making::Made(_) => Ok(Made::Made),
        Making::Existed => Ok(Made::Existed),
        Making::Refused => Err(Error::Credential(format!(
            "the shared access signature does not permit to make `{shown}`"
        ))),
    }
}

/// Sends the request that makes it. Waits for a name that is being deleted.
///
/// A shared access signature may permit writing objects but not making what holds them. A refusal is
/// then no reason to stop, because the first object shows whether the copy can go on. With any other
/// credential it is an error.
pub(crate) async fn make_if_missing(
    tools: &Tools,
    request: &Request,
    codes: RefusalCodes,
) -> Result<Making> {
    let mut waits = NAME_WAITS_S.into_iter().map(Duration::from_secs);
    loop {
        let error = match tools.client.send(request).await {
            Ok(reply) => return Ok(Making::Made(reply)),
            Err(error) => error,
        };
        match (error.code(), error.status()) {
            (Some(code), _) if code == codes.exists => return Ok(Making::Existed),
            (_, Some(403)) if request.account.credential.is_sas() => return Ok(Making::Refused),
            (Some(code), _) if code == codes.being_deleted => match waits.next() {
                Some(wait) => tools.client.pause(wait).await,
                None => return Err(error.into()),
            },
            _ => return Err(error.into()),
        }
    }
}
