//! One small request to an identity service: where it goes, its headers, and its fields.

use std::time::Duration;

use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Uri};

use super::form::Form;
use crate::endpoint::Endpoint;
use crate::http::{Body, Payload};
use crate::{Error, Kind, Result};

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

    /// Where it goes.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// It goes to a service of this machine or of its host, and never through a proxy.
    pub(super) fn is_direct(&self) -> bool {
        self.is_direct
    }

    /// How long connecting may take, where the request has a limit of its own.
    pub(super) fn connect_limit(&self) -> Option<Duration> {
        self.connect_within
    }

    /// Its fields, encoded.
    #[cfg(test)]
    pub(super) fn form_text(&self) -> &str {
        self.form.text()
    }

    /// The request as it is sent.
    pub(super) fn composed(&self, user_agent: &HeaderValue) -> Result<hyper::Request<Body>> {
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
