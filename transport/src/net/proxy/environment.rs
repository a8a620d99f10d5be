//! The proxies that the environment names, and who is reached without one.

use super::Proxy;
use super::no_proxy::{self, NoProxyRule};
use crate::Result;
use crate::endpoint::{Endpoint, Scheme};

/// Which proxy leads to whom.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    https: Option<Result<Proxy>>,
    http: Option<Result<Proxy>>,
    direct: Vec<NoProxyRule>,
}

/// The variables that name a proxy for a scheme, in the order in which they are asked.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const FOR_HTTP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const FOR_NOBODY: [&str; 2] = ["NO_PROXY", "no_proxy"];

impl Proxies {
    /// What the environment says; `variable` gives a variable's value, if it has one. A value that makes no sense is told
    /// once somebody is to be reached through it.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).filter(|value| !value.trim().is_empty());
        let named = |names: &[&'static str]| {
            let (name, value) = names.iter().find_map(|name| Some((*name, value(name)?)))?;
            Some(Proxy::read(name, value.trim()))
        };
        let direct = FOR_NOBODY.iter().find_map(|name| value(name));
        Self {
            https: named(&FOR_HTTPS),
            http: named(&FOR_HTTP),
            direct: no_proxy::read(direct.as_deref().unwrap_or_default()),
        }
    }

    /// The proxy on the way to `endpoint`; `None` where the way is direct, as it always is within this machine and this
    /// link.
    ///
    /// Fails when the variable that names it makes no sense.
    pub fn of(&self, endpoint: &Endpoint) -> Result<Option<&Proxy>> {
        let meant = match endpoint.scheme {
            Scheme::Https => &self.https,
            Scheme::Http => &self.http,
        };
        let Some(proxy) = meant else {
            return Ok(None);
        };
        if no_proxy::is_near(endpoint) || self.direct.iter().any(|one| one.is_for(endpoint)) {
            return Ok(None);
        }
        proxy.as_ref().map(Some).map_err(Clone::clone)
    }
}
