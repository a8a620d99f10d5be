//! The way of a request through a service: find the account, authorize, serve, add the common
//! headers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use super::call::Call;
use super::cors;
use super::operations::{Operation, Operations};
use super::recovery::Recovery;
use super::resources::Resources;
use super::versions;
use crate::emulator::auth::{self, AuthorizationInput, Grant};
use crate::emulator::behaviour::Behaviour;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::body::Body;
use crate::emulator::http::handler::Handler;
use crate::emulator::http::head::Head;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::{Labels, Response};
use crate::emulator::options::Options;
use crate::emulator::start_error::StartError;
use crate::emulator::version::ApiVersion;

/// The tenant of a challenge without an identity provider.
const NO_TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// One service of all accounts.
pub struct Service<S: Operations> {
    /// Its state and its calls.
    pub operations: S,
    /// What it shares with the other services.
    pub resources: Arc<Resources>,
    listings: AtomicU64,
}

/// A service as the server and the control endpoint see it.
pub trait EmulatedService: Handler {
    /// Its label in the `ready` line.
    fn label(&self) -> &'static str;

    /// Adds the objects that exist from the start. Objects that exist already stay as they are.
    fn add_initial(&self) -> Result<(), StartError>;

    /// Empties all accounts and adds the initial objects again.
    fn reset(&self) -> Result<(), StartError>;
}

/// A request with its version, before it is authorized.
#[derive(Clone, Copy)]
pub struct ParsedRequest<'a> {
    /// Method and headers.
    pub head: &'a Head,
    /// The decoded query.
    pub query: &'a Query,
    /// Its version.
    pub version: ApiVersion,
    /// The client.
    pub peer: &'a Peer,
    /// When it arrived.
    pub now: Moment,
}

/// What is known of a request when its answer is completed.
#[derive(Default)]
struct RequestFacts {
    labels: Labels,
    /// Its version, once it is read.
    version: Option<ApiVersion>,
}

impl<S: Operations> Service<S> {
    /// Opens the service, and restores what an earlier run recorded.
    pub fn open(
        options: &Options,
        resources: &Arc<Resources>,
        recovery: Option<&mut Recovery>,
    ) -> Result<Self, StartError> {
        let journal = resources.journal.as_ref();
        let journal = journal.map(|journal| journal.of_service(S::NAMES.label));
        let service = Self {
            operations: S::new(options, &resources.accounts, journal.as_ref()),
            resources: Arc::clone(resources),
            listings: AtomicU64::new(0),
        };
        if let Some(recovery) = recovery {
            recovery.restore(&service.operations)?;
        }
        Ok(service)
    }

    /// Checks the credential of a request, or of the request that would read a copy's source.
    pub fn authorize(
        &self,
        request: &ParsedRequest<'_>,
        address: &Address,
        target: &S::Target,
    ) -> ServiceResult<Grant> {
        let account = self.resources.accounts.find(&address.account)?;
        let storage = self.operations.storage(&address.account);
        let policy = |id: &str| S::stored_policy(storage?, target, id);
        auth::authorize(&AuthorizationInput {
            head: request.head,
            query: request.query,
            address,
            target,
            names: &S::NAMES,
            version: request.version,
            keys: &account.keys,
            issuer_key: self.resources.issuer_key.as_deref(),
            unsigned_tokens: self.resources.unsigned_tokens,
            identity: self.resources.identity.as_deref(),
            peer: request.peer,
            now: request.now,
            policy: &policy,
        })
    }

    fn answer(
        &self,
        head: &Head,
        body: &mut Body<'_>,
        peer: &Peer,
        (behaviour, now): (Arc<Behaviour>, Moment),
        facts: &mut RequestFacts,
    ) -> ServiceResult<Response> {
        if head.method() == "OPTIONS" {
            return self.preflight(head, &mut facts.labels);
        }
        let query = Query::parse(head.raw_query());
        let version = match versions::version_of(head, &query)? {
            Some(version) => version,
            None => self.default_version(head),
        };
        facts.version = Some(version);
        versions::check_known(&behaviour, head, version)?;
        let request = ParsedRequest {
            head,
            query: &query,
            version,
            peer,
            now,
        };
        self.serve_authorized(request, behaviour, facts, |operation, call| {
            S::run(operation, call, body)
        })
    }

