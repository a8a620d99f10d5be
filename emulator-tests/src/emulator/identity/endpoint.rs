//! The provider's HTTPS endpoint: which document or grant a request asks for.

use std::sync::Arc;

use serde_json::Value;

use super::discovery;
use super::error::{IdentityError, IdentityResult};
use super::grants::GrantRequest;
use super::provider::IdentityProvider;
use crate::emulator::error::Refusal;
use crate::emulator::http::body::Body;
use crate::emulator::http::handler::Handler;
use crate::emulator::http::head::Head;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::{Labels, Response};

const FORM_BYTES_MAX: u64 = 64 << 10;

/// Serves the provider's endpoint.
pub struct IdentityEndpoint(pub Arc<IdentityProvider>);

impl IdentityEndpoint {
    fn answer(
        &self,
        head: &Head,
        body: &mut Body<'_>,
        labels: &mut Labels,
    ) -> IdentityResult<Value> {
        let host = head.header_or_empty("host");
        let query = Query::parse(head.raw_query());
        let path: Vec<&str> = head.raw_path().trim_matches('/').split('/').collect();
        match (head.method(), path.as_slice()) {
            ("GET", ["common", "discovery", "instance"]) => {
                labels.operation = "InstanceDiscovery";
                discovery::instance(&query)
            }
            ("GET", ["discovery", "v2.0", "keys"] | [_, "discovery", "v2.0", "keys"]) => {
                labels.operation = "SigningKeys";
                Ok(self.0.lock().keys.document())
            }
            ("GET", [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
                labels.operation = "OpenIdConfiguration";
                discovery::open_id_configuration(&self.0.lock().settings, host, tenant)
            }
            ("POST", [tenant, "oauth2", "v2.0", kind @ ("devicecode" | "token")]) => {
                let form = read_form(body)?;
                let request = GrantRequest {
                    form: &form,
                    host,
                    tenant,
                    now: self.0.now(),
                };
                let mut state = self.0.lock();
                if *kind == "devicecode" {
                    labels.operation = "DeviceCode";
                    request.device_code(&mut state)
                } else {
                    labels.operation = "Token";
                    request.token(&mut state)
                }
            }
            _ => Err(IdentityError {
                status: 404,
                ..IdentityError::new(
                    "invalid_request",
                    900_561,
                    "The endpoint has no such resource, or not with this method.",
                )
            }),
        }
    }

    fn refused(&self, error: &IdentityError, head: Option<&Head>) -> Response {
        let correlation = head.and_then(|head| head.header("client-request-id"));
        let document = error.document(self.0.now(), correlation);
        let mut response = json_response(error.status, &document);
        response.labels.code = Some(error.error.to_owned());
        response
    }
}

impl Handler for IdentityEndpoint {
    fn serve(&self, head: &Head, body: &mut Body<'_>, _peer: &Peer) -> Response {
        let mut labels = Labels::default();
        let mut response = match self.answer(head, body, &mut labels) {
            Ok(document) => json_response(200, &document),
            Err(error) => self.refused(&error, Some(head)),
        };
        response.labels.operation = labels.operation;
        response.set("Date", self.0.now().rfc1123());
        if let Some(id) = head.header("client-request-id") {
            response.set("client-request-id", id);
        }
        response
    }

    /// A refusal of the fault plan. Its code is `error` if it is one of OAuth's.
    fn refuse(&self, refusal: &Refusal) -> Response {
        let known = [
            "temporarily_unavailable",
            "server_error",
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "slow_down",
            "authorization_pending",
            "interaction_required",
        ];
        let named = known.iter().find(|error| **error == refusal.code);
        let (error, code) = match named {
            Some(error) => (*error, 0),
            None if refusal.status == 429 || refusal.status >= 500 => {
                ("temporarily_unavailable", 90_033)
            }
            None => ("invalid_request", 0),
        };
        let error = IdentityError {
            status: refusal.status,
            ..IdentityError::new(error, code, refusal.message.clone())
        };
        self.refused(&error, None)
            .header("Date", self.0.now().rfc1123())
    }
}

/// The form in a body.
fn read_form(body: &mut Body<'_>) -> IdentityResult<Query> {
    let refused = |_| {
        IdentityError::new(
            "invalid_request",
            90_014,
            "The request body cannot be read.",
        )
    };
    let bytes = body.read_document(FORM_BYTES_MAX).map_err(refused)?;
    Ok(Query::parse(&String::from_utf8_lossy(&bytes)))
}

/// An answer with a JSON document, which nobody may store.
pub fn json_response(status: u16, document: &Value) -> Response {
    let mut response = Response::new(status)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Cache-Control", "no-store, no-cache")
        .header("Pragma", "no-cache");
    response.payload = Payload::Document(document.to_string().into_bytes());
    response
}
