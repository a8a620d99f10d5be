//! One HTTP/1.1 exchange per connection, plain or under TLS. It knows nothing of the service.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use percent_encoding::utf8_percent_encode;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::QUERY;

/// A server's address, and the authority that its clients trust.
#[derive(Clone)]
pub(super) struct Origin {
    text: String,
    authority: String,
    tls: Option<Arc<ClientConfig>>,
}

impl Origin {
    pub(super) fn parse(text: &str, trusted: Option<&Path>) -> Self {
        let (scheme, authority) = text
            .split_once("://")
            .expect("an origin begins with its scheme");
        Self {
            text: text.to_owned(),
            authority: authority.to_owned(),
            tls: (scheme == "https")
                .then(|| trust(trusted.expect("HTTPS needs somebody to trust"))),
        }
    }

    /// Sends `request` and reads the whole answer.
    pub(super) fn exchange(&self, request: &Request) -> io::Result<RestResponse> {
        let tcp = TcpStream::connect(&self.authority)?;
        let head = request.head(&self.authority);
        match &self.tls {
            None => converse(tcp, &head, request),
            Some(config) => {
                let (host, _) = self
                    .authority
                    .rsplit_once(':')
                    .unwrap_or((&self.authority, ""));
                let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
                let tls =
                    ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
                converse(StreamOwned::new(tls, tcp), &head, request)
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

/// A request. The path is percent-encoded already and sent unchanged, because it is what gets
/// signed.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn new(
        method: &'static str,
        path: String,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Self {
        let query = query
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            method,
            path,
            query,
            headers: Vec::new(),
            body,
        }
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn head(&self, host: &str) -> String {
        let query: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)))
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let mut lines = vec![
            format!(
                "{} {}{mark}{} HTTP/1.1",
                self.method,
                self.path,
                query.join("&")
            ),
            format!("Host: {host}"),
            "Connection: close".to_owned(),
            format!("Content-Length: {}", self.body.len()),
        ];
        lines.extend(
            self.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        lines.join("\r\n") + "\r\n\r\n"
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct RestResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl RestResponse {
    /// Returns itself if its status is `status`.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "the service answered: {}", self.text());
        self
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Reads the head of `answer`; the rest is the body.
    fn parse(answer: &[u8], asked_with: &str) -> io::Result<Self> {
        let mut headers = [httparse::EMPTY_HEADER; 100];
        let mut head = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(answer).map_err(io::Error::other)?
        else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let mut response = Self {
            status: head.code.unwrap_or_default(),
            headers: head
                .headers
                .iter()
                .map(|header| {
                    (
                        header.name.to_owned(),
                        String::from_utf8_lossy(header.value).into_owned(),
                    )
                })
                .collect(),
            body: Vec::new(),
        };
        if asked_with != "HEAD" {
            response.body = response.body_of(&answer[length..])?;
        }
        Ok(response)
    }

    fn body_of(&self, sent: &[u8]) -> io::Result<Vec<u8>> {
        if self
            .header("Transfer-Encoding")
            .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
        {
            return unchunk(sent);
        }
        match self.header("Content-Length").map(str::parse::<usize>) {
            Some(Ok(length)) if length <= sent.len() => Ok(sent[..length].to_vec()),
            Some(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            None => Ok(sent.to_vec()),
        }
    }
}

fn converse(
    mut stream: impl Read + Write,
    head: &str,
    request: &Request,
) -> io::Result<RestResponse> {
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    stream.flush()?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // Node closes without `close_notify`; the lengths in the answer show whether it is
        // complete.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => RestResponse::parse(&answer, request.method),
    }
}

fn unchunk(mut sent: &[u8]) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(sent)
        else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if length == 0 {
            return Ok(body);
        }
        let end = start + length as usize;
        let data = sent.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?;
        body.extend_from_slice(data);
        sent = sent.get(end + 2..).ok_or(io::ErrorKind::UnexpectedEof)?;
    }
}

fn trust(authority: &Path) -> Arc<ClientConfig> {
    let certificate = CertificateDer::from_pem_file(authority).expect("a readable certificate");
    let mut roots = RootCertStore::empty();
    roots
        .add(certificate)
        .expect("a certificate of an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunked_body_is_joined() {
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        let response = RestResponse::parse(answer, "GET").expect("it is whole");
        assert_eq!(response.body, b"abc0123456789");
    }

    #[test]
    fn cut_body_is_an_error() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc";
        assert!(RestResponse::parse(answer, "GET").is_err());
        assert!(RestResponse::parse(answer, "HEAD").is_ok());
    }
}
