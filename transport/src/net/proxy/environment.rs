//! The proxies that the environment names, and the hosts that are reached without one.

use super::Proxy;
use super::no_proxy::{self, NoProxyRule};
use crate::Result;
use crate::endpoint::{Endpoint, Scheme};

/// The proxy of each scheme.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    https: Option<Result<Proxy>>,
    http: Option<Result<Proxy>>,
    direct: Vec<NoProxyRule>,
}

/// The variables that name a proxy for a scheme. The first one that is set counts.
const FOR_HTTPS: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const FOR_HTTP: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const FOR_NOBODY: [&str; 2] = ["NO_PROXY", "no_proxy"];

impl Proxies {
    /// Reads the environment; `variable` gives a variable's value, if it has one. A malformed value
    /// is an error only when a host is to be reached through it.
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

    /// The proxy for `endpoint`; `None` where the connection is direct. It is always direct within
    /// this machine and this link.
    ///
    /// Fails when the variable that names the proxy is malformed.
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