    /// Where clients are sent for a token.
    fn challenge(&self) -> String {
        let identity = self.resources.identity.as_ref();
        let tenant = identity.map_or_else(|| NO_TENANT.to_owned(), |one| one.tenant());
        format!(
            "Bearer authorization_uri=https://login.microsoftonline.com/{tenant}/oauth2/authorize resource_id=https://storage.azure.com"
        )
    }

    /// The version of requests that name none: that of the service properties, or the oldest.
    fn default_version(&self, head: &Head) -> ApiVersion {
        let address = Address::of(head, S::NAMES.label).ok();
        let storage = address.and_then(|address| self.operations.storage(&address.account));
        let properties = storage.and_then(S::service_properties);
        let version = properties.and_then(|properties| properties.default_version());
        version.unwrap_or(ApiVersion::OLDEST)
    }

    /// Answers a preflight request, which has no credential.
    fn preflight(&self, head: &Head, labels: &mut Labels) -> ServiceResult<Response> {
        labels.operation = "Preflight";
        let address = Address::of(head, S::NAMES.label)?;
        self.resources.accounts.find(&address.account)?;
        let storage = self.operations.storage(&address.account);
        let properties = storage.and_then(S::service_properties);
        let properties = properties.ok_or_else(Refusal::unsupported_verb)?;
        cors::preflight(head, &properties)
    }

    /// Adds the CORS headers to an answer.
    fn add_cors_headers(&self, head: &Head, origin: Option<&str>, response: &mut Response) {
        let Ok(address) = Address::of(head, S::NAMES.label) else {
            return;
        };
        let storage = self.operations.storage(&address.account);
        if let Some(properties) = storage.and_then(S::service_properties) {
            cors::add_headers(head, origin, &properties, response);
        }
    }

