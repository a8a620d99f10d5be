//! A small HTTP client for copy sources on other servers: one GET per connection.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// A server that makes no progress for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A source's address.
#[derive(Debug, Clone)]
pub struct Url {
    secure: bool,
    /// Host and port as written.
    pub authority: String,
    /// Path and query as written.
    pub target: String,
}

/// An answer.
#[derive(Debug)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Url {
    /// Reads `http://` and `https://` URLs.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(at);
        let clean =
            !authority.is_empty() && !authority.contains('@') && !rest.contains([' ', '\r', '\n']);
        let target = if target.starts_with('/') {
            target.to_owned()
        } else {
            format!("/{target}")
        };
        clean.then(|| Self {
            secure,
            authority: authority.to_owned(),
            target,
        })
    }

    /// Host without port.
    fn host(&self) -> &str {
        let host = match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &self.authority,
        };
        host.trim_matches(['[', ']'])
    }

    /// Whether the host is a name of this machine.
    pub fn is_loopback(&self) -> bool {
        self.host() == "localhost"
            || self
                .host()
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// The URL without its query, except a snapshot: the form in `x-ms-copy-source` of answers.
    pub fn without_signature(&self) -> String {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let snapshot = query
            .split('&')
            .find(|pair| pair.to_ascii_lowercase().starts_with("snapshot="));
        let query = snapshot.map(|pair| format!("?{pair}")).unwrap_or_default();
        format!(
            "{}://{}{path}{query}",
            if self.secure { "https" } else { "http" },
            self.authority
        )
    }

    fn port(&self) -> u16 {
        let given = self
            .authority
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok());
        given.unwrap_or(if self.secure { 443 } else { 80 })
    }
}

impl Fetched {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Sends a GET. HTTPS needs authorities to trust.
pub fn get(
    url: &Url,
    headers: &[(&str, String)],
    trust: Option<&Arc<ClientConfig>>,
) -> io::Result<Fetched> {
    let mut addresses = (url.host(), url.port()).to_socket_addrs()?;
    let address = addresses
        .next()
        .ok_or_else(|| io::Error::other("no such host"))?;
    let socket = TcpStream::connect_timeout(&address, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let mut request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
        url.target, url.authority
    );
    for (name, value) in headers {
        let _ = write!(request, "{name}: {value}\r\n");
    }
    request.push_str("\r\n");
    if !url.secure {
        return talk(socket, &request);
    }
    let config =
        trust.ok_or_else(|| io::Error::other("no certificate authority to trust was given"))?;
    let name = ServerName::try_from(url.host().to_owned()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
    talk(StreamOwned::new(connection, socket), &request)
}

fn talk(mut stream: impl Read + Write, request: &str) -> io::Result<Fetched> {
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut input = Vec::new();
    let end = loop {
        if let Some(end) = input.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let mut piece = [0; 8192];
        let count = stream.read(&mut piece)?;
        if count == 0 || input.len() > HEAD_BYTES_MAX {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        input.extend_from_slice(&piece[..count]);
    };
    let mut body = input.split_off(end + 4);
    let mut fetched = parse_head(&String::from_utf8_lossy(&input))?;
    let length = fetched
        .header("content-length")
        .and_then(|length| length.parse::<usize>().ok());
    match length {
        Some(length) => {
            let have = body.len().min(length);
            body.resize(length, 0);
            stream.read_exact(&mut body[have..])?;
        }
        None if fetched.header("transfer-encoding").is_some() => {
            return Err(io::Error::other("the source did not say its length"));
        }
        None => {
            stream.read_to_end(&mut body)?;
        }
    }
    fetched.body = body;
    Ok(fetched)
}

fn parse_head(text: &str) -> io::Result<Fetched> {
    let mut lines = text.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("the source does not speak HTTP"))?;
    let pair = |line: &str| {
        line.split_once(':')
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
    };
    Ok(Fetched {
        status,
        headers: lines.filter_map(pair).collect(),
        body: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_keeps_its_snapshot_and_loses_its_signature() {
        let url = Url::parse("http://127.0.0.1:1/a/c/b?sv=1&snapshot=2020&sig=x").unwrap();
        assert_eq!(
            url.without_signature(),
            "http://127.0.0.1:1/a/c/b?snapshot=2020"
        );
        assert!(url.is_loopback());
        assert!(Url::parse("ftp://h/").is_none() && Url::parse("http://u:p@h/").is_none());
        assert_eq!(
            Url::parse("https://h").map(|url| (url.port(), url.target)),
            Some((443, "/".to_owned()))
        );
    }
}
