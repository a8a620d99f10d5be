//! One authorized request on its way to the function that serves it: everything but the body.

use std::sync::Arc;

use super::accounts::StorageAccount;
use super::handler::Service;
use super::operations::Operations;
use super::resources::Resources;
use crate::emulator::auth::Grant;
use crate::emulator::behaviour::Behaviour;
use crate::emulator::clock::Moment;
use crate::emulator::http::address::Address;
use crate::emulator::http::head::Head;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::version::ApiVersion;

/// An authorized request.
pub struct Call<'a, S: Operations> {
    /// The service.
    pub service: &'a Service<S>,
    /// What all services share.
    pub resources: &'a Resources,
    /// The account addressed.
    pub account: &'a StorageAccount,
    /// What the service stores for the account.
    pub storage: &'a S::Storage,
    /// Method and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// Account, region and path.
    pub address: &'a Address,
    /// What the path names.
    pub target: &'a S::Target,
    /// The request's version.
    pub version: ApiVersion,
    /// What the credential allows.
    pub grant: &'a Grant,
    /// The client.
    pub peer: &'a Peer,
    /// How the service behaves at this time.
    pub behaviour: Arc<Behaviour>,
    /// When the request arrived.
    pub now: Moment,
}

impl<S: Operations> Call<'_, S> {
    /// The same call for another target of its account.
    pub fn with_target<'a>(&'a self, target: &'a S::Target) -> Call<'a, S> {
        Call {
            target,
            behaviour: Arc::clone(&self.behaviour),
            ..*self
        }
    }

    /// The service's address in listings, with the account's name however the client spelled it.
    pub fn endpoint(&self) -> String {
        let scheme = if self.peer.secure { "https" } else { "http" };
        let host = self.head.header_or_empty("host");
        if self.address.path_style {
            format!("{scheme}://{host}/{}/", self.account.name)
        } else {
            format!("{scheme}://{host}/")
        }
    }

    /// The lease id of the request.
    pub fn lease_id(&self) -> Option<&str> {
        self.head
            .header("x-ms-lease-id")
            .filter(|id| !id.is_empty())
    }

    /// Replaces headers by those that the SAS sets.
    pub fn apply_overrides(&self, response: &mut Response) {
        for (name, value) in self
            .grant
            .overrides()
            .iter()
            .flat_map(|overrides| &overrides.headers)
        {
            response.replace(name, value.clone());
        }
    }

    /// Whether the secondary region does not show yet what was written at this time.
    pub fn is_ahead_of_secondary(&self, written: Moment) -> bool {
        self.behaviour.secondary_lag_ms > 0
            && written.plus_ms(self.behaviour.secondary_lag_ms) > self.now
    }
}
