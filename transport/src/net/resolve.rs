//! From a host name to addresses: the given table first, then a literal address, then the system's
//! resolver.
//!
//! Answers are kept for a short while per endpoint and dropped when connecting to them failed. So a
//! service that moves is followed, and a thousand new connections do not ask a thousand times.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::endpoint::Endpoint;
use crate::{Error, Kind, Result};

/// A host name, its port, and the address that is used instead of the system resolver's answer.
pub type Override = (String, u16, IpAddr);

/// How long an answer is used: less than the minute that Azure's names live.
const KEEP: Duration = Duration::from_secs(30);

/// Looks names up for one client.
#[derive(Debug)]
pub(crate) struct Resolver {
    overrides: Arc<[Override]>,
    known: RefCell<HashMap<Endpoint, Rc<Known>>>,
}

/// The answer for one name. The lock is held while the system is asked, so that only one task asks.
type Known = Mutex<Option<(Instant, Vec<SocketAddr>)>>;

impl Resolver {
    pub(crate) fn new(overrides: Arc<[Override]>) -> Self {
        Self {
            overrides,
            known: RefCell::default(),
        }
    }

    /// The addresses of an endpoint, at least one, in the order to try them.
    pub(crate) async fn addresses(&self, endpoint: &Endpoint) -> Result<Vec<SocketAddr>> {
        if let Some(address) = self.without_asking(endpoint) {
            return Ok(vec![address]);
        }
        let known = Rc::clone(self.known.borrow_mut().entry(endpoint.clone()).or_default());
        let mut known = known.lock().await;
        if let Some((at, addresses)) = &*known
            && at.elapsed() < KEEP
        {
            return Ok(addresses.clone());
        }
        let addresses = ask(endpoint).await?;
        *known = Some((Instant::now(), addresses.clone()));
        Ok(addresses)
    }

    /// Forgets the answer for an endpoint, because nobody accepts connections there.
    pub(crate) fn forget(&self, endpoint: &Endpoint) {
        self.known.borrow_mut().remove(endpoint);
    }

    fn without_asking(&self, endpoint: &Endpoint) -> Option<SocketAddr> {
        let given = self.overrides.iter().find(|(host, port, _)| {
            *port == endpoint.port && host.eq_ignore_ascii_case(&endpoint.host)
        });
        let literal = || endpoint.host_without_brackets().parse().ok();
        given
            .map(|(_, _, address)| *address)
            .or_else(literal)
            .map(|address| SocketAddr::new(address, endpoint.port))
    }
}

/// Asks the system (`getaddrinfo`, in a thread of its own).
async fn ask(endpoint: &Endpoint) -> Result<Vec<SocketAddr>> {
    let failed = |reason: String| {
        Error::new(
            Kind::Resolve,
            format!("cannot find the address of `{}`: {reason}", endpoint.host),
        )
    };
    let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port))
        .await
        .map_err(|error| failed(plain_reason(&error)))?;
    let addresses = alternate(found);
    if addresses.is_empty() {
        return Err(failed("the name has no address".into()));
    }
    Ok(addresses)
}

/// `failed to lookup address information: Name or service not known`, without the part that repeats
/// itself.
fn plain_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.rsplit(": ").next().unwrap_or(&text).to_lowercase()
}

/// The address families alternate, each in the resolver's order (RFC 8305, section 4). Where one
/// family leads nowhere, the second address is already of the other.
fn alternate(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut found: Vec<SocketAddr> = found.collect();
    found.dedup();
    let Some(first) = found.first().copied() else {
        return found;
    };
    let (mut same, mut other): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|address| address.is_ipv4() == first.is_ipv4());
    same.reverse();
    other.reverse();
    let mut ordered = Vec::with_capacity(same.len() + other.len());
    while !(same.is_empty() && other.is_empty()) {
        ordered.extend(same.pop());
        ordered.extend(other.pop());
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Scheme;

    fn endpoint(host: &str, port: u16) -> Endpoint {
        Endpoint {
            scheme: Scheme::Http,
            host: host.into(),
            port,
        }
    }

    #[test]
    fn the_table_wins_and_a_literal_address_is_not_looked_up() {
        let table = [("acct.example".to_owned(), 443, [127, 0, 0, 9].into())];
        let resolver = Resolver::new(Arc::new(table));
        let find = |host, port| resolver.without_asking(&endpoint(host, port));
        assert_eq!(
            find("Acct.example", 443),
            Some(([127, 0, 0, 9], 443).into())
        );
        assert_eq!(find("acct.example", 80), None);
        assert_eq!(find("10.1.2.3", 80), Some(([10, 1, 2, 3], 80).into()));
        assert_eq!(
            find("[::1]", 8080),
            Some("[::1]:8080".parse().unwrap()),
            "brackets belong to the URL, not to the address"
        );
    }

    #[test]
    fn families_take_turns_and_keep_their_order() {
        let given = ["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "2.2.2.2:1"];
        let ordered = alternate(given.iter().map(|text| text.parse().unwrap()));
        let text: Vec<String> = ordered.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            ["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "[::3]:1"]
        );
    }
}
