//! Sends one small request to an identity service, and reads its answer.
//!
//! Every request has a connection of its own: a token is needed about once an hour, and the request
//! may come from any worker's thread.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};

use super::form::Form;
use super::identity_retry::{IdentityRetry, Setback};
use crate::client::Settings;
use crate::endpoint::Endpoint;
use crate::http::{Body, Connection, ManyHeaders, Payload};
use crate::net::{Proxies, Resolver, Timeouts, connect};
use crate::traffic::Traffic;
use crate::{Error, Kind, Result};

/// The longest answer that is read, in bytes. Tokens with many groups have tens of kilobytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A request to an identity service. Its `Debug` shows neither headers nor fields.
#[derive(Clone)]
pub(super) struct IdentityRequest {
    endpoint: Endpoint,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The body of a POST, or the query of a GET.
    form: Form,
    method: Method,
    /// It is never sent through a proxy, which would see a token in plain text.
    is_direct: bool,
    connect_within: Option<Duration>,
}

impl IdentityRequest {
    /// A POST of a form.
    pub(super) fn post(endpoint: &Endpoint, path: String, form: Form) -> Self {
        Self {
            method: Method::POST,
            is_direct: false,
            ..Self::get(endpoint, path, form)
        }
    }

    /// A GET with a query, which never goes through a proxy: to a service of this machine, or of the
    /// host that it runs on.
    pub(super) fn get(endpoint: &Endpoint, path: String, query: Form) -> Self {
        Self {
            endpoint: endpoint.clone(),
            path,
            headers: Vec::new(),
            form: query,
            method: Method::GET,
            is_direct: true,
            connect_within: None,
        }
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.push((HeaderName::from_static(name), value));
        self
    }

    /// Ends the attempt to connect after this long.
    pub(super) fn connect_within(mut self, limit: Duration) -> Self {
        self.connect_within = Some(limit);
        self
    }

    fn composed(&self, user_agent: &HeaderValue) -> Result<hyper::Request<Body>> {
        let is_post = self.method == Method::POST;
        let target = if is_post {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.form.text())
        };
        let invalid = |what: &str| Error::new(Kind::Invalid, what);
        let uri = Uri::try_from(target)
            .map_err(|_| invalid("the address of the identity service cannot be requested"))?;
        let host = HeaderValue::try_from(self.endpoint.authority())
            .map_err(|_| invalid("the host of the identity service cannot be requested"))?;
        let payload = if is_post {
            Payload::from(self.form.text().to_owned())
        } else {
            Payload::empty()
        };
        let bytes = payload.bytes();
        let mut request = hyper::Request::new(Body::from(payload));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::HOST, host);
        headers.insert(header::USER_AGENT, user_agent.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if is_post {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(header::CONTENT_TYPE, form);
            headers.insert(header::CONTENT_LENGTH, bytes.into());
        }
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
        Ok(request)
    }
}

/// An answer. Its `Debug` hides the body, which may hold a token.
pub(super) struct IdentityAnswer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl fmt::Debug for IdentityAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl IdentityAnswer {
    /// The request was answered with what was asked for.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The wait that the answer asks for (RFC 9110, 10.2.3). A date is not read.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?;
        value.trim().parse().ok().map(Duration::from_secs)
    }
}

/// Sends requests to identity services. Clones share the settings.
#[derive(Clone)]
pub(super) struct IdentityClient {
    settings: Arc<Settings>,
}

impl fmt::Debug for IdentityClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityClient").finish_non_exhaustive()
    }
}

impl IdentityClient {
    /// A client with the certificates, addresses and proxies of a run. What it sends is not counted
    /// as the run's traffic.
    pub(super) fn new(settings: &Settings) -> Self {
        let settings = Settings {
            traffic: Arc::default(),
            ..settings.clone()
        };
        Self {
            settings: Arc::new(settings),
        }
    }

    /// The run's settings.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sends a request, and sends it again where `retry` says so. `judge` says what became of an
    /// answer; an answer without a setback is returned.
    pub(super) async fn persist(
        &self,
        request: &IdentityRequest,
        mut retry: IdentityRetry,
        judge: impl Fn(&IdentityAnswer) -> Option<Setback>,
    ) -> Result<IdentityAnswer> {
        loop {
            let sent = self.send(request).await;
            let setback = match &sent {
                Ok(answer) => judge(answer),
                // A bad address, certificate or variable stays bad.
                Err(error) if matches!(error.kind(), Kind::Invalid | Kind::Tls) => None,
                Err(_) => Some(Setback::Silent),
            };
            let draw = || f64::from(random_byte()) / 255.0;
            let wait = setback.and_then(|setback| retry.wait_after(setback, draw()));
            match wait {
                Some(wait) => self.settings.clock.sleep(wait).await,
                None => return sent,
            }
        }
    }

    /// Sends a request once.
    pub(super) async fn send(&self, request: &IdentityRequest) -> Result<IdentityAnswer> {
        let settings = &*self.settings;
        let user_agent = HeaderValue::try_from(&settings.user_agent).map_err(|_| {
            Error::new(
                Kind::Invalid,
                "the user agent cannot be the value of a header",
            )
        })?;
        let composed = request.composed(&user_agent)?;
        let endpoint = &request.endpoint;
        let no_proxies = Proxies::default();
        let proxies = if request.is_direct {
            &no_proxies
        } else {
            &*settings.proxies
        };
        let timeouts = &settings.timeouts;
        let resolver = Resolver::new(Arc::clone(&settings.resolve));
        let limit = request.connect_within.unwrap_or(timeouts.connect);
        let stream = connect(endpoint, &resolver, &settings.trust, proxies, limit).await?;
        let traffic = Arc::new(Traffic::default());
        let many_headers = ManyHeaders::default();
        let timeouts: &Timeouts = timeouts;
        let mut connection =
            Connection::over(stream, endpoint, timeouts, &traffic, &many_headers).await?;
        let mut answer = connection.exchange(composed, timeouts.first_byte).await?;
        let (body, is_whole) = connection.collect(&mut answer, ANSWER_BYTES_MAX).await?;
        if !is_whole {
            let message = format!("the answer of `{endpoint}` is longer than a token can be");
            return Err(Error::new(Kind::Protocol, message));
        }
        Ok(IdentityAnswer {
            status: answer.status.as_u16(),
            headers: answer.headers,
            body,
        })
    }
}

/// A random byte, for waits; zero where the kernel has none.
fn random_byte() -> u8 {
    let mut byte = [0];
    let _filled = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut byte);
    byte[0]
}
