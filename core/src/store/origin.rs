//! The source of a copy that a service makes by itself: its address, and the access to it.

use std::sync::Arc;

use azring_transport::auth::{Secret, TokenSource};
use azring_transport::http::Request;

use crate::entry::ETag;
use crate::{Error, Result};

/// The address at which a service can read an object, and the access.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The address, without a credential. It names the snapshot, if there is one.
    pub url: String,
    /// What gives the service access.
    pub access: OriginAccess,
    /// The version that is copied; `None` where the service that copies cannot compare it. The job
    /// compares it after the copy then.
    pub etag: Option<ETag>,
}

/// The access of a service to the source of a copy.
#[derive(Debug, Clone)]
pub enum OriginAccess {
    /// No credential: the object is public, or the service may read it by the credential of the request.
    Public,
    /// A shared access signature.
    Sas(Secret<String>),
    /// A token of a login. It travels in the header `x-ms-copy-source-authorization`, which exists since
    /// version 2020-10-02.
    Bearer(Arc<dyn TokenSource>),
}

impl Origin {
    /// Adds the source to a request: its address, the access, and the version that it must have.
    pub fn add_to(&self, request: Request) -> Request {
        let token = match &self.access {
            OriginAccess::Public | OriginAccess::Sas(_) => None,
            OriginAccess::Bearer(source) => Some(Arc::clone(source)),
        };
        request
            .header("x-ms-copy-source", self.signed_url())
            .header_if(
                "x-ms-source-if-match",
                self.etag.as_ref().map(|etag| etag.0.as_str()),
            )
            .copy_source_token(token)
    }

    /// Fails when a part of the source's path in a share ends in a dot, because `reader` would take the
    /// dot off and read another file.
    pub fn check_dots(&self, reader: &str) -> Result<()> {
        let url = self.url.split('?').next().unwrap_or_default();
        // The scheme, an empty part, the host, and the path.
        if url.split('/').skip(3).any(|part| part.ends_with('.')) {
            return Err(Error::Name(format!(
                "`{url}` cannot be copied by {reader}, which removes the dot at the end of a name and would \
                 read another file; copy it through this machine (/SyncCopy)"
            )));
        }
        Ok(())
    }

    /// The source of a copy that a service makes in its own time, which takes no token for it. Within an
    /// account the service reads it with the credential of the request.
    /// <https://learn.microsoft.com/rest/api/storageservices/copy-blob#authorization>
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] when the source is in another account and read with a login.
    pub fn without_token(self, within_account: bool) -> Result<Self> {
        match self.access {
            OriginAccess::Public | OriginAccess::Sas(_) => Ok(self),
            OriginAccess::Bearer(_) if within_account => Ok(Self {
                access: OriginAccess::Public,
                ..self
            }),
            OriginAccess::Bearer(_) => Err(Error::Usage(format!(
                "`{}` cannot be read with a login by a copy that the service makes in its own time: give a shared \
                 access signature for the source, or copy it through this machine (/SyncCopy)",
                self.url
            ))),
        }
    }

    /// The address with the signature. It is sent to the service and shown nowhere.
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
            etag: Some(ETag("1".into())),
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

    #[test]
    fn a_dot_at_the_end_of_a_part_of_the_path_is_refused() {
        for (url, is_refused) in [
            ("https://h/s/a.", true),
            ("https://h/s/d./a?sharesnapshot=2", true),
            ("https://h./s/d.e/.a?sharesnapshot=2.", false),
        ] {
            let checked = origin(url, sas()).check_dots("the Blob service");
            assert_eq!(checked.is_err(), is_refused, "{url}");
            if let Err(error) = checked {
                assert!(error.to_string().contains("(/SyncCopy)"), "{error}");
            }
        }
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

    #[test]
    fn a_copy_in_the_services_own_time_takes_no_token() {
        let bearer = || origin("https://h/c/b", OriginAccess::Bearer(Arc::new(NoTokens)));
        let refused = bearer().without_token(false).unwrap_err();
        assert!(refused.to_string().contains("/SyncCopy"), "{refused}");
        let within = bearer().without_token(true).unwrap();
        assert!(matches!(within.access, OriginAccess::Public));
        let signed = origin("https://h/c/b", sas()).without_token(false).unwrap();
        assert!(matches!(signed.access, OriginAccess::Sas(_)));
    }
}
