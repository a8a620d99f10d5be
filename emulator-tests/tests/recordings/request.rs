//! A request to the emulator, before and after it is signed.

use std::fmt::Write as _;

use crate::cassette::Headers;

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// `PUT`.
    pub method: String,
    /// `account.blob.core.windows.net`.
    pub host: String,
    /// The path, percent-encoded.
    pub path: String,
    /// The query without `?`, percent-encoded.
    pub query: String,
    /// Headers with their names in lower case, without `Host` and `Content-Length`.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The bytes up to the blank line.
    pub fn head(&self) -> Vec<u8> {
        let mark = if self.query.is_empty() { "" } else { "?" };
        let mut text = format!(
            "{} {}{mark}{} HTTP/1.1\r\nhost: {}\r\n",
            self.method, self.path, self.query, self.host
        );
        if !self.body.is_empty() || matches!(self.method.as_str(), "PUT" | "POST") {
            let _ = write!(text, "content-length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers.0 {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        (text + "\r\n").into_bytes()
    }
}
