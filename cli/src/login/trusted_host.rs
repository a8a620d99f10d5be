//! Which hosts may get a token: those of Azure Storage, and those that the user names.

use azring_transport::http::Endpoint;

/// What follows the account and the service in the host names that may get a token, as AzCopy 10
/// trusts them.
const SUFFIXES: [&str; 5] = [
    "core.windows.net",
    "core.chinacloudapi.cn",
    "core.cloudapi.de",
    "core.usgovcloudapi.net",
    "storage.azure.net",
];

/// Whether this endpoint may get a token: it belongs to Azure, or to one of the suffixes in `more`,
/// which are separated by `;`. A suffix with a port means this port, one without means the default
/// port of the scheme.
pub(crate) fn is_trusted(endpoint: &Endpoint, more: &str) -> bool {
    let known = SUFFIXES
        .iter()
        .any(|suffix| is_below(&endpoint.host, suffix) && has_default_port(endpoint));
    let named = more
        .split(';')
        .map(str::trim)
        .filter(|suffix| !suffix.is_empty());
    known || named.into_iter().any(|suffix| matches(endpoint, suffix))
}

fn matches(endpoint: &Endpoint, suffix: &str) -> bool {
    let suffix = suffix.trim_start_matches('*').trim_start_matches('.');
    let (host, port) = match suffix.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (suffix, None),
    };
    let is_port = match port {
        Some(port) => port.parse() == Ok(endpoint.port),
        None => has_default_port(endpoint),
    };
    let host = host.to_ascii_lowercase();
    is_port && (endpoint.host == host || is_below(&endpoint.host, &host))
}

fn has_default_port(endpoint: &Endpoint) -> bool {
    endpoint.port == endpoint.scheme.default_port()
}

/// Whether the host ends in these whole labels.
fn is_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use azring_transport::http::Scheme;

    use super::*;

    fn trusted(host: &str, port: u16, more: &str) -> bool {
        let endpoint = Endpoint {
            scheme: Scheme::Https,
            host: host.into(),
            port,
        };
        is_trusted(&endpoint, more)
    }

    #[test]
    fn only_azures_hosts_and_named_ones_get_a_token() {
        assert!(trusted("a.blob.core.windows.net", 443, ""));
        assert!(trusted("a.z1.blob.storage.azure.net", 443, ""));
        for (host, port) in [
            ("a.blob.core.windows.net", 8443),
            ("a.blob.core.windows.net.example.com", 443),
            ("evilcore.windows.net", 443),
            ("core.windows.net", 443),
            ("127.0.0.1", 443),
        ] {
            assert!(!trusted(host, port, ""), "{host}:{port}");
        }
    }

    #[test]
    fn a_named_suffix_counts_by_whole_labels_and_with_its_port() {
        let more = "contoso.com; *.Fabrikam.com:8443 ;127.0.0.1:10000;[::1]:10000";
        for (host, port, expected) in [
            ("contoso.com", 443, true),
            ("a.contoso.com", 443, true),
            ("a.contoso.com", 8443, false),
            ("evilcontoso.com", 443, false),
            ("a.fabrikam.com", 8443, true),
            ("a.fabrikam.com", 443, false),
            ("127.0.0.1", 10000, true),
            ("127.0.0.1", 10001, false),
            ("[::1]", 10000, true),
        ] {
            assert_eq!(trusted(host, port, more), expected, "{host}:{port}");
        }
    }
}
