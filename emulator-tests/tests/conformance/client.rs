//! A client that sends exactly what a case describes: one request per connection, signed with the
//! account's key by default.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::emulator::tls;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use sha2::Sha256;

/// The version of requests that name no other.
pub const VERSION: &str = "2021-12-02";
/// A server that is silent for so long counts as dead.
const PATIENCE: Duration = Duration::from_mins(1);
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// An account at a server.
#[derive(Debug, Clone)]
pub struct Client {
    /// `127.0.0.1:PORT`.
    pub address: String,
    /// Account name.
    pub account: String,
    key: Vec<u8>,
}

/// How a request is authorised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `SharedKey`.
    Key,
    /// `SharedKey` of the Table service.
    TableKey,
    /// `SharedKeyLite` of the Table service.
    TableKeyLite,
    /// Without a credential, or with one that the case put into the query or the headers.
    Nothing,
}

/// A request to send.
#[derive(Debug, Clone)]
pub struct Request {
    client: Client,
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    auth: Auth,
    host: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// An account of the server at this address.
    pub fn new(address: &str, account: &str, key: &str) -> Self {
        Self {
            address: address.to_owned(),
            account: account.to_owned(),
            key: STANDARD.decode(key).expect("a key in base64"),
        }
    }

    /// The same account with another key.
    pub fn with_key(&self, key: &[u8]) -> Self {
        Self {
            key: key.to_vec(),
            ..self.clone()
        }
    }

