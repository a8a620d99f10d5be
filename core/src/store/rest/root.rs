//! What a copy to a service writes into: a container or a share. It is made if it is missing, and its
//! entity tag is its identity.

use std::sync::OnceLock;

use azring_transport::http::Request;

use super::make_if_missing::{Making, RefusalCodes, make_if_missing};
use crate::Result;
use crate::store::Tools;

/// The identity of a container or a share, as far as it is known without a question.
pub(crate) enum Identity {
    /// This identity; `None` where the credential cannot ask for it.
    Known(Option<Box<str>>),
    /// It is not known yet.
    ToBeAsked,
}

/// The identity of the container or share of one target: its making gives it, or a question.
#[derive(Debug, Default)]
pub(crate) struct RootIdentity(OnceLock<Option<Box<str>>>);

impl RootIdentity {
    /// Keeps what the making gave.
    pub(crate) fn keep(&self, made: Identity) {
        match made {
            Identity::Known(identity) => {
                self.0.get_or_init(|| identity);
            }
            Identity::ToBeAsked => {}
        }
    }

    /// The identity, from this question where it is not known.
    pub(crate) async fn or_ask(
        &self,
        ask: impl Future<Output = Result<Option<Box<str>>>>,
    ) -> Result<Option<Box<str>>> {
        match self.0.get() {
            Some(known) => Ok(known.clone()),
            None => ask.await,
        }
    }
}

/// Sends the request that makes it. Returns its [`identity`], as far as that is known.
pub(crate) async fn make(
    tools: &Tools,
    request: &Request,
    codes: RefusalCodes,
) -> Result<Identity> {
    Ok(match make_if_missing(tools, request, codes).await? {
        Making::Made(reply) => Identity::Known(reply.header("etag").map(Into::into)),
        Making::Existed => Identity::ToBeAsked,
        // The signature is not for making it, so the question would be refused too.
        Making::Refused => Identity::Known(None),
    })
}

/// Its entity tag, from the answer to this request for its properties.
///
/// Azure gives no time of creation. Writing objects does not change the tag; new metadata, a new
/// access policy, a lease and another container or share of the same name do. So an equal tag shows
/// that it is the same one. Another tag shows nothing, and the copied objects have to be inspected.
/// <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>
///
/// `None` where the credential does not permit the question, for example a signature for a container.
pub(crate) async fn identity(tools: &Tools, request: &Request) -> Result<Option<Box<str>>> {
    match tools.client.send(request).await {
        Ok(reply) => Ok(reply.header("etag").map(Into::into)),
        Err(error) if matches!(error.status(), Some(400..=499)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
