//! From addresses to a connected stream. The addresses are tried in order; a slow one gets the next
//! one beside it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::proxy::{Proxies, Proxy, tunnel};
use super::{Resolver, Stream};
use crate::descriptor::is_shortage;
use crate::endpoint::{Endpoint, Scheme};
use crate::tls::Trust;
use crate::{Error, Kind, Result};

/// How long an address is tried alone. That is long for an interactive program (RFC 8305 says 250
/// ms), but a second connection to a far and busy service is not free, and we make few.
const STAGGER: Duration = Duration::from_secs(2);

/// A new connection to an endpoint, within `limit`: name, TCP, a proxy's tunnel where there is a
/// proxy, and TLS where the scheme asks for it. A plain connection through a proxy ends at the
/// proxy.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    resolver: &Resolver,
    trust: &Trust,
    proxies: &Proxies,
    limit: Duration,
) -> Result<Stream> {
    let proxy = proxies.of(endpoint)?;
    let next = proxy.map_or(endpoint, Proxy::endpoint);
    timeout(limit, establish(endpoint, proxy, resolver, trust))
        .await
        .unwrap_or_else(|_| Err(too_slow(endpoint, limit)))
        .inspect_err(|_| resolver.forget(next))
}

async fn establish(
    endpoint: &Endpoint,
    proxy: Option<&Proxy>,
    resolver: &Resolver,
    trust: &Trust,
) -> Result<Stream> {
    let next = proxy.map_or(endpoint, Proxy::endpoint);
    let addresses = resolver.addresses(next).await?;
    let mut tcp = first_to_accept(next, &addresses).await?;
    // The last segment of a request must not wait for the acknowledgement of the one before.
    tcp.set_nodelay(true)
        .map_err(|error| refused(next, addresses[0], &error))?;
    if endpoint.scheme == Scheme::Http {
        return Ok(Stream::Plain(tcp));
    }
    if let Some(proxy) = proxy {
        tcp = tunnel(tcp, proxy, endpoint).await?;
    }
    Ok(Stream::Tls(Box::new(trust.secure(tcp, endpoint).await?)))
}

/// The first address that accepts. The last one's error when none does.
async fn first_to_accept(endpoint: &Endpoint, addresses: &[SocketAddr]) -> Result<TcpStream> {
    if let [only] = addresses {
        let connected = TcpStream::connect(only).await;
        return connected.map_err(|error| refused(endpoint, *only, &error));
    }
    let mut racing = JoinSet::new();
    let mut last = None;
    let mut waiting = addresses.iter().copied();
    loop {
        let next = waiting.next();
        if let Some(address) = next {
            racing.spawn(async move { (address, TcpStream::connect(address).await) });
        }
        let patience = if next.is_some() {
            STAGGER
        } else {
            Duration::MAX
        };
        match timeout(patience, racing.join_next()).await {
            Ok(Some(Ok((_, Ok(stream))))) => return Ok(stream),
            Ok(Some(Ok((address, Err(error))))) => last = Some(refused(endpoint, address, &error)),
            Ok(None) if next.is_none() => break,
            Ok(_) | Err(_) => {}
        }
    }
    Err(last.unwrap_or_else(|| Error::new(Kind::Connect, cannot(endpoint))))
}

fn refused(endpoint: &Endpoint, address: SocketAddr, error: &std::io::Error) -> Error {
    if is_shortage(error) {
        return Error::disk(cannot(endpoint), error);
    }
    let reason = crate::error::plain_reason(error);
    let message = if endpoint.host_without_brackets() == address.ip().to_string() {
        format!("{}: {reason}", cannot(endpoint))
    } else {
        format!("{} at `{}`: {reason}", cannot(endpoint), address.ip())
    };
    Error::new(Kind::Connect, message)
}

fn too_slow(endpoint: &Endpoint, limit: Duration) -> Error {
    let seconds = limit.as_secs();
    let message = format!("{}: no answer in {seconds} s", cannot(endpoint));
    Error::new(Kind::Connect, message)
}

fn cannot(endpoint: &Endpoint) -> String {
    format!("cannot connect to `{}:{}`", endpoint.host, endpoint.port)
}