    /// A request for `container/blob`; empty for the account.
    pub fn request(&self, method: &'static str, path: &str) -> Request {
        Request {
            client: self.clone(),
            method,
            path: format!("/{}/{}", self.account, utf8_percent_encode(path, PATH)),
            query: Vec::new(),
            headers: vec![("x-ms-version".to_owned(), VERSION.to_owned())],
            body: Vec::new(),
            auth: Auth::Key,
            host: None,
        }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// PUT.
    pub fn put(&self, path: &str) -> Request {
        self.request("PUT", path)
    }

    /// HEAD.
    pub fn head(&self, path: &str) -> Request {
        self.request("HEAD", path)
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Request {
        self.request("DELETE", path)
    }

    /// HMAC-SHA256 by the account's key, base64.
    pub fn sign(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length");
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl Request {
    /// One more query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Several query parameters.
    pub fn queries(mut self, pairs: &[(&str, &str)]) -> Self {
        for (name, value) in pairs {
            self = self.query(name, value);
        }
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a header out.
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// The body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// How it is authorised.
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Addresses the account by this host name instead of by the path.
    pub fn host_style(mut self, host: &str) -> Self {
        let own = format!("/{}", self.client.account);
        self.path = self.path.split_off(own.len());
        self.host = Some(host.to_owned());
        self
    }

    /// Another raw path, the account included.
    pub fn raw_path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sends and reads the answer.
    pub fn send(self) -> Reply {
        let what = format!("{} {}", self.method, self.path);
        self.try_send()
            .unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// The same; a broken connection is an error.
    pub fn try_send(self) -> io::Result<Reply> {
        let (head, body, method) = self.to_bytes();
        let mut socket = self.connect()?;
        let sent = socket
            .write_all(&head)
            .and_then(|()| socket.write_all(&body));
        // A server that refuses early may close the connection while the request is being sent; its
        // answer counts.
        match (read_reply(socket, method), sent) {
            (Ok(reply), _) => Ok(reply),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    /// The same over HTTPS, with the authority in this PEM file trusted.
    pub fn send_tls(self, authority: &Path) -> Reply {
        let config = tls::trust(Some(authority))
            .expect("an authority")
            .expect("one was named");
        let name = self.client.address.rsplit_once(':').expect("a port").0;
        let name = ServerName::try_from(name.to_owned()).expect("an address");
        let connection = ClientConnection::new(config, name).expect("TLS begins");
        let socket = self.connect().expect("it listens");
        let mut stream = StreamOwned::new(connection, socket);
        let (head, body, method) = self.to_bytes();
        let sent = stream
            .write_all(&head)
            .and_then(|()| stream.write_all(&body));
        sent.expect("it takes the request");
        read_reply(stream, method).expect("it answers")
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpStream::connect(&self.client.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(socket)
    }

    /// The request's head and body as they go over the wire.
    pub fn to_bytes(&self) -> (Vec<u8>, Vec<u8>, &'static str) {
        let mut request = self.clone();
        if request.find("x-ms-date").is_none() {
            request = request.header("x-ms-date", &http_date(SystemTime::now()));
        }
        let has_length =
            request.find("content-length").is_some() || request.find("transfer-encoding").is_some();
        if !has_length && (!request.body.is_empty() || request.method == "PUT") {
            let length = request.body.len().to_string();
            request = request.header("Content-Length", &length);
        }
        if request.auth == Auth::Key && request.find("authorization").is_none() {
            let signature = request.client.sign(&request.string_to_sign());
            let value = format!("SharedKey {}:{signature}", request.client.account);
            request = request.header("Authorization", &value);
        }
        let table_scheme = match request.auth {
            Auth::TableKey => Some("SharedKey"),
            Auth::TableKeyLite => Some("SharedKeyLite"),
            Auth::Key | Auth::Nothing => None,
        };
        if let Some(scheme) = table_scheme.filter(|_| request.find("authorization").is_none()) {
            let signature = request.client.sign(&request.table_string_to_sign());
            let value = format!("{scheme} {}:{signature}", request.client.account);
            request = request.header("Authorization", &value);
        }
        let host = request.host.as_deref().unwrap_or(&request.client.address);
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n",
            request.method,
            request.target()
        );
        for (name, value) in &request.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        (head.into_bytes(), request.body, request.method)
    }

    fn target(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
        let pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        if pairs.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, pairs.join("&"))
        }
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn table_string_to_sign(&self) -> String {
        let value = |name| self.find(name).unwrap_or_default();
        let mut comp = self.query.iter().filter(|(name, _)| name == "comp");
        let comp = comp
            .next()
            .map_or(String::new(), |(_, comp)| format!("?comp={comp}"));
        let account = self.client.account.trim_end_matches("-secondary");
        let end = format!("{}\n/{account}{}{comp}", value("x-ms-date"), self.path);
        if self.auth == Auth::TableKeyLite {
            return end;
        }
        let (md5, kind) = (value("content-md5"), value("content-type"));
        format!("{}\n{md5}\n{kind}\n{end}", self.method)
    }

    fn string_to_sign(&self) -> String {
        let standard = [
            "content-encoding",
            "content-language",
            "content-length",
            "content-md5",
            "content-type",
            "date",
            "if-modified-since",
            "if-match",
            "if-none-match",
            "if-unmodified-since",
            "range",
        ];
        let mut text = self.method.to_owned();
        for name in standard {
            let value = self.find(name).unwrap_or_default();
            let _ = write!(
                text,
                "\n{}",
                if name == "content-length" && value == "0" {
                    ""
                } else {
                    value
                }
            );
        }
        text.push('\n');
        let mut own: Vec<(String, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.as_str()))
            .filter(|(name, _)| name.starts_with("x-ms-"))
            .collect();
        own.sort();
        for (name, value) in own {
            let _ = writeln!(text, "{name}:{}", value.trim());
        }
        let account = self
            .client
            .account
            .strip_suffix("-secondary")
            .unwrap_or(&self.client.account);
        let _ = write!(text, "/{account}{}", self.path);
        let mut query: Vec<(String, &str)> = self
            .query
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.as_str()))
            .collect();
        query.sort();
        for (name, value) in query {
            let _ = write!(text, "\n{name}:{value}");
        }
        text
    }
}

impl Reply {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// `x-ms-error-code`, or the code in the body.
    pub fn code(&self) -> String {
        let text = self.text();
        let ends = [
            ("<Code>", "</Code>"),
            ("<m:code>", "</m:code>"),
            ("\"code\":\"", "\""),
        ];
        let in_body = || {
            let mut found = ends
                .iter()
                .filter_map(|(open, close)| between(&text, open, close));
            found.next().unwrap_or_default()
        };
        self.header("x-ms-error-code")
            .map_or_else(in_body, str::to_owned)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The texts of all elements of this name, unchanged.
    pub fn all(&self, element: &str) -> Vec<String> {
        let text = self.text();
        let open = format!("<{element}>");
        let pieces = text.split(&open).skip(1);
        pieces
            .filter_map(|piece| {
                piece
                    .split_once(&format!("</{element}>"))
                    .map(|(inner, _)| inner.to_owned())
            })
            .collect()
    }

    /// The text of the first element of this name.
    pub fn one(&self, element: &str) -> String {
        self.all(element).into_iter().next().unwrap_or_default()
    }

    /// Fails the case unless the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "code {}, body {}",
            self.code(),
            self.text()
        );
        self
    }

    /// Fails the case unless status and code are these.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let seen = self.code();
        assert_eq!(
            (self.status, seen.as_str()),
            (status, code),
            "body {}",
            self.text()
        );
        self
    }
}

fn between(text: &str, open: &str, close: &str) -> Option<String> {
    Some(text.split_once(open)?.1.split_once(close)?.0.to_owned())
}

fn read_reply(socket: impl io::Read, method: &str) -> io::Result<Reply> {
    let mut reader = BufReader::new(socket);
    loop {
        let (status, headers) = read_head(&mut reader)?;
        if status == 100 {
            continue;
        }
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        if method != "HEAD" && status != 204 && status != 304 {
            reply.body = read_body(&mut reader, &reply)?;
        }
        return Ok(reply);
    }
}

fn read_head(reader: &mut BufReader<impl io::Read>) -> io::Result<(u16, Vec<(String, String)>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let status = lines
        .first()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status line: {lines:?}")))?;
    let pair = |line: &String| {
        line.split_once(':')
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
    };
    Ok((status, lines[1..].iter().filter_map(pair).collect()))
}

fn read_body(reader: &mut BufReader<impl io::Read>, reply: &Reply) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if reply
        .header("transfer-encoding")
        .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let begin = body.len();
            body.resize(begin + size, 0);
            reader.read_exact(&mut body[begin..])?;
            reader.read_line(&mut String::new())?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    match reply.header("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) => {
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
        }
        _ => {
            reader.read_to_end(&mut body)?;
        }
    }
    Ok(body)
}

/// `Sun, 22 Nov 2026 10:10:02 GMT`.
pub fn http_date(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .expect("a time after 1970")
        .as_secs();
    let stamp = jiff::Timestamp::from_second(seconds as i64).expect("a time before 9999");
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&stamp)
        .expect("a date")
}

/// `2026-11-22T10:10:02Z`, so many seconds from now.
pub fn iso_date(from_now_seconds: i64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time after 1970")
        .as_secs() as i64;
    jiff::Timestamp::from_second(now + from_now_seconds)
        .expect("a time before 9999")
        .to_string()
}

/// MD5 in base64.
pub fn md5(bytes: &[u8]) -> String {
    use md5::Digest as _;
    STANDARD.encode(md5::Md5::digest(bytes))
}

/// CRC-64/NVME bit by bit, base64 of its little-endian bytes: slow but obviously correct.
pub fn crc64(bytes: &[u8]) -> String {
    let mut crc = u64::MAX;
    for byte in bytes {
        crc ^= u64::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0x9A6C_9329_AC4B_C9B5
            } else {
                crc >> 1
            };
        }
    }
    STANDARD.encode((!crc).to_le_bytes())
}

/// Base64.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
