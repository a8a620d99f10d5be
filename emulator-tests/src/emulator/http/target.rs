//! Whom a request is for: account, container and blob, from the host name or from the path.

use std::net::IpAddr;

use super::head::Head;
use super::query::decode;
use crate::emulator::error::{Answer, Refusal};

/// Container that a blob without one belongs to.
pub const ROOT_CONTAINER: &str = "$root";
const SECONDARY: &str = "-secondary";

/// The parsed address of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Account name without `-secondary`.
    pub account: String,
    /// The account's second region was addressed.
    pub secondary: bool,
    /// The account came from the path, not from the host name.
    pub path_style: bool,
    /// Container, decoded; `None` for the account itself.
    pub container: Option<String>,
    /// Blob name, decoded; `None` for a container.
    pub blob: Option<String>,
}

impl Target {
    /// Reads the address. `container_wanted` tells that a single segment names a container (`restype=container`), not a
    /// blob of `$root`.
    pub fn of(head: &Head, container_wanted: bool) -> Answer<Self> {
        let path = head.raw_path().strip_prefix('/').ok_or_else(invalid_uri)?;
        let from_host = account_of_host(head.header_or_empty("host"));
        let path_style = from_host.is_none();
        let (account, rest) = match &from_host {
            Some(account) => (account.as_str(), path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        if account.is_empty() {
            return Err(invalid_uri());
        }
        let account = decode(account);
        let secondary = account.ends_with(SECONDARY);
        let (container, blob) = split_rest(rest, container_wanted);
        Ok(Self {
            account: account
                .strip_suffix(SECONDARY)
                .unwrap_or(&account)
                .to_owned(),
            secondary,
            path_style,
            container,
            blob,
        })
    }

    /// The container's name, for operations that have one.
    pub fn container(&self) -> &str {
        self.container.as_deref().unwrap_or_default()
    }

    /// The blob's name, for operations that have one.
    pub fn blob(&self) -> &str {
        self.blob.as_deref().unwrap_or_default()
    }
}

fn split_rest(rest: &str, container_wanted: bool) -> (Option<String>, Option<String>) {
    match rest.split_once('/') {
        _ if rest.is_empty() => (None, None),
        Some((container, "")) => (Some(decode(container)), None),
        // The service takes a backslash for a slash.
        Some((container, blob)) => (
            Some(decode(container)),
            Some(decode(blob).replace('\\', "/")),
        ),
        None if container_wanted => (Some(decode(rest)), None),
        None => (Some(ROOT_CONTAINER.to_owned()), Some(decode(rest))),
    }
}

/// `account.blob.anything` names an account; an IP address, `localhost` and other names do not.
fn account_of_host(host: &str) -> Option<String> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return None;
    }
    let mut labels = name.split('.');
    let account = labels.next()?;
    (labels.next()?.eq_ignore_ascii_case("blob") && !account.is_empty())
        .then(|| account.to_ascii_lowercase())
}

fn invalid_uri() -> Refusal {
    Refusal::new(
        400,
        "InvalidUri",
        "The requested URI does not represent any resource on the server.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::http::head::Cut;

    fn target(host: &str, path: &str, container_wanted: bool) -> Target {
        let text = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let Ok(Cut::Whole(head, _)) = Head::cut(text.as_bytes()) else {
            panic!("no head")
        };
        Target::of(&head, container_wanted).unwrap()
    }

    #[test]
    fn path_style_and_host_style_name_the_same_blob() {
        let by_path = target("127.0.0.1:9", "/acct/c/a%2Fb/c", false);
        let by_host = target("ACCT.blob.localhost:9", "/c/a/b/c", false);
        assert_eq!(by_path.blob(), "a/b/c");
        assert_eq!(
            (
                by_host.account.as_str(),
                by_host.container(),
                by_host.blob()
            ),
            ("acct", "c", "a/b/c")
        );
        assert!(by_path.path_style && !by_host.path_style);
        assert_eq!(target("h", "/acct/c/a%5Cb", false).blob(), "a/b");
    }

    #[test]
    fn a_single_segment_is_a_container_only_when_asked_for() {
        assert_eq!(target("h", "/acct/c", true).container(), "c");
        assert_eq!(target("h", "/acct/b", false).container(), ROOT_CONTAINER);
        assert_eq!(target("h", "/acct/c/", false).blob, None);
    }

    #[test]
    fn the_secondary_is_the_same_account() {
        let second = target("127.0.0.1", "/acct-secondary/c/b", false);
        assert_eq!((second.account.as_str(), second.secondary), ("acct", true));
        assert!(target("acct-secondary.blob.x", "/c/b", false).secondary);
    }
}
