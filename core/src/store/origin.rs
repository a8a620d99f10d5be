//! The source of a copy that a service makes by itself: its address, and the access to it.

use std::sync::Arc;

use azring_transport::auth::{Cloud, Credential, SasResource, Secret, TokenSource};
use azring_transport::http::{Account, Request, Scheme};
use azring_transport::service::{ApiVersion, Service};

use super::Tools;
use super::rest::user_delegation::UserDelegation;
use crate::entry::ETag;
use crate::{Error, Result};

/// The first version in which a copy takes a token for its source (`x-ms-copy-source-authorization`).
/// <https://learn.microsoft.com/rest/api/storageservices/put-block-from-url#request-headers>
const SOURCE_TOKEN: ApiVersion = ApiVersion::new(2020, 10, 2);

/// The first version in which the Blob service takes one for a file of a share.
const FILE_SOURCE_TOKEN: ApiVersion = ApiVersion::new(2025, 7, 5);

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
    /// A login.
    Login(OriginLogin),
}

/// The access of a login to the source of a copy: a token for requests that take one, a signature for
/// the others.
#[derive(Debug, Clone)]
pub struct OriginLogin {
    tokens: Arc<dyn TokenSource>,
    delegation: Arc<UserDelegation>,
    resource: SasResource,
}

impl OriginLogin {
    /// The access to this object by tokens of a login, and by signatures in its name.
    pub(crate) fn new(
        tokens: Arc<dyn TokenSource>,
        delegation: Arc<UserDelegation>,
        resource: SasResource,
    ) -> Self {
        Self {
            tokens,
            delegation,
            resource,
        }
    }

    /// Adds the token to a request. A file of a share is read with a token for backup only, whatever its
    /// permissions.
    /// <https://learn.microsoft.com/rest/api/storageservices/put-block-from-url#request-headers>
    fn add_to(&self, request: Request) -> Request {
        let request = request.copy_source_token(Some(Arc::clone(&self.tokens)));
        if self.resource.service() != Service::Share {
            return request;
        }
        let account = &request.account;
        let is_older =
            account.service == Service::Blob && account.capabilities.version() < FILE_SOURCE_TOKEN;
        let version = is_older.then(|| FILE_SOURCE_TOKEN.to_string());
        request
            .header("x-ms-file-request-intent", "backup")
            .header_if("x-ms-version", version)
    }

    /// Whether requests to this account carry the token: they take it, and the account may have it. A token opens
    /// everything that its owner may do, and a signature one object only, so it goes where the login is used
    /// itself and to hosts of Azure.
    fn is_taken_by(&self, target: &Account) -> bool {
        let endpoint = &target.endpoint;
        let is_azure = endpoint.scheme == Scheme::Https
            && endpoint.port == Scheme::Https.default_port()
            && Cloud::of_storage_host(&endpoint.host).is_some();
        let may_have_it = is_azure || matches!(target.credential, Credential::Bearer(_));
        if !may_have_it {
            return false;
        }
        let version = target.capabilities.version();
        let is_file_for_blob =
            target.service == Service::Blob && self.resource.service() == Service::Share;
        if is_file_for_blob {
            // Azure has the version, which the request names. A service with less than the default has not.
            version >= FILE_SOURCE_TOKEN || !target.capabilities.is_lowered()
        } else {
            version >= SOURCE_TOKEN
        }
    }
}

impl Origin {
    /// Adds the source to a request: its address, the access, and the version that it must have.
    pub fn add_to(&self, request: Request) -> Request {
        let etag = self.etag.as_ref().map(|etag| etag.0.as_str());
        let request = request
            .header("x-ms-copy-source", self.signed_url())
            .header_if("x-ms-source-if-match", etag);
        match &self.access {
            OriginAccess::Public | OriginAccess::Sas(_) => request,
            OriginAccess::Login(login) => login.add_to(request),
        }
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

    /// The source of a copy whose requests to `target` take a token, where their version does. Otherwise the
    /// login signs.
    ///
    /// # Errors
    ///
    /// As [`Origin::without_token`].
    pub async fn with_token(self, tools: &Tools, target: &Account) -> Result<Self> {
        match &self.access {
            OriginAccess::Login(login) if !login.is_taken_by(target) => {
                self.without_token(tools, target, false).await
            }
            _ => Ok(self),
        }
    }

    /// The source of a copy that a service makes in its own time, which takes no token for it. Within an
    /// account the service reads it with the key or the login of the request. Otherwise the login signs.
    /// <https://learn.microsoft.com/rest/api/storageservices/copy-blob#authorization>
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] when the login cannot sign; otherwise the failure to get a key to sign with.
    pub async fn without_token(
        self,
        tools: &Tools,
        target: &Account,
        within_account: bool,
    ) -> Result<Self> {
        let OriginAccess::Login(login) = &self.access else {
            return Ok(self);
        };
        let is_read_by_target = match &target.credential {
            Credential::SharedKey { .. } | Credential::Bearer(_) => within_account,
            Credential::Sas(_) | Credential::Anonymous => false,
        };
        let access = if is_read_by_target {
            OriginAccess::Public
        } else {
            OriginAccess::Sas(login.delegation.sign(tools, &login.resource).await?)
        };
        Ok(Self { access, ..self })
    }

