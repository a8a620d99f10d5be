//! Where a service or a proxy answers: scheme, host and port.

use std::fmt;
use std::net::IpAddr;

/// How the bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain text.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// The port of a URL of this scheme that names none.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Where a service answers. Connections are kept per endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Plain or TLS.
    pub scheme: Scheme,
    /// The host name or address as in the URL, lower case; an IPv6 address keeps its brackets.
    pub host: String,
    /// The port, also when it is the scheme's default.
    pub port: u16,
}

impl Endpoint {
    /// The value of the `Host` header. It names the port only when it is not the scheme's default
    /// (RFC 9110, 7.2).
    pub fn authority(&self) -> String {
        if self.port == self.scheme.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The host names this machine itself: a loopback address, or `localhost` (RFC 6761, 6.3).
    pub fn is_loopback(&self) -> bool {
        let host = self.host_without_brackets();
        host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// The host as addresses and certificates write it: an IPv6 address without its brackets.
    pub fn host_without_brackets(&self) -> &str {
        let inner = self.host.strip_prefix('[');
        inner
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(&self.host)
    }
}

impl fmt::Display for Endpoint {
    /// `host:port`, the port always.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
