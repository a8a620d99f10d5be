//! `AZRING_RESOLVE`: addresses of hosts, in place of those of the resolver.

use std::ffi::OsStr;
use std::net::IpAddr;

use crate::mask::shown;
use crate::usage_error::UsageError;

/// Reads `host:port:address`, several separated by commas. An IPv6 address may have brackets.
pub(crate) fn resolve(text: &OsStr) -> Result<Vec<(String, u16, IpAddr)>, UsageError> {
    let text = text.to_string_lossy();
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            resolve_one(part).ok_or_else(|| {
                UsageError::meaning(format!(
                    "`{}` in `AZRING_RESOLVE` is not `host:port:address`",
                    shown(part)
                ))
            })
        })
        .collect()
}

fn resolve_one(text: &str) -> Option<(String, u16, IpAddr)> {
    let mut fields = text.splitn(3, ':');
    let host = fields.next().filter(|host| !host.is_empty())?;
    let port = fields.next()?.parse().ok()?;
    let address = fields.next()?;
    let address = address
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(address);
    Some((host.to_ascii_lowercase(), port, address.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolve_list_names_hosts_ports_and_addresses() {
        let list = "A.blob.core.windows.net:443:127.0.0.1, b:80:::1,c:1:[fe80::1]";
        let list = resolve(OsStr::new(list)).unwrap();
        assert_eq!(
            list,
            [
                (
                    "a.blob.core.windows.net".into(),
                    443,
                    "127.0.0.1".parse().unwrap()
                ),
                ("b".into(), 80, "::1".parse().unwrap()),
                ("c".into(), 1, "fe80::1".parse().unwrap()),
            ]
        );
        for wrong in ["a", "a:1", "a:x:127.0.0.1", ":1:127.0.0.1", "a:1:host"] {
            assert!(resolve(OsStr::new(wrong)).is_err(), "{wrong}");
        }
    }
}