    /// The answer to one request of a batch. `serve` serves its call.
    pub fn answer_in_batch(
        &self,
        batch: &Call<'_, S>,
        head: &Head,
        serve: impl FnOnce(S::Operation, &Call<'_, S>) -> ServiceResult<Response>,
    ) -> Response {
        let query = Query::parse(head.raw_query());
        let request = ParsedRequest {
            head,
            query: &query,
            version: batch.version,
            peer: batch.peer,
            now: batch.now,
        };
        let behaviour = Arc::clone(&batch.behaviour);
        let request_id = self.resources.ids.next();
        let mut response = self
            .serve_authorized(request, behaviour, &mut RequestFacts::default(), serve)
            .unwrap_or_else(|refusal| {
                S::refused(&refusal, Some(head), &request_id, &batch.now.iso8601())
            });
        response.set("x-ms-request-id", request_id);
        response.set("x-ms-version", batch.version.to_string());
        // Parts name the service without its product.
        let service = S::NAMES.server.split(' ').next();
        response.set("Server", service.unwrap_or_default());
        response
    }

    /// Finds account and call of a request, authorizes it, and has it served.
    fn serve_authorized(
        &self,
        request: ParsedRequest<'_>,
        behaviour: Arc<Behaviour>,
        facts: &mut RequestFacts,
        serve: impl FnOnce(S::Operation, &Call<'_, S>) -> ServiceResult<Response>,
    ) -> ServiceResult<Response> {
        let ParsedRequest {
            head, query, peer, ..
        } = request;
        let address = Address::of(head, S::NAMES.label)?;
        let target = S::target(&address, query)?;
        let account = self.resources.accounts.find(&address.account)?;
        let storage = self.operations.storage(&address.account);
        let storage = storage
            .ok_or_else(|| Refusal::internal("The service has no storage for the account."))?;
        if behaviour.https_only && !peer.secure {
            return Err(Refusal::new(
                400,
                "AccountRequiresHttps",
                "The account being accessed does not support http.",
            ));
        }
        let operation = S::operation(head, query, &target)?;
        facts.labels.operation = operation.name();
        let grant = self.authorize(&request, &address, &target)?;
        facts.labels.auth = grant.name();
        let required = operation.required();
        grant.check(&required)?;
        let tokens_since = S::NAMES.tokens_since;
        if matches!(grant, Grant::Bearer(_))
            && required.account_only
            && request.version < tokens_since.account
        {
            return Err(auth::bearer::version_without_tokens());
        }
        if matches!(grant, Grant::Anonymous) {
            let has_identity = self.resources.identity.is_some();
            let hides_private = !has_identity || request.version < tokens_since.data;
            S::check_anonymous(storage, &target, operation).map_err(|refusal| {
                if hides_private {
                    refusal
                } else {
                    Refusal::no_authentication_information()
                }
            })?;
        }
        if address.secondary && operation.writes() {
            return Err(Refusal::new(
                403,
                "WriteOperationNotSupportedOnSecondary",
                "Write operations are not supported on the secondary location.",
            ));
        }
        let call = Call {
            service: self,
            resources: &self.resources,
            account: &account,
            storage,
            head,
            query,
            address: &address,
            target: &target,
            version: request.version,
            grant: &grant,
            peer,
            behaviour,
            now: request.now,
        };
        let answer = serve(operation, &call);
        let journal = self.resources.journal.as_ref();
        match journal.and_then(|journal| journal.broken()) {
            Some(path) if operation.writes() => Err(Refusal::internal(format!(
                "The emulator's journal `{}` cannot be written.",
                path.display()
            ))),
            _ => answer,
        }
    }

    /// The number of this listing since the start, from 1.
    pub fn next_listing(&self) -> u64 {
        self.listings.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl<S: Operations> Drop for Service<S> {
    /// Closes the store first: the bodies in its folder must outlive the state that refers to them.
    fn drop(&mut self) {
        self.resources.close();
    }
}

impl<S: Operations> EmulatedService for Service<S> {
    fn label(&self) -> &'static str {
        S::NAMES.label
    }

    fn add_initial(&self) -> Result<(), StartError> {
        self.operations.add_initial(&*self.resources.store)
    }

    fn reset(&self) -> Result<(), StartError> {
        self.operations.clear(Moment::now());
        self.add_initial()
    }
}

impl<S: Operations> Handler for Service<S> {
    fn serve(&self, head: &Head, body: &mut Body<'_>, peer: &Peer) -> Response {
        let behaviour = self.resources.behaviour.read();
        let behaviour = Arc::clone(&behaviour.unwrap_or_else(PoisonError::into_inner));
        let now = Moment::now().shifted_ms(behaviour.clock_ahead_ms);
        let request_id = self.resources.ids.next();
        let mut facts = RequestFacts::default();
        let mut omitted: &[&str] = &[];
        let mut response = match self.answer(head, body, peer, (behaviour, now), &mut facts) {
            Ok(response) => response,
            Err(refusal) => {
                omitted = refusal.omitted;
                let refused = S::refused(&refusal, Some(head), &request_id, &now.iso8601());
                if head.method() == "HEAD" {
                    refused.without_document()
                } else {
                    refused
                }
            }
        };
        response.labels = Labels {
            code: response.labels.code.take(),
            ..facts.labels
        };
        if response.status == 401 {
            response.set("WWW-Authenticate", self.challenge());
        }
        response.set("Server", S::NAMES.server);
        response.set("x-ms-request-id", request_id);
        if let Some(id) = head.header("x-ms-client-request-id") {
            response.set("x-ms-client-request-id", id);
        }
        // A version that cannot be read is answered with the newest one.
        let unreadable = || head.header("x-ms-version").map(|_| ApiVersion::NEWEST);
        if let Some(version) = facts.version.or_else(unreadable) {
            response.set("x-ms-version", version.to_string());
            versions::remove_newer_headers(&mut response, version);
        }
        response.set("Date", now.rfc1123());
        let origin = head.header("origin");
        let varies = matches!(head.method(), "GET" | "HEAD") && self.operations.has_cors_rules();
        if (origin.is_some() || varies) && head.method() != "OPTIONS" {
            self.add_cors_headers(head, origin, &mut response);
        }
        for name in omitted {
            response.remove(name);
        }
        response
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let now = Moment::now();
        let request_id = self.resources.ids.next();
        S::refused(refusal, None, &request_id, &now.iso8601())
            .header("x-ms-request-id", request_id)
            .header("Date", now.rfc1123())
    }
}
