//! A question about an object that may be missing.

use azring_transport::http::{Reply, Request};

use crate::Result;
use crate::store::Tools;

/// Sends the request; `None` where there is no such object (404).
pub(crate) async fn send_or_missing(tools: &Tools, request: &Request) -> Result<Option<Reply>> {
    match tools.client.send(request).await {
        Ok(reply) => Ok(Some(reply)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
