//! `multipart/mixed` as Blob Batch uses it: each part is `application/http`, a request or an
//! answer.

use std::fmt::Write as _;

use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;

/// One part of a request's body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Its `Content-ID`.
    pub(super) id: &'a str,
    /// The request: line, headers and the blank line after them.
    pub(super) request: &'a str,
}

/// The boundary that a `Content-Type` names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let mut fields = content_type.split(';').map(str::trim);
    if !fields.next()?.eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let boundary = fields.find_map(|field| {
        let (name, value) = field.split_once('=')?;
        name.eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"'))
    })?;
    (!boundary.is_empty()).then_some(boundary)
}

/// The parts of a body; `None` for a malformed one.
pub(super) fn read<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let text = std::str::from_utf8(body).ok()?;
    let (parts, _) = text.split_once(&format!("--{boundary}--"))?;
    let delimiter = format!("--{boundary}\r\n");
    // Text before the first delimiter belongs to no part.
    parts.split(&delimiter).skip(1).map(read_part).collect()
}

fn read_part(text: &str) -> Option<Part<'_>> {
    let (headers, request) = text.split_once("\r\n\r\n")?;
    let id = headers.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-id")
            .then(|| value.trim())
    })?;
    let end = request.find("\r\n\r\n")? + 4;
    Some(Part {
        id,
        request: &request[..end],
    })
}

/// The answer's body, part by part.
#[derive(Debug)]
pub(super) struct Parts {
    boundary: String,
    body: Vec<u8>,
}

impl Parts {
    /// Begins an answer; `id` makes its boundary unique.
    pub(super) fn new(id: &str) -> Self {
        Self {
            boundary: format!("batchresponse_{id}"),
            body: Vec::new(),
        }
    }

    /// The `Content-Type` of the whole.
    pub(super) fn content_type(&self) -> String {
        format!("multipart/mixed; boundary={}", self.boundary)
    }

    /// Adds an answer.
    pub(super) fn push(&mut self, id: Option<&str>, answer: &Response) {
        let id = id
            .map(|id| format!("Content-ID: {id}\r\n"))
            .unwrap_or_default();
        let mut text = format!(
            "--{}\r\nContent-Type: application/http\r\n{id}\r\nHTTP/1.1 {} ",
            self.boundary, answer.status
        );
        answer.push_reason(&mut text);
        text.push_str("\r\n");
        // The service's order: the length before the type, the server last.
        let is_last = |name: &str| matches!(name, "Content-Type" | "Server");
        for (name, value) in answer.headers.iter().filter(|(name, _)| !is_last(name)) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let document: &[u8] = match &answer.payload {
            Payload::Document(document) => document,
            Payload::Empty | Payload::Length(_) | Payload::Pieces(..) => &[],
        };
        if !document.is_empty() {
            let _ = write!(text, "Content-Length: {}\r\n", document.len());
        }
        for (name, value) in answer.headers.iter().filter(|(name, _)| is_last(name)) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        self.body.extend_from_slice(text.as_bytes());
        if !document.is_empty() {
            self.body.extend_from_slice(document);
            self.body.extend_from_slice(b"\r\n");
        }
    }

    /// The whole body.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let end = format!("--{}--", self.boundary);
        self.body.extend_from_slice(end.as_bytes());
        self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_read_with_and_without_quotes() {
        assert_eq!(boundary("multipart/mixed; boundary=b_1"), Some("b_1"));
        assert_eq!(boundary("Multipart/Mixed;Boundary=\"b_1\""), Some("b_1"));
        assert_eq!(boundary("multipart/mixed; boundary= b_1"), Some("b_1"));
        assert_eq!(boundary("application/xml; boundary=b_1"), None);
        assert_eq!(boundary("multipart/mixed; boundary="), None);
        assert_eq!(boundary("multipart/mixed"), None);
    }

    #[test]
    fn parts_are_read_with_their_ids_and_a_body_without_its_end_is_none() {
        let body = "preamble--b\r\nContent-Type: application/http\r\nContent-ID: 7\r\n\r\nDELETE /c/a HTTP/1.1\r\nx-ms-date: d\r\n\r\n\r\n--b--";
        let parts = read(body.as_bytes(), "b").unwrap();
        assert_eq!(
            parts,
            [Part {
                id: "7",
                request: "DELETE /c/a HTTP/1.1\r\nx-ms-date: d\r\n\r\n"
            }]
        );
        assert_eq!(read(b"--b\r\n", "b"), None);
        assert_eq!(read(b"--b\r\nno id\r\n\r\nx\r\n\r\n--b--", "b"), None);
    }
}
