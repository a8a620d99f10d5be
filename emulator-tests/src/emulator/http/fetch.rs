//! A small HTTP client for copy sources on other servers: one GET per connection.
//!
//! The head of the answer is read at once. The caller decides from it how much of the body it
//! reads: a server's length is never trusted with an allocation.

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

/// An answer whose body is not read yet.
pub struct SourceAnswer {
    /// HTTP status.
    pub status: u16,
    /// The reason after the status, such as `Not Found`.
    pub reason: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The begin of the body, which arrived with the head.
    begin: Vec<u8>,
    stream: Box<dyn Read>,
}

/// Whether a pair of a query names a snapshot of a blob or of a share.
fn is_snapshot(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    name.eq_ignore_ascii_case("snapshot") || name.eq_ignore_ascii_case("sharesnapshot")
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
        let snapshot = query.split('&').find(|pair| is_snapshot(pair));
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

impl SourceAnswer {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// `Content-Length`. Fails if the server did not send it.
    pub fn length(&self) -> io::Result<u64> {
        let length = self.header("content-length");
        length
            .and_then(|length| length.parse().ok())
            .ok_or_else(|| io::Error::other("the source did not say its length"))
    }

    /// The first and last byte and the total length of `Content-Range`, if it is readable.
    pub fn content_range(&self) -> Option<(u64, u64, u64)> {
        let value = self.header("content-range")?.trim();
        let (range, total) = value.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?, total.parse().ok()?))
    }

    /// `length` bytes of the body after the first `skipped` ones. Fails if the body ends earlier.
    pub fn read(self, skipped: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut body = io::Cursor::new(self.begin).chain(self.stream);
        io::copy(&mut body.by_ref().take(skipped), &mut io::sink())?;
        let mut bytes = Vec::new();
        body.take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

/// Sends a GET and reads the head of the answer. HTTPS needs authorities to trust.
pub fn get(
    url: &Url,
    headers: &[(&str, String)],
    trust: Option<&Arc<ClientConfig>>,
) -> io::Result<SourceAnswer> {
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

fn talk(mut stream: impl Read + Write + 'static, request: &str) -> io::Result<SourceAnswer> {
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
    let begin = input.split_off(end + 4);
    let head = String::from_utf8_lossy(&input);
    let mut lines = head.lines();
    let status_line = lines.next().unwrap_or_default();
    let (status, reason) = read_status(status_line)
        .ok_or_else(|| io::Error::other("the source does not speak HTTP"))?;
    let pair = |line: &str| {
        line.split_once(':')
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
    };
    Ok(SourceAnswer {
        status,
        reason: reason.to_owned(),
        headers: lines.filter_map(pair).collect(),
        begin,
        stream: Box::new(stream),
    })
}

/// Status and reason of `HTTP/1.1 404 Not Found`.
fn read_status(line: &str) -> Option<(u16, &str)> {
    let (version, rest) = line.split_once(' ')?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    version.starts_with("HTTP/").then_some(())?;
    Some((status.parse().ok()?, reason.trim()))
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

    #[test]
    fn a_body_is_read_from_an_offset_and_a_short_one_fails() {
        let answer = |length: &str, range: &str| SourceAnswer {
            status: 206,
            reason: String::new(),
            headers: vec![
                ("content-length".to_owned(), length.to_owned()),
                ("Content-Range".to_owned(), range.to_owned()),
            ],
            begin: b"0123".to_vec(),
            stream: Box::new(&b"456789"[..]),
        };
        let whole = answer("10", "bytes 5-14/99");
        assert_eq!(whole.content_range(), Some((5, 14, 99)));
        assert_eq!(whole.length().unwrap(), 10);
        assert_eq!(whole.read(3, 4).unwrap(), b"3456");
        let broken = answer("many", "bytes */99");
        assert_eq!(broken.content_range(), None);
        assert!(broken.length().is_err());
        assert!(broken.read(3, u64::MAX).is_err());
    }

    #[test]
    fn a_status_line_has_a_reason_or_none() {
        assert_eq!(
            read_status("HTTP/1.1 404 Not Found"),
            Some((404, "Not Found"))
        );
        assert_eq!(read_status("HTTP/1.0 200"), Some((200, "")));
        assert_eq!(read_status("ftp 200 OK"), None);
    }
}
