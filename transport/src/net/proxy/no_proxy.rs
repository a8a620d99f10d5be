//! Hosts that are reached without a proxy: this machine always, and the hosts in `NO_PROXY`.

use std::net::IpAddr;

use crate::endpoint::Endpoint;

/// One entry of `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoProxyRule {
    whom: NoProxyHosts,
    /// Only at this port.
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum NoProxyHosts {
    /// `*`.
    Everybody,
    /// A domain and everything below it.
    Domain(String),
    /// The addresses that begin with these bits.
    Net(IpAddr, u32),
}

/// Reads a list separated by commas. A malformed entry matches nothing: many programs read this
/// variable, each with its own syntax.
pub(super) fn read(text: &str) -> Vec<NoProxyRule> {
    text.split([',', ' '])
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(NoProxyRule::read)
        .collect()
}

impl NoProxyRule {
    fn read(entry: &str) -> Self {
        if entry == "*" {
            return Self {
                whom: NoProxyHosts::Everybody,
                port: None,
            };
        }
        if let Some((address, bits)) = entry.split_once('/')
            && let (Some(address), Ok(bits)) = (address_of(address), bits.parse())
        {
            return Self {
                whom: NoProxyHosts::Net(address, bits),
                port: None,
            };
        }
        if let Some(address) = address_of(entry) {
            return Self {
                whom: NoProxyHosts::Net(address, 128),
                port: None,
            };
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (entry, None),
        };
        let whom = match address_of(host) {
            Some(address) => NoProxyHosts::Net(address, 128),
            None => NoProxyHosts::Domain(
                host.trim_start_matches('*')
                    .trim_matches('.')
                    .to_ascii_lowercase(),
            ),
        };
        Self { whom, port }
    }

    /// Whether the rule matches this endpoint.
    pub(super) fn is_for(&self, endpoint: &Endpoint) -> bool {
        if self.port.is_some_and(|port| port != endpoint.port) {
            return false;
        }
        match &self.whom {
            NoProxyHosts::Everybody => true,
            NoProxyHosts::Domain(domain) => is_below(&endpoint.host, domain),
            NoProxyHosts::Net(net, bits) => {
                address_of(&endpoint.host).is_some_and(|address| is_in(address, *net, *bits))
            }
        }
    }
}

/// Whether the endpoint is on this machine or this link. No proxy knows what is there (a metadata
/// service, an emulator).
pub(super) fn is_near(endpoint: &Endpoint) -> bool {
    match address_of(&endpoint.host) {
        Some(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Some(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        None => is_below(&endpoint.host, "localhost"),
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    !domain.is_empty()
        && host
            .strip_suffix(domain)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// An address, with or without the brackets of a URL.
fn address_of(text: &str) -> Option<IpAddr> {
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    inner.unwrap_or(text).parse().ok()
}

/// Whether two addresses of one family begin with the same bits.
fn is_in(address: IpAddr, net: IpAddr, bits: u32) -> bool {
    let (one, other, width) = match (address, net) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (u128::from(u32::from(one)), u128::from(u32::from(other)), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => (u128::from(one), u128::from(other), 128),
        _ => return false,
    };
    let host_bits = 128_u32.min(width).saturating_sub(bits);
    one.checked_shr(host_bits).unwrap_or(0) == other.checked_shr(host_bits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Scheme;

    fn excepts(list: &str, host: &str, port: u16) -> bool {
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: host.into(),
            port,
        };
        read(list).iter().any(|one| one.is_for(&endpoint))
    }

    #[test]
    fn a_domain_means_itself_and_what_is_below_it() {
        for list in [
            "windows.net",
            ".windows.net",
            "*.windows.net",
            "x, WINDOWS.net.",
        ] {
            assert!(excepts(list, "a.blob.core.windows.net", 443), "{list}");
            assert!(excepts(list, "windows.net", 443), "{list}");
            assert!(!excepts(list, "notwindows.net", 443), "{list}");
        }
        assert!(excepts("*", "anybody", 1) && !excepts("", "anybody", 1));
    }

    #[test]
    fn a_port_narrows_it() {
        assert!(excepts("a.net:8443", "a.net", 8443) && !excepts("a.net:8443", "a.net", 443));
        assert!(excepts("[::1]:8", "[::1]", 8) && !excepts("[::1]:8", "[::1]", 9));
        assert!(excepts("10.0.0.1:8", "10.0.0.1", 8) && !excepts("10.0.0.1:8", "10.0.0.1", 9));
    }

    #[test]
    fn an_address_or_a_net_means_addresses_only() {
        assert!(excepts("10.1.2.3", "10.1.2.3", 1) && !excepts("10.1.2.3", "10.1.2.4", 1));
        assert!(excepts("10.0.0.0/8", "10.200.0.1", 1) && !excepts("10.0.0.0/8", "11.0.0.1", 1));
        assert!(excepts("0.0.0.0/0", "11.0.0.1", 1) && !excepts("0.0.0.0/0", "a.net", 1));
        assert!(excepts("fd00::/8", "[fd12::1]", 1) && !excepts("fd00::/8", "[fe12::1]", 1));
        assert!(!excepts("10.0.0.0/8", "[::1]", 1));
    }

    #[test]
    fn nonsense_is_nobody() {
        for list in [",,", "10.0.0.0/x", "/", ":", "a b:c:d", "[", ".", "*."] {
            assert!(!excepts(list, "a.blob.core.windows.net", 443), "{list}");
        }
    }
}
