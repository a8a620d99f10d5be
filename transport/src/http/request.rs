//! A request as a value, before it is authorized and sent, and its answer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method, StatusCode};

use super::{Expected, Payload};
use crate::auth::{Credential, TokenSource};
use crate::endpoint::Endpoint;
use crate::service::{Capabilities, Service};

/// An endpoint with the credential that is sent to it, and to nobody else.
#[derive(Debug)]
pub struct Account {
    /// Its scheme, host and port.
    pub endpoint: Endpoint,
    /// The service that answers there.
    pub service: Service,
    /// What authenticates requests to it.
    pub credential: Credential,
    /// What this installation of the service can do.
    pub capabilities: Capabilities,
}

impl Account {
    /// A service at an endpoint, with all capabilities of its default version.
    pub fn new(service: Service, endpoint: Endpoint, credential: Credential) -> Self {
        Self {
            endpoint,
            service,
            credential,
            capabilities: Capabilities::of(service),
        }
    }
}

/// One request, unsigned. It can be sent any number of times; each attempt is signed with a new
/// date.
///
/// Its `Debug` names its headers and parameters without their values, because some of them are
/// secrets (the URL of a copy's source, an encryption key).
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The account that it is sent to.
    pub account: Arc<Account>,
    /// The path as it is sent and signed: percent-encoded, with its leading `/`.
    pub path: String,
    /// Query parameters. Values are not encoded yet, names need no encoding. The credential adds a
    /// shared access signature.
    pub query: Vec<(&'static str, String)>,
    /// Headers by name, in lower case unless the case matters (metadata). Sending adds the others:
    /// `host`, `content-length`, `authorization`, and the version, date and id headers of the
    /// service's dialect.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// Gives the token with which the service may read the source of a copy
    /// (`x-ms-copy-source-authorization`).
    pub copy_source_token: Option<Arc<dyn TokenSource>>,
    /// The body.
    pub payload: Payload,
    /// The requests of a batch, which take the place of the body. They are for the same account, and
    /// have no bodies of their own.
    pub parts: Vec<Request>,
    /// What happens when it takes long.
    pub hedge_policy: HedgePolicy,
    /// Its sender keeps to the limits of the service by itself: it is told of refusals, and they do not change the
    /// run's pace.
    pub pushback_observer: Option<Arc<dyn PushbackObserver>>,
    /// The conditions of a successful answer.
    pub expected: Expected,
    /// The `ETag` that a successful answer must have, for a service that refuses `If-Match`.
    pub pinned_version: Option<String>,
}

/// Is told when the service refuses a request because there are too many.
pub trait PushbackObserver: fmt::Debug + Send + Sync {
    /// An attempt that began at `sent` was refused. Both are times of the client's monotonic clock.
    fn refused(&self, sent: Duration, now: Duration);
}

/// What happens with a request that takes much longer than similar ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HedgePolicy {
    /// It is waited for. Its work takes any time, or must not be asked for twice at once.
    #[default]
    Never,
    /// It is ended earlier than others when its answer does not begin, and sent again.
    ShortTimeout,
    /// The same, and a second copy may be sent beside the first: the request changes nothing, or
    /// changes the same thing to the same value.
    Hedged,
}

impl Request {
    /// A request without query, headers and body.
    pub fn new(method: Method, account: &Arc<Account>, path: impl Into<String>) -> Self {
        let account = Arc::clone(account);
        Self {
            method,
            account,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            copy_source_token: None,
            payload: Payload::empty(),
            parts: Vec::new(),
            hedge_policy: HedgePolicy::Never,
            pushback_observer: None,
            expected: Expected::default(),
            pinned_version: None,
        }
    }

    /// Adds a query parameter, its value not yet encoded.
    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a header; the name in lower case.
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a header where there is a value for it.
    pub fn header_if(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Lets the service read the source of a copy with a token of this source.
    pub fn copy_source_token(mut self, source: Option<Arc<dyn TokenSource>>) -> Self {
        self.copy_source_token = source;
        self
    }

    /// Sets what happens when it takes long.
    pub fn hedge_policy(mut self, hedge_policy: HedgePolicy) -> Self {
        self.hedge_policy = hedge_policy;
        self
    }

    /// Sets the conditions of a successful answer.
    pub fn expect(mut self, expected: Expected) -> Self {
        self.expected = expected;
        self
    }

    /// Expects an answer about this version of the object, without a condition in the request.
    pub fn pin_version(mut self, etag: impl Into<String>) -> Self {
        self.pinned_version = Some(etag.into());
        self
    }

    /// The value of one of its own headers; the name in lower case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Makes the request a batch of these.
    pub fn parts(mut self, parts: Vec<Request>) -> Self {
        self.parts = parts;
        self
    }

    /// Gives the request its body.
    pub fn payload(mut self, payload: impl Into<Payload>) -> Self {
        self.payload = payload.into();
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query: Vec<&str> = self.query.iter().map(|(name, _)| *name).collect();
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("endpoint", &self.account.endpoint)
            .field("path", &self.path)
            .field("query", &query)
            .field("headers", &headers)
            .field("copy_source_token", &self.copy_source_token)
            .field("pinned_version", &self.pinned_version)
            .field("bytes", &self.payload.bytes())
            .field("parts", &self.parts.len())
            .field("hedge_policy", &self.hedge_policy)
            .field("pushback_observer", &self.pushback_observer)
            .field("expected", &self.expected)
            .finish()
    }
}

/// A successful answer.
#[derive(Debug)]
pub struct Reply {
    /// 2xx.
    pub status: StatusCode,
    /// The headers as received.
    pub headers: HeaderMap,
    /// The body, where it was collected (empty when it went into a lease).
    pub body: Bytes,
    /// How many times the request was sent, this answer's included.
    pub attempts: u32,
    /// How many of these the service refused because there were too many.
    pub refusals: u32,
}

impl Reply {
    /// A header's value, if there is one that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
