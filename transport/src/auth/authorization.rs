//! What one attempt of a request gets from its account's credential: a signature, a query, or a
//! header with a token.
//!
//! The client obtains it once per attempt, which may wait for a token (`http/authorize.rs`). Adding
//! it to the request (`http/compose.rs`) does not wait.

use std::time::SystemTime;

use hyper::Method;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName};

use super::{AccessToken, Credential, Secret, sas, shared_key, shared_key_table};
use crate::Result;
use crate::service::{Dialect, Signing};

const X_MS_COPY_SOURCE_AUTHORIZATION: HeaderName =
    HeaderName::from_static("x-ms-copy-source-authorization");

/// What one attempt of a request gets from the credentials.
#[derive(Debug, Clone)]
pub(crate) struct Authorization<'a> {
    /// From its account's credential.
    pub(crate) own: OwnAuthorization<'a>,
    /// The token with which the service may read the source of a copy.
    pub(crate) copy_source: Option<AccessToken>,
}

/// What one attempt gets from its account's credential.
#[derive(Debug, Clone)]
pub(crate) enum OwnAuthorization<'a> {
    /// Nothing.
    Anonymous,
    /// A signature over the composed request.
    SharedKey {
        account: &'a str,
        key: &'a Secret<Vec<u8>>,
    },
    /// An addition to the query.
    Sas(&'a Secret<String>),
    /// A token.
    Bearer(AccessToken),
}

/// The parts of a request that a key signs, beside its headers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedParts<'a> {
    pub(crate) method: &'a Method,
    /// As it is sent.
    pub(crate) path: &'a str,
    /// Values not encoded.
    pub(crate) query: &'a [(&'static str, String)],
}

impl<'a> OwnAuthorization<'a> {
    /// What an attempt at `now` gets from this credential. Waits where a token has to be issued
    /// first.
    pub(crate) async fn of(credential: &'a Credential, now: SystemTime) -> Result<Self> {
        Ok(match credential {
            Credential::Anonymous => Self::Anonymous,
            Credential::SharedKey { account, key } => Self::SharedKey { account, key },
            Credential::Sas(token) => Self::Sas(token),
            Credential::Bearer(source) => Self::Bearer(source.token(now).await?),
        })
    }

    /// Whether the request must name its time.
    pub(crate) fn needs_date(&self) -> bool {
        match self {
            Self::Anonymous | Self::Sas(_) => false,
            Self::SharedKey { .. } | Self::Bearer(_) => true,
        }
    }
}

impl Authorization<'_> {
    /// Adds it to a request whose other headers are complete. `target` is path and query as they
    /// will be sent.
    pub(crate) fn add_to(
        &self,
        dialect: &Dialect,
        parts: SignedParts<'_>,
        headers: &mut HeaderMap,
        target: &mut String,
    ) {
        if let Some(token) = &self.copy_source {
            headers.insert(X_MS_COPY_SOURCE_AUTHORIZATION, token.header_value());
        }
        match &self.own {
            OwnAuthorization::Anonymous => {}
            OwnAuthorization::Sas(token) => sas::append(target, token),
            OwnAuthorization::SharedKey { account, key } => {
                let SignedParts {
                    method,
                    path,
                    query,
                } = parts;
                let text = match dialect.signing {
                    Signing::SharedKey => {
                        shared_key::string_to_sign(method, headers, account, path, query)
                    }
                    Signing::SharedKeyTable => {
                        shared_key_table::string_to_sign(method, headers, account, path, query)
                    }
                };
                let value = shared_key::authorization_header(account, key, &text);
                headers.insert(AUTHORIZATION, value);
            }
            OwnAuthorization::Bearer(token) => {
                headers.insert(AUTHORIZATION, token.header_value());
            }
        }
    }

    /// The tokens that are sent.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &AccessToken> {
        let own = match &self.own {
            OwnAuthorization::Bearer(token) => Some(token),
            OwnAuthorization::Anonymous
            | OwnAuthorization::SharedKey { .. }
            | OwnAuthorization::Sas(_) => None,
        };
        own.into_iter().chain(&self.copy_source)
    }
}
