//! Asks a proxy for a tunnel (RFC 9110, 9.3.6). After its consent, all bytes go to the endpoint
//! unchanged.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Proxy;
use crate::endpoint::Endpoint;
use crate::{Error, Kind, Result};

/// The largest answer of a proxy, in bytes. Some send a page with a refusal, which is not read.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Turns a connection to `proxy` into one to `endpoint`.
///
/// Fails with [`Kind::Proxy`] when the proxy refuses.
pub(crate) async fn tunnel(
    mut tcp: TcpStream,
    proxy: &Proxy,
    endpoint: &Endpoint,
) -> Result<TcpStream> {
    let broke = |error: &std::io::Error| {
        let reason = crate::error::plain_reason(error);
        Error::new(Kind::Connect, format!("it closed the connection: {reason}"))
    };
    tcp.write_all(question(proxy, endpoint).as_bytes())
        .await
        .map_err(|error| broke(&error))?;
    let mut head = Vec::with_capacity(1024);
    let end = loop {
        if let Some(at) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if head.len() >= HEAD_BYTES_MAX {
            return Err(nonsense("the answer does not end"));
        }
        match tcp.read_buf(&mut head).await {
            Ok(0) => {
                return Err(Error::new(
                    Kind::Connect,
                    "it closed the connection without an answer",
                ));
            }
            Ok(_) => {}
            Err(error) => return Err(broke(&error)),
        }
    };
    match status(&head) {
        Some(200..300) if head.len() == end => Ok(tcp),
        // The endpoint sends nothing before the client does.
        Some(200..300) => Err(nonsense("data follows the answer")),
        Some(status) => Err(proxy.refused(status)),
        None => Err(nonsense("the answer is not HTTP")),
    }
}

fn question(proxy: &Proxy, endpoint: &Endpoint) -> String {
    let mut head = format!("CONNECT {endpoint} HTTP/1.1\r\nHost: {endpoint}\r\n");
    if let Some(proof) = &proxy.authorization {
        head.push_str("Proxy-Authorization: ");
        head.push_str(proof.expose());
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head
}

/// The status in `HTTP/1.1 200 Connection established`.
fn status(head: &[u8]) -> Option<u16> {
    let digits = head.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn nonsense(what: &str) -> Error {
    Error::new(
        Kind::Protocol,
        format!("it sent an invalid answer to CONNECT: {what}"),
    )
}