    /// The address with the signature. It is sent to the service and shown nowhere.
    pub fn signed_url(&self) -> String {
        match &self.access {
            OriginAccess::Public | OriginAccess::Login(_) => self.url.clone(),
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

    use azring_transport::auth::{AccessToken, TokenFuture};
    use azring_transport::http::Endpoint;
    use http::Method;

    use super::*;
    use crate::location::{Access, parse};

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

    fn login(url: &str, resource: SasResource) -> OriginAccess {
        let parsed = parse(url, Access::default(), None).unwrap();
        let delegation = UserDelegation::new(parsed.account_place().unwrap());
        OriginAccess::Login(OriginLogin::new(
            Arc::new(NoTokens),
            Arc::new(delegation),
            resource,
        ))
    }

    fn blob_login() -> OriginAccess {
        let resource = SasResource::Blob {
            container: "c".into(),
            name: "b".into(),
            snapshot: None,
            is_version: false,
        };
        login("https://a.blob.core.windows.net/c/b", resource)
    }

    fn file_login() -> OriginAccess {
        let resource = SasResource::File {
            share: "s".into(),
            path: "f".into(),
        };
        login("https://a.file.core.windows.net/s/f", resource)
    }

    fn target(service: Service) -> Account {
        let host = format!("b.{}.core.windows.net", service.dialect().label);
        target_at(&host, service, Credential::Anonymous)
    }

    fn target_at(host: &str, service: Service, credential: Credential) -> Account {
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: host.into(),
            port: 443,
        };
        Account::new(service, endpoint, credential)
    }

    fn request_to(service: Service, access: OriginAccess) -> Request {
        let request = Request::new(Method::PUT, &Arc::new(target(service)), "/c/b");
        origin("https://h/c/b", access).add_to(request)
    }

    #[test]
    fn a_token_is_no_part_of_the_address() {
        let request = request_to(Service::Blob, blob_login());
        assert_eq!(
            request.header_value("x-ms-copy-source"),
            Some("https://h/c/b")
        );
        assert!(request.copy_source_token.is_some());
        assert_eq!(request.header_value("x-ms-file-request-intent"), None);
    }

    #[test]
    fn a_file_is_read_with_a_token_for_backup_in_a_version_that_has_that() {
        let to_blob = request_to(Service::Blob, file_login());
        let intent = "x-ms-file-request-intent";
        assert_eq!(to_blob.header_value(intent), Some("backup"));
        assert_eq!(to_blob.header_value("x-ms-version"), Some("2025-07-05"));
        let to_file = request_to(Service::Share, file_login());
        assert_eq!(to_file.header_value(intent), Some("backup"));
        assert_eq!(to_file.header_value("x-ms-version"), None);
        let signed = request_to(Service::Blob, sas());
        assert_eq!(signed.header_value(intent), None);
    }

    #[test]
    fn older_versions_take_no_token_for_a_source() {
        for (service, access, version, is_taken) in [
            (Service::Blob, blob_login(), None, true),
            (Service::Blob, blob_login(), Some((2020, 10, 2)), true),
            (Service::Blob, blob_login(), Some((2020, 8, 4)), false),
            (Service::Blob, file_login(), None, true),
            (Service::Blob, file_login(), Some((2020, 10, 2)), false),
            (Service::Share, file_login(), None, true),
            (Service::Share, blob_login(), Some((2020, 8, 4)), false),
        ] {
            let target = target(service);
            if let Some((year, month, day)) = version {
                let version = ApiVersion::new(year, month, day);
                target.capabilities.set_version(version);
            }
            let OriginAccess::Login(login) = access else {
                panic!("it is a login");
            };
            assert_eq!(
                login.is_taken_by(&target),
                is_taken,
                "{service:?} {version:?}"
            );
        }
    }
    #[test]
    fn a_token_goes_to_hosts_of_azure_and_where_the_login_is_used_itself() {
        let OriginAccess::Login(login) = blob_login() else {
            panic!("it is a login");
        };
        let bearer = || Credential::Bearer(Arc::new(NoTokens));
        let signature = || Credential::Sas(Secret::new("sv=1&sig=x".into()));
        for (host, credential, is_taken) in [
            ("b.blob.core.windows.net", signature(), true),
            ("b.blob.core.windows.net:8443", signature(), false),
            ("b.blob.core.chinacloudapi.cn", Credential::Anonymous, true),
            ("b.blob.example.com", signature(), false),
            ("b.blob.core.windows.net.example.com", signature(), false),
            ("b.blob.example.com", bearer(), true),
        ] {
            let (host, port) = host.split_once(':').unwrap_or((host, "443"));
            let mut target = target_at(host, Service::Blob, credential);
            target.endpoint.port = port.parse().unwrap();
            assert_eq!(login.is_taken_by(&target), is_taken, "{host}");
        }
    }
}
