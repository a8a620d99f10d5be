//! Whom tokens are asked from: the address of an identity service, and a tenant.

use std::fmt;

use crate::auth::{Cloud, check_tenant};
use crate::endpoint::{Endpoint, Scheme};
use crate::{Error, Kind, Result};

/// The tenant of a login that names none: the one that the user belongs to.
const TENANT_OF_USER: &str = "common";

/// The address of an identity service, and the tenant that is asked there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    endpoint: Endpoint,
    tenant: String,
}

impl Authority {
    /// The identity service of a cloud.
    ///
    /// Fails with [`Kind::Invalid`] when the tenant has characters that no tenant has.
    pub fn of_cloud(cloud: Cloud, tenant: Option<&str>) -> Result<Self> {
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: cloud.authority_host().to_owned(),
            port: Scheme::Https.default_port(),
        };
        Self::at(endpoint, tenant)
    }

    /// The identity service at a URL: `https://HOST[:PORT]`, with or without a slash at the end. The
    /// scheme may be missing. `http://` is accepted for this machine only.
    ///
    /// Fails with [`Kind::Invalid`] when it is no such URL, or the tenant cannot be one.
    pub fn at_url(url: &str, tenant: Option<&str>) -> Result<Self> {
        let invalid = || {
            let message = format!(
                "`{}` is not the address of an identity service: expected `https://HOST`",
                url.escape_debug()
            );
            Error::new(Kind::Invalid, message)
        };
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            Some(_) => return Err(invalid()),
            None => (Scheme::Https, url),
        };
        let rest = rest.trim_end_matches('/');
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if rest.is_empty() || !rest.bytes().all(is_host) {
            return Err(invalid());
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, port.parse().map_err(|_| invalid())?)
            }
            Some(_) | None => (rest, scheme.default_port()),
        };
        let endpoint = Endpoint {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
        };
        if scheme == Scheme::Http && !endpoint.is_loopback() {
            let message = format!(
                "`{url}` would receive secrets in plain text: an identity service has an `https://` address"
            );
            return Err(Error::new(Kind::Invalid, message));
        }
        Self::at(endpoint, tenant)
    }

    fn at(endpoint: Endpoint, tenant: Option<&str>) -> Result<Self> {
        let tenant = tenant.unwrap_or(TENANT_OF_USER);
        check_tenant(tenant)?;
        Ok(Self {
            endpoint,
            tenant: tenant.to_owned(),
        })
    }

    /// The same identity service with another tenant.
    pub fn with_tenant(&self, tenant: &str) -> Result<Self> {
        Self::at(self.endpoint.clone(), Some(tenant))
    }

    /// The tenant: an id, a domain, or `common`.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// No tenant was named, so that a user's own one is meant.
    pub fn is_tenant_of_user(&self) -> bool {
        matches!(
            self.tenant.as_str(),
            "common" | "organizations" | "consumers"
        )
    }

    /// Its host and port.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The address without the tenant.
    pub fn url(&self) -> String {
        let endpoint = &self.endpoint;
        format!("{}://{}", endpoint.scheme.as_str(), endpoint.authority())
    }

    /// The path at which tokens are issued.
    pub(super) fn token_path(&self) -> String {
        format!("/{}/oauth2/v2.0/token", self.tenant)
    }

    /// The path at which a login by device code begins.
    pub(super) fn device_code_path(&self) -> String {
        format!("/{}/oauth2/v2.0/devicecode", self.tenant)
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.url(), self.tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_perhaps_a_port() {
        for (url, expected) in [
            (
                "https://login.microsoftonline.com/",
                "https://login.microsoftonline.com/t",
            ),
            (
                "login.microsoftonline.us",
                "https://login.microsoftonline.us/t",
            ),
            ("HTTPS://Localhost:8443", "https://localhost:8443/t"),
            ("https://[::1]:8443/", "https://[::1]:8443/t"),
            ("http://127.0.0.1:80", "http://127.0.0.1/t"),
        ] {
            let authority = Authority::at_url(url, Some("t")).unwrap();
            assert_eq!(authority.to_string(), expected);
        }
        for url in [
            "",
            "https://",
            "ftp://h",
            "https://h/path",
            "https://h:x",
            "https://u@h",
            "http://h",
        ] {
            let error = Authority::at_url(url, None).unwrap_err();
            assert_eq!(error.kind(), Kind::Invalid, "{url}");
        }
    }

    #[test]
    fn a_tenant_is_an_id_or_a_domain() {
        let cloud = |tenant| Authority::of_cloud(Cloud::Public, tenant);
        assert!(cloud(None).unwrap().is_tenant_of_user());
        for tenant in ["72f988bf-86f1-41af-91ab-2d7cd011db47", "contoso.com"] {
            assert_eq!(cloud(Some(tenant)).unwrap().tenant(), tenant);
        }
        for tenant in ["", "a/b", "a b", "../x", "--help", "a?b", "a\r\nb"] {
            assert!(cloud(Some(tenant)).is_err(), "{tenant}");
        }
    }
}
