#![doc = include_str!("CONTROL.md")]

use std::sync::{Arc, PoisonError};

use serde::Deserialize;
use serde_json::json;

use super::behaviour::{Behaviour, SharedBehaviour};
use super::error::{Refusal, ServiceResult};
use super::fault::Plan;
use super::http::body::Body;
use super::http::handler::Handler;
use super::http::head::Head;
use super::http::payload::Payload;
use super::http::peer::Peer;
use super::http::response::Response;
use super::identity;
use super::services::Services;
use super::watch::ServerWatch;

/// The longest document, in bytes.
const DOCUMENT_BYTES_MAX: u64 = 8 << 20;

/// The requests of the endpoint, for `--help control`.
pub const REQUESTS: &str = include_str!("CONTROL.md");

/// Serves the control endpoint of one emulator.
pub struct Control {
    watch: Arc<ServerWatch>,
    behaviour: SharedBehaviour,
    /// The behaviour that a reset restores.
    first_behaviour: Arc<Behaviour>,
    services: Arc<Services>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogOrder {
    lines: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyOrder {
    keys: Vec<String>,
}

impl Control {
    /// The control endpoint of these services. A reset restores the present behaviour.
    pub fn new(
        watch: Arc<ServerWatch>,
        behaviour: SharedBehaviour,
        services: Arc<Services>,
    ) -> Self {
        let first_behaviour = Arc::clone(&behaviour.read().unwrap_or_else(PoisonError::into_inner));
        Self {
            watch,
            behaviour,
            first_behaviour,
            services,
        }
    }

    fn set_behaviour(&self, behaviour: Arc<Behaviour>) {
        *self
            .behaviour
            .write()
            .unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// Restores the state of the start.
    fn reset(&self) -> ServiceResult<Response> {
        self.watch.faults.set(None);
        self.set_behaviour(Arc::clone(&self.first_behaviour));
        self.services
            .reset()
            .map_err(|error| Refusal::internal(error.to_string()))?;
        self.watch.counters.reset();
        self.watch.log.clear();
        Ok(Response::new(204))
    }

    fn answer(&self, head: &Head, body: &mut Body<'_>) -> ServiceResult<Response> {
        let watch = &*self.watch;
        match (head.method(), head.raw_path()) {
            ("GET", "/health") => Ok(document(
                &json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }),
            )),
            ("POST", "/reset") => self.reset(),
            ("PUT", path) if account_of(path).is_some() => {
                let account = account_of(path).unwrap_or_default();
                let order: KeyOrder =
                    serde_json::from_slice(&body.read_document(DOCUMENT_BYTES_MAX)?)
                        .map_err(|error| Refusal::invalid_input(error.to_string()))?;
                let accounts = &self.services.resources.accounts;
                accounts.replace_keys(account, &order.keys)?;
                Ok(Response::new(204))
            }
            (method, path) if path.starts_with("/identity/") => {
                let provider = self.services.resources.identity.as_ref();
                let provider = provider.ok_or_else(no_resource)?;
                let body = body.read_document(DOCUMENT_BYTES_MAX)?;
                let path = &path["/identity".len()..];
                let answer = identity::control::answer(provider, method, path, &body)?;
                Ok(answer.map_or_else(|| Response::new(204), |value| document(&value)))
            }
            ("GET", "/faults") => {
                let status = watch
                    .faults
                    .status()
                    .map(|(plan, applied)| json!({ "plan": plan, "applied": applied }));
                Ok(document(&json!(status)))
            }
            ("PUT", "/faults") => {
                let text = String::from_utf8(body.read_document(DOCUMENT_BYTES_MAX)?)
                    .map_err(|_| Refusal::invalid_input("The plan is not UTF-8."))?;
                watch
                    .faults
                    .set(Some(Plan::parse(&text).map_err(Refusal::invalid_input)?));
                Ok(Response::new(204))
            }
            ("DELETE", "/faults") => {
                watch.faults.set(None);
                Ok(Response::new(204))
            }
            ("GET", "/counters") => Ok(document(&json!(watch.counters.snapshot()))),
            ("DELETE", "/counters") => {
                watch.counters.reset();
                Ok(Response::new(204))
            }
            ("PUT", "/log") => {
                let order: LogOrder =
                    serde_json::from_slice(&body.read_document(DOCUMENT_BYTES_MAX)?)
                        .map_err(|error| Refusal::invalid_input(error.to_string()))?;
                watch.log.keep(order.lines);
                Ok(Response::new(204))
            }
            ("GET", "/log") => {
                let mut response =
                    Response::new(200).header("Content-Type", "application/x-ndjson");
                let lines: String = watch
                    .log
                    .lines()
                    .into_iter()
                    .map(|line| line + "\n")
                    .collect();
                response.payload = Payload::Document(lines.into_bytes());
                Ok(response)
            }
            ("DELETE", "/log") => {
                watch.log.clear();
                Ok(Response::new(204))
            }
            ("GET", "/behaviour") => {
                let behaviour = self
                    .behaviour
                    .read()
                    .unwrap_or_else(PoisonError::into_inner);
                Ok(document(&json!(**behaviour)))
            }
            ("PUT", "/behaviour") => {
                let behaviour: Behaviour =
                    serde_json::from_slice(&body.read_document(DOCUMENT_BYTES_MAX)?)
                        .map_err(|error| Refusal::invalid_input(error.to_string()))?;
                self.set_behaviour(Arc::new(behaviour));
                Ok(Response::new(204))
            }
            _ => Err(no_resource()),
        }
    }
}

impl Handler for Control {
    fn serve(&self, head: &Head, body: &mut Body<'_>, _peer: &Peer) -> Response {
        self.answer(head, body)
            .unwrap_or_else(|refusal| self.refuse(&refusal))
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let mut response =
            Response::new(refusal.status).header("Content-Type", "text/plain; charset=utf-8");
        response.payload =
            Payload::Document(format!("{}: {}\n", refusal.code, refusal.message).into_bytes());
        response
    }
}

fn no_resource() -> Refusal {
    Refusal::new(
        404,
        "ResourceNotFound",
        "The control endpoint has no such resource.",
    )
}

/// The account in `/accounts/NAME/keys`.
fn account_of(path: &str) -> Option<&str> {
    path.strip_prefix("/accounts/")?.strip_suffix("/keys")
}

fn document(value: &serde_json::Value) -> Response {
    let mut response = Response::new(200).header("Content-Type", "application/json");
    response.payload = Payload::Document(format!("{value}\n").into_bytes());
    response
}
