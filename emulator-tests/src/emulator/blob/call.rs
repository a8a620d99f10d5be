//! One request on its way through an operation: everything but the body.

use std::sync::Arc;

use super::service::BlobService;
use super::state::{Account, Container};
use crate::emulator::auth::Grant;
use crate::emulator::behaviour::Behaviour;
use crate::emulator::clock::Moment;
use crate::emulator::error::Answer;
use crate::emulator::http::connection::Peer;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::target::Target;
use crate::emulator::version::ApiVersion;

/// An authorised request.
pub struct Call<'a> {
    /// The service with its store.
    pub service: &'a BlobService,
    /// The account addressed.
    pub account: &'a Account,
    /// Method and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// Container and blob.
    pub target: &'a Target,
    /// The request's version.
    pub version: ApiVersion,
    /// What the credential allows.
    pub grant: &'a Grant,
    /// The client.
    pub peer: &'a Peer,
    /// The service's habits at this time.
    pub behaviour: Arc<Behaviour>,
    /// When the request was taken up.
    pub now: Moment,
}

impl Call<'_> {
    /// The container addressed, or 404.
    pub fn container(&self) -> Answer<Arc<Container>> {
        self.account.container(self.target.container())
    }

    /// The service's address as listings name it, with the account in it however the client spelled it.
    pub fn endpoint(&self) -> String {
        let scheme = if self.peer.secure { "https" } else { "http" };
        let host = self.head.header_or_empty("host");
        if self.target.path_style {
            format!("{scheme}://{host}/{}/", self.account.name)
        } else {
            format!("{scheme}://{host}/")
        }
    }

    /// Has the secondary region not seen yet what was written at this time?
    pub fn is_ahead_of_secondary(&self, written: Moment) -> bool {
        self.behaviour.secondary_lag_ms > 0
            && written.plus_ms(self.behaviour.secondary_lag_ms) > self.now
    }
}
