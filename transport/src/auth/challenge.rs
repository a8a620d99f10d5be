//! What a storage service says about the login that it wants: the challenge in an answer 401.

use super::{Cloud, check_tenant};

/// The challenge of a storage service:
/// `Bearer authorization_uri=https://login.microsoftonline.com/TENANT/oauth2/authorize resource_id=...`.
///
/// Only the tenant is used. A token is never asked from an address that a service names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BearerChallenge {
    /// The tenant of the account.
    pub tenant: String,
}

impl BearerChallenge {
    /// Reads the value of `WWW-Authenticate`. `None` where it is no such challenge, or names an
    /// identity service that is none of Azure's clouds.
    pub fn read(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let uri = rest
            .split([' ', ','])
            .filter_map(|pair| pair.split_once('='))
            .find(|(name, _)| matches!(*name, "authorization_uri" | "authorization"))
            .map(|(_, value)| value.trim_matches('"'))?;
        let (host, path) = uri.strip_prefix("https://")?.split_once('/')?;
        Cloud::of_authority_host(host)?;
        let tenant = path.split('/').next()?;
        check_tenant(tenant).ok()?;
        Some(Self {
            tenant: tenant.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tenant_of_a_known_identity_service_is_read() {
        let uri = "https://login.microsoftonline.com/t-1/oauth2/authorize";
        for value in [
            format!("Bearer authorization_uri={uri} resource_id=https://storage.azure.com"),
            format!("bearer resource_id=x, authorization_uri=\"{uri}\""),
            format!("Bearer authorization=\"{uri}\",resource=\"x\""),
        ] {
            let found = BearerChallenge::read(&value).unwrap();
            assert_eq!(found.tenant, "t-1", "{value}");
        }
        for value in [
            "",
            "Bearer",
            "Basic realm=x",
            "Bearer authorization_uri=https://evil.example/t/oauth2/authorize",
            "Bearer authorization_uri=http://login.microsoftonline.com/t/x",
            "Bearer authorization_uri=https://login.microsoftonline.com/t%20x/x",
        ] {
            assert_eq!(BearerChallenge::read(value), None, "{value}");
        }
    }
}
