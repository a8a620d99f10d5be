//! A URL cut into the pieces that `parse` gives a meaning to: endpoint, path, query. The path and the query stay as
//! typed.

use azring_transport::http::{Endpoint, Scheme};

use crate::entry::EntryName;
use crate::{Error, Result};

/// The pieces of a URL.
pub(super) struct Url<'a> {
    pub(super) endpoint: Endpoint,
    /// The URL names its port.
    pub(super) has_port: bool,
    /// Without its leading slash, not decoded.
    pub(super) path: &'a str,
    /// What follows the first `?`; may hold a secret.
    pub(super) query: &'a str,
}

impl<'a> Url<'a> {
    /// Cuts what follows `://`.
    pub(super) fn read(scheme: Scheme, rest: &'a str) -> Result<Self> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (endpoint, has_port) = read_authority(scheme, authority)?;
        check_path(path)?;
        Ok(Self {
            endpoint,
            has_port,
            path,
            query,
        })
    }
}

/// `scheme` and what follows `://`, where the text begins like a URL (RFC 3986, 3.1).
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let mut letters = scheme.bytes();
    let is_scheme = letters.next()?.is_ascii_alphabetic()
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// Host and port, and whether the URL names the port.
fn read_authority(scheme: Scheme, authority: &str) -> Result<(Endpoint, bool)> {
    if authority.contains('@') {
        return Err(usage(
            "a URL with a user name or password is not supported: give a key or a shared access signature",
        ));
    }
    let host_end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']').map_or(0, |end| end + 2),
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    let host = host.to_ascii_lowercase();
    if !is_host(&host) {
        return Err(usage(format!("`{}` is no host name", shown(authority))));
    }
    let endpoint = |port| Endpoint { scheme, host, port };
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok((endpoint(scheme.default_port()), false)),
        Some("") => Ok((endpoint(scheme.default_port()), false)),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse() {
            Ok(port) if port > 0 => Ok((endpoint(port), true)),
            _ => Err(usage(format!(
                "`{digits}` is no port: it must be 1 to 65535"
            ))),
        },
        _ => Err(usage(format!("`{}` is no host and port", shown(authority)))),
    }
}

/// Labels of letters, digits, `-` and `_`, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    host.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}

/// Refuses what a URL library elsewhere would silently read as something else.
fn check_path(path: &str) -> Result<()> {
    if path.contains('#') {
        return Err(usage(
            "a `#` in a URL begins a fragment: write `%23` where a name contains it",
        ));
    }
    if path.contains('\\') {
        return Err(usage(
            "a URL contains a backslash: write `/`, or `%5C` where a name contains it",
        ));
    }
    Ok(())
}

/// An error of the user's.
pub(super) fn usage(message: impl Into<String>) -> Error {
    Error::Usage(message.into())
}

/// Typed text, safe for a terminal.
pub(super) fn shown(text: &str) -> EntryName {
    EntryName::from(text)
}
