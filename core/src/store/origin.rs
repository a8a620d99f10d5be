//! The source of a copy that a service makes by itself: where it reads the object, and what gives it access.

use std::sync::Arc;

use azring_transport::auth::{Secret, TokenSource};
use azring_transport::http::Request;

use crate::entry::ETag;

/// Where a service can read an object.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Its address, without a credential; a snapshot is named in it.
    pub url: String,
    /// What gives the service access.
    pub access: OriginAccess,
    /// The version that is copied.
    pub etag: ETag,
}

/// What gives a service access to the source of a copy.
#[derive(Debug, Clone)]
pub enum OriginAccess {
    /// Nothing: the object is public, or the service may read it by the credential of the request itself.
    Public,
    /// A query that lets whoever has it read the object.
    Sas(Secret<String>),
    /// A token of a login. It travels in the header `x-ms-copy-source-authorization`, which exists since version
    /// 2020-10-02.
    Bearer(Arc<dyn TokenSource>),
}

impl Origin {
    /// Adds the source to a request that makes a service read it: address, access, and the version that it must have.
    pub fn add_to(&self, request: Request) -> Request {
        let token = match &self.access {
            OriginAccess::Public | OriginAccess::Sas(_) => None,
            OriginAccess::Bearer(source) => Some(Arc::clone(source)),
        };
        request
            .header("x-ms-copy-source", self.signed_url())
            .header("x-ms-source-if-match", self.etag.0.as_str())
            .copy_source_token(token)
    }

    /// The address with the signature: to be sent to the service, and shown nowhere.
    pub fn signed_url(&self) -> String {
        match &self.access {
            OriginAccess::Public | OriginAccess::Bearer(_) => self.url.clone(),
            OriginAccess::Sas(token) => {
                let mark = if self.url.contains('?') { '&' } else { '?' };
                format!("{}{mark}{}", self.url, token.expose())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use azring_transport::auth::{AccessToken, Credential, TokenFuture};
    use azring_transport::http::{Account, Endpoint, Scheme};
    use azring_transport::service::Service;
    use http::Method;

    use super::*;

    fn origin(url: &str, access: OriginAccess) -> Origin {
        Origin {
            url: url.into(),
            access,
            etag: ETag("1".into()),
        }
    }

    fn sas() -> OriginAccess {
        OriginAccess::Sas(Secret::new("sv=1&sig=canary".into()))
    }

    #[test]
    fn a_signature_follows_the_query_of_the_address_and_is_hidden() {
        assert_eq!(
            origin("https://h/c/b", sas()).signed_url(),
            "https://h/c/b?sv=1&sig=canary"
        );
        assert_eq!(
            origin("https://h/c/b?snapshot=2", sas()).signed_url(),
            "https://h/c/b?snapshot=2&sv=1&sig=canary"
        );
        assert!(!format!("{:?}", origin("https://h/c/b", sas())).contains("canary"));
    }

    /// A source whose token nobody asks for.
    #[derive(Debug)]
    struct NoTokens;

    impl TokenSource for NoTokens {
        fn token(&self, _now: SystemTime) -> TokenFuture<'_> {
            unreachable!("composing a request sends nothing")
        }

        fn renew<'a>(&'a self, _refused: &'a AccessToken, now: SystemTime) -> TokenFuture<'a> {
            self.token(now)
        }
    }

    #[test]
    fn a_token_is_no_part_of_the_address() {
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: "h".into(),
            port: 443,
        };
        let account = Account::new(Service::Blob, endpoint, Credential::Anonymous);
        let request = Request::new(Method::PUT, &Arc::new(account), "/c/b");
        let bearer = OriginAccess::Bearer(Arc::new(NoTokens));
        let request = origin("https://h/c/b", bearer).add_to(request);
        assert_eq!(
            request.header_value("x-ms-copy-source"),
            Some("https://h/c/b")
        );
        assert!(request.copy_source_token.is_some());
    }
}
