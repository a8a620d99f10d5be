//! A request's head: method, raw target and headers, unchanged.
//!
//! Signatures are checked against the raw text, so nothing here decodes or normalises anything.

use std::ops::Range;

use crate::emulator::error::{Refusal, ServiceResult};

/// The most header lines a request may have.
const HEADERS_MAX: usize = 128;

/// One parsed head. It owns its text, so that it outlives the connection's buffer.
#[derive(Debug)]
pub struct Head {
    text: String,
    method: Range<usize>,
    target: Range<usize>,
    headers: Vec<(Range<usize>, Range<usize>)>,
    minor_version: u8,
    /// Whether it is a request of a batch, whose version is in the batch's own head.
    pub in_batch: bool,
    /// What the fault plan does to the request.
    pub faults: RequestFaults,
}

/// Faults that the service applies while it serves a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestFaults {
    /// Send the whole blob whatever range was asked for.
    pub ignore_range: bool,
    /// Send the blob's first bytes, as many as were asked for, as if they were the whole blob.
    pub first_bytes: bool,
    /// Send another range, so many bytes later, with its own correct label.
    pub move_range: i64,
    /// Treat the request's conditions as met.
    pub ignore_conditions: bool,
    /// The most entities of a page.
    pub page_entities: Option<u32>,
    /// Refuse the change set of a batch with this status, inside of the batch's answer.
    pub batch_status: Option<u16>,
}

/// What the front of the input contains.
pub enum ParsedHead {
    /// A whole head of so many bytes.
    Whole(Head, usize),
    /// The head's end has not arrived.
    Partial,
}

impl Head {
    /// Parses a head at the front of `input`. A malformed one is 400.
    pub fn parse(input: &[u8]) -> ServiceResult<ParsedHead> {
        let mut slots = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Request::new(&mut slots);
        let length = match parsed.parse(input) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(ParsedHead::Partial),
            Err(httparse::Error::TooManyHeaders) => return Err(too_many_headers()),
            Err(_) => return Err(malformed()),
        };
        let text = std::str::from_utf8(&input[..length]).map_err(|_| malformed())?;
        let span = |part: &[u8]| {
            let start = part.as_ptr().addr() - input.as_ptr().addr();
            start..start + part.len()
        };
        let headers = parsed
            .headers
            .iter()
            .map(|line| (span(line.name.as_bytes()), span(line.value)))
            .collect();
        let head = Self {
            method: span(parsed.method.unwrap_or_default().as_bytes()),
            target: span(parsed.path.unwrap_or_default().as_bytes()),
            headers,
            minor_version: parsed.version.unwrap_or(1),
            in_batch: false,
            faults: RequestFaults::default(),
            text: text.to_owned(),
        };
        Ok(ParsedHead::Whole(head, length))
    }

    /// `PUT`.
    pub fn method(&self) -> &str {
        &self.text[self.method.clone()]
    }

    /// Path and query as on the request line. An absolute-form target loses its scheme and
    /// authority.
    pub fn target(&self) -> &str {
        let target = &self.text[self.target.clone()];
        match target.split_once("://") {
            Some((_, rest)) if !target.starts_with('/') => {
                rest.find('/').map_or("/", |at| &rest[at..])
            }
            _ => target,
        }
    }

    /// The path, still percent-encoded.
    pub fn raw_path(&self) -> &str {
        self.target()
            .split_once('?')
            .map_or(self.target(), |(path, _)| path)
    }

    /// The query without `?`, still percent-encoded.
    pub fn raw_query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    /// The first header of this name, in any case. A request asks for dozens of names, so lengths are
    /// compared first.
    pub fn header(&self, name: &str) -> Option<&str> {
        let text = self.text.as_bytes();
        let is_named = |range: &Range<usize>| {
            range.len() == name.len() && text[range.clone()].eq_ignore_ascii_case(name.as_bytes())
        };
        let line = self.headers.iter().find(|(other, _)| is_named(other));
        line.map(|(_, value)| &self.text[value.clone()])
    }

    /// Like [`Head::header`], with an empty text for an absent header.
    pub fn header_or_empty(&self, name: &str) -> &str {
        self.header(name).unwrap_or_default()
    }

    /// A header that is required.
    pub fn required(&self, name: &'static str) -> ServiceResult<&str> {
        self.header(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::missing_header(name))
    }

    /// A header read as a number.
    pub fn number(&self, name: &'static str) -> ServiceResult<Option<u64>> {
        self.header(name)
            .map(|value| {
                value
                    .parse()
                    .map_err(|_| Refusal::invalid_header(name, value))
            })
            .transpose()
    }

    /// All headers in order, values trimmed by the parser.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (&self.text[name.clone()], &self.text[value.clone()]))
    }

    /// Whether another request may follow on this connection.
    pub fn keep_alive(&self) -> bool {
        let connection = self.header_or_empty("connection");
        if self.minor_version == 0 {
            connection.eq_ignore_ascii_case("keep-alive")
        } else {
            !connection
                .split(',')
                .any(|word| word.trim().eq_ignore_ascii_case("close"))
        }
    }

    /// The body's length. A chunked body is 411, because the service requires a length.
    pub fn content_length(&self) -> ServiceResult<Option<u64>> {
        if self.header("transfer-encoding").is_some() {
            return Err(Refusal::new(
                411,
                "MissingContentLengthHeader",
                "The Content-Length header was not specified.",
            ));
        }
        let mut lengths = self
            .headers()
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let first = lengths.next().map(|(_, value)| value);
        if lengths.any(|(_, value)| Some(value) != first) {
            return Err(malformed());
        }
        first
            .map(|value| parse_length(value).ok_or_else(malformed))
            .transpose()
    }
}

fn parse_length(value: &str) -> Option<u64> {
    value
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| value.parse().ok())?
}

fn malformed() -> Refusal {
    Refusal::new(
        400,
        "InvalidInput",
        "The request could not be read as HTTP/1.1.",
    )
}

fn too_many_headers() -> Refusal {
    Refusal::new(400, "InvalidInput", "The request has too many headers.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Head {
        match Head::parse(text.as_bytes()) {
            Ok(ParsedHead::Whole(head, length)) => {
                assert_eq!(length, text.len());
                head
            }
            _ => panic!("no head in {text:?}"),
        }
    }

    #[test]
    fn the_target_stays_raw_and_loses_only_its_authority() {
        let head = whole("GET http://h:1/a%20b?c=%2F HTTP/1.1\r\nX-A:  v \r\n\r\n");
        assert_eq!((head.raw_path(), head.raw_query()), ("/a%20b", "c=%2F"));
        assert_eq!(head.header("x-a"), Some("v"));
    }

    #[test]
    fn two_different_lengths_and_chunked_bodies_are_refused() {
        let twice = whole("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
        assert_eq!(twice.content_length().unwrap_err().status, 400);
        let chunked = whole("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert_eq!(chunked.content_length().unwrap_err().status, 411);
        assert_eq!(
            whole("PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\n")
                .content_length()
                .unwrap_err()
                .status,
            400
        );
    }

    #[test]
    fn half_a_head_waits_and_a_malformed_one_is_refused() {
        assert!(matches!(
            Head::parse(b"GET / HTTP/1.1\r\nHost: a"),
            Ok(ParsedHead::Partial)
        ));
        assert_eq!(
            Head::parse(b"\x01\x02\r\n\r\n")
                .err()
                .map(|refusal| refusal.status),
            Some(400)
        );
    }
}
