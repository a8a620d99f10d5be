//! The plain HTTP endpoint of the managed identities, as a machine of Azure, a web app and a machine
//! with Azure Arc have it.
//!
//! ```text
//! /metadata/identity/oauth2/token       IMDS of a virtual machine
//! /msi/token                            App Service, Container Apps
//! /arc/metadata/identity/oauth2/token   Azure Arc
//! ```
//! All issue the same tokens; they differ in what proves that the caller is on the machine.

use std::sync::Arc;

use serde_json::{Value, json};

use super::access_token::Principal;
use super::endpoint::json_response;
use super::provider::{IdentityProvider, IdentityState};
use super::settings::ManagedIdentity;
use super::{app_service, arc, imds, resource};
use crate::emulator::clock::Moment;
use crate::emulator::error::Refusal;
use crate::emulator::http::body::Body;
use crate::emulator::http::handler::Handler;
use crate::emulator::http::head::Head;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;

/// A request for a token of a managed identity.
pub struct ManagedIdentityRequest<'a> {
    /// Method and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// When it came.
    pub now: Moment,
}

/// Why such a request is refused.
#[derive(Debug)]
pub struct ManagedIdentityRefusal {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub error: &'static str,
    /// `error_description`.
    pub description: String,
    /// `WWW-Authenticate`.
    pub challenge: Option<String>,
}

impl ManagedIdentityRefusal {
    /// 400.
    pub fn bad_request(description: impl Into<String>) -> Self {
        Self {
            status: 400,
            error: "invalid_request",
            description: description.into(),
            challenge: None,
        }
    }

    /// Another status.
    pub fn with_status(self, status: u16, error: &'static str) -> Self {
        Self {
            status,
            error,
            ..self
        }
    }

    fn response(&self) -> Response {
        let document = json!({
            "error": self.error,
            "error_description": self.description,
        });
        let mut response = json_response(self.status, &document);
        response.labels.code = Some(self.error.to_owned());
        response.header_some("WWW-Authenticate", self.challenge.clone())
    }
}

/// What these endpoints answer.
pub type ManagedIdentityResult<T> = Result<T, ManagedIdentityRefusal>;

impl ManagedIdentityRequest<'_> {
    /// Issues a token for the identity of the query; `resource_id` is the name of the parameter with a
    /// resource id.
    pub fn token(
        &self,
        state: &mut IdentityState,
        resource_id: &str,
    ) -> ManagedIdentityResult<Value> {
        let refuse = |text: &str| ManagedIdentityRefusal::bad_request(text);
        let resource = self.query.filled("resource").ok_or_else(|| {
            refuse("AADSTS90014: The required field 'resource' is missing from the credential.")
        })?;
        let resource = resource::check(resource)
            .map_err(|error| refuse(&format!("AADSTS{}: {}", error.code, error.message)))?;
        let identity = self
            .identity(state, resource_id)
            .ok_or_else(|| refuse("Identity not found"))?;
        let principal = Principal::managed_identity(&identity);
        let (now, seconds) = (self.now.seconds(), state.settings.token_seconds);
        Ok(json!({
            "access_token": state.access_token(&principal, &resource, self.now),
            "client_id": identity.client_id,
            "expires_in": seconds.to_string(),
            "expires_on": (now + seconds).to_string(),
            "ext_expires_in": seconds.to_string(),
            "not_before": now.to_string(),
            "resource": resource,
            "token_type": "Bearer",
        }))
    }

    /// The identity that the query names, else the system-assigned one, else the only one.
    fn identity(&self, state: &IdentityState, resource_id: &str) -> Option<ManagedIdentity> {
        let identities = &state.settings.managed_identities;
        let by = |name: &str, of: fn(&ManagedIdentity) -> &str| {
            let wanted = self.query.filled(name)?;
            Some(
                identities
                    .iter()
                    .find(|one| of(one).eq_ignore_ascii_case(wanted)),
            )
        };
        let named = by("client_id", |one| &one.client_id)
            .or_else(|| by("object_id", |one| &one.object_id))
            .or_else(|| by(resource_id, |one| &one.resource_id));
        if let Some(found) = named {
            return found.cloned();
        }
        let system = identities.iter().find(|one| one.resource_id.is_empty());
        let only = identities.first().filter(|_| identities.len() == 1);
        system.or(only).cloned()
    }
}

/// Serves the endpoint of the managed identities.
pub struct ManagedIdentityEndpoint(pub Arc<IdentityProvider>);

impl Handler for ManagedIdentityEndpoint {
    fn serve(&self, head: &Head, _body: &mut Body<'_>, _peer: &Peer) -> Response {
        let query = Query::parse(head.raw_query());
        let request = ManagedIdentityRequest {
            head,
            query: &query,
            now: self.0.now(),
        };
        let state = &mut self.0.lock();
        let (operation, answer) = match (head.method(), head.raw_path().trim_end_matches('/')) {
            ("GET", "/metadata/identity/oauth2/token") => ("Imds", imds::token(&request, state)),
            ("GET", "/msi/token") => ("AppService", app_service::token(&request, state)),
            ("GET", "/arc/metadata/identity/oauth2/token") => ("Arc", arc::token(&request, state)),
            _ => {
                let refusal = ManagedIdentityRefusal::bad_request("There is no such resource.");
                ("", Err(refusal.with_status(404, "not_found")))
            }
        };
        let mut response = match answer {
            Ok(document) => json_response(200, &document),
            Err(refusal) => refusal.response(),
        };
        response.labels.operation = operation;
        response.set("Date", request.now.rfc1123());
        response
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let shown = ManagedIdentityRefusal::bad_request(refusal.message.clone());
        let error = if refusal.status >= 500 {
            "unknown"
        } else {
            "too_many_requests"
        };
        shown.with_status(refusal.status, error).response()
    }
}
