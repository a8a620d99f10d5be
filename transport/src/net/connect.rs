//! From addresses to a connected stream: tried in order, the next one also when the one before is only slow.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Resolver, Stream};
use crate::http::{Endpoint, Scheme};
use crate::tls::Trust;
use crate::{Error, Kind, Result};

/// How long an address is alone before the next one is tried beside it. Long for an interactive program (RFC 8305 says
/// 250 ms), but a second connection to a far and busy service is not free and we make few.
const STAGGER: Duration = Duration::from_secs(2);

/// A new connection to an endpoint, within `limit`: name, TCP and, where the scheme asks for it, TLS.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    resolver: &Resolver,
    trust: &Trust,
    limit: Duration,
) -> Result<Stream> {
    timeout(limit, establish(endpoint, resolver, trust))
        .await
        .unwrap_or_else(|_| Err(too_slow(endpoint, limit)))
        .inspect_err(|_| resolver.forget(endpoint))
}

async fn establish(endpoint: &Endpoint, resolver: &Resolver, trust: &Trust) -> Result<Stream> {
    let addresses = resolver.addresses(endpoint).await?;
    let tcp = race(endpoint, &addresses).await?;
    // A request's last segment must not wait for the acknowledgement of the one before.
    tcp.set_nodelay(true)
        .map_err(|error| refused(endpoint, addresses[0], &error))?;
    match endpoint.scheme {
        Scheme::Http => Ok(Stream::Plain(tcp)),
        Scheme::Https => Ok(Stream::Tls(Box::new(trust.secure(tcp, endpoint).await?))),
    }
}

/// The first address that accepts; the last one's error when none does.
async fn race(endpoint: &Endpoint, addresses: &[SocketAddr]) -> Result<TcpStream> {
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
    let reason = crate::error::plain_reason(error);
    let told = if endpoint.host_without_brackets() == address.ip().to_string() {
        format!("{}: {reason}", cannot(endpoint))
    } else {
        format!("{} at `{}`: {reason}", cannot(endpoint), address.ip())
    };
    Error::new(Kind::Connect, told)
}

fn too_slow(endpoint: &Endpoint, limit: Duration) -> Error {
    let seconds = limit.as_secs();
    let told = format!("{}: no answer in {seconds} s", cannot(endpoint));
    Error::new(Kind::Connect, told)
}

fn cannot(endpoint: &Endpoint) -> String {
    format!("cannot connect to `{}:{}`", endpoint.host, endpoint.port)
}
