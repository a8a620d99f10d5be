//! Bearer tokens of a login, and the source that gives them.
//!
//! A [`TokenSource`] gives the token for one attempt of a request and replaces one that the service
//! refused. All workers of a run share it. [`TokenCache`](super::TokenCache) is a source over
//! anything that issues tokens.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use hyper::header::HeaderValue;

use super::Secret;
use crate::{Error, Kind, Result};

/// A pending token. It stays on its thread.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken>> + 'a>>;

/// Gives bearer tokens to the workers of a run.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// The token for a request at `now`. Waits while a token has to be issued first.
    fn token(&self, now: SystemTime) -> TokenFuture<'_>;

    /// A token in place of one that a service refused. Requests that were refused with the same
    /// token cause one renewal together. The same token where the one before it was refused a moment
    /// ago: another would be refused as well.
    fn renew<'a>(&'a self, refused: &'a AccessToken, now: SystemTime) -> TokenFuture<'a>;

    /// What the user should know about this source. Each notice is given once.
    fn take_notice(&self) -> Option<String> {
        None
    }
}

/// A bearer token and the time at which it stops being valid. Its `Debug` hides the token.
/// Clones share it.
#[derive(Debug, Clone)]
pub struct AccessToken(Arc<TokenParts>);

#[derive(Debug)]
struct TokenParts {
    text: Secret<String>,
    expires: SystemTime,
}

impl AccessToken {
    /// A token as it was issued.
    ///
    /// Fails with [`Kind::Invalid`] when it has characters that no token has (RFC 6750, 2.1). The
    /// error does not show it.
    pub fn new(text: Secret<String>, expires: SystemTime) -> Result<Self> {
        let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if text.expose().is_empty() || !text.expose().bytes().all(is_of_token) {
            let message = "the issuer of tokens sent a text that is not a bearer token";
            return Err(Error::new(Kind::Invalid, message));
        }
        Ok(Self(Arc::new(TokenParts { text, expires })))
    }

    /// When it stops being valid.
    pub fn expires(&self) -> SystemTime {
        self.0.expires
    }

    /// The token itself, for the one line that sends or masks it.
    pub fn text(&self) -> &Secret<String> {
        &self.0.text
    }

    /// Whether this is the same token as the other one.
    pub fn is(&self, other: &Self) -> bool {
        self.0.text.expose() == other.0.text.expose()
    }

    /// The value of the header `Authorization`, and of its relatives.
    pub(crate) fn header_value(&self) -> HeaderValue {
        let text = format!("Bearer {}", self.0.text.expose());
        let mut value = HeaderValue::try_from(text).expect("a token has visible characters only");
        value.set_sensitive(true);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_hidden_and_has_no_other_characters() {
        let token = |text: &str| AccessToken::new(Secret::new(text.into()), SystemTime::UNIX_EPOCH);
        let good = token("canary.-_~+/=").unwrap();
        assert!(!format!("{good:?}").contains("canary"));
        assert!(!format!("{:?}", good.header_value()).contains("canary"));
        assert_eq!(good.header_value(), "Bearer canary.-_~+/=");
        assert!(good.is(&good.clone()));
        for text in ["", "canary two", "canary\r\nx: y", "canäry"] {
            let error = token(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid);
            assert!(!format!("{error} {error:?}").contains("can"));
        }
    }
}
