//! The address of a request: the account, from the host name or from the path, and the path below
//! it.
//!
//! The service reads the rest of the path: `blob/target.rs` a container and a blob.

use std::net::IpAddr;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::query::decode;

/// The end of an account's name when the second region is addressed.
const SECONDARY: &str = "-secondary";

/// Which account a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Account name without `-secondary`.
    pub account: String,
    /// Whether the account's second region was addressed.
    pub secondary: bool,
    /// Whether the account came from the path, not from the host name.
    pub path_style: bool,
    /// The path below the account, percent-encoded, without a slash at its beginning.
    pub path: String,
}

impl Address {
    /// Reads the address. `label` is the service's in host names, such as `blob`.
    pub fn of(head: &Head, label: &str) -> ServiceResult<Self> {
        let path = head.raw_path().strip_prefix('/').ok_or_else(invalid_uri)?;
        let from_host = account_of_host(head.header_or_empty("host"), label);
        let path_style = from_host.is_none();
        let (account, rest) = match &from_host {
            Some(account) => (account.as_str(), path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        if account.is_empty() {
            return Err(invalid_uri());
        }
        let account = decode(account);
        Ok(Self {
            secondary: account.ends_with(SECONDARY),
            account: account
                .strip_suffix(SECONDARY)
                .unwrap_or(&account)
                .to_owned(),
            path_style,
            path: rest.to_owned(),
        })
    }
}

/// `account.blob.anything` names an account; an IP address, `localhost` and other names do not.
fn account_of_host(host: &str, label: &str) -> Option<String> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return None;
    }
    let mut labels = name.split('.');
    let account = labels.next()?;
    (labels.next()?.eq_ignore_ascii_case(label) && !account.is_empty())
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
pub(crate) mod tests {
    use super::*;
    use crate::emulator::http::head::ParsedHead;

    /// The address of a GET.
    pub(crate) fn address(host: &str, path: &str, label: &str) -> Address {
        let text = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let Ok(ParsedHead::Whole(head, _)) = Head::parse(text.as_bytes()) else {
            panic!("no head")
        };
        Address::of(&head, label).unwrap()
    }

    #[test]
    fn host_names_of_another_service_name_no_account() {
        let own = address("ACCT.file.localhost:9", "/share", "file");
        assert_eq!((own.account.as_str(), own.path.as_str()), ("acct", "share"));
        assert!(!own.path_style);
        let other = address("acct.file.localhost:9", "/acct2/c", "blob");
        assert_eq!((other.account.as_str(), other.path_style), ("acct2", true));
    }

    #[test]
    fn the_secondary_is_the_same_account() {
        let second = address("127.0.0.1", "/acct-secondary/c/b", "blob");
        assert_eq!((second.account.as_str(), second.secondary), ("acct", true));
        assert!(address("acct-secondary.blob.x", "/c/b", "blob").secondary);
    }
}
