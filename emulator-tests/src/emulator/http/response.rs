//! An answer: status, headers and payload. A call fills it, and the connection sends it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use super::payload::{Payload, gather};
use super::wire::Wire;
use crate::emulator::error::Refusal;
use crate::emulator::xml::Writer;

/// Bodies up to this size are sent in one call with the head.
const TOGETHER_BYTES: u64 = 32 * 1024;

/// One answer.
#[derive(Debug)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The reason phrase of a refusal: the service sends its message there.
    pub reason: Option<Cow<'static, str>>,
    /// Headers in order, except those of the framing.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub payload: Payload,
    /// What the request log shows about it.
    pub labels: Labels,
    /// Whether the length in the headers is not the body's: no other request can follow.
    pub framing_broken: bool,
}

/// The call, the credential and the error code, for the log and the counters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// The REST call, such as `PutBlock`.
    pub operation: &'static str,
    /// The kind of credential.
    pub auth: &'static str,
    /// The error code of a refusal.
    pub code: Option<String>,
}

impl Response {
    /// An answer without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            reason: None,
            headers: Vec::with_capacity(16),
            payload: Payload::Empty,
            labels: Labels::default(),
            framing_broken: false,
        }
    }

    /// 200 with an XML document.
    pub fn xml(writer: Writer) -> Self {
        let mut response = Self::new(200).header("Content-Type", "application/xml");
        response.payload = Payload::Document(writer.finish());
        response
    }

    /// One more header.
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// One more header when there is a value.
    pub fn header_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    /// Adds a header in place.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.headers.push((name.into(), value.into()));
    }

    /// Replaces a header's value, or adds the header.
    pub fn replace(&mut self, name: &'static str, value: impl Into<String>) {
        self.remove(name);
        self.set(name, value);
    }

    /// Removes a header.
    pub fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// A header's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The answer to a refused request. The message contains the request's id and time, as the
    /// service's does.
    pub fn refused(refusal: &Refusal, request_id: &str, time: &str) -> Self {
        let mut response =
            Self::new(refusal.status).header("x-ms-error-code", refusal.code.clone());
        response.labels.code = Some(refusal.code.clone().into_owned());
        response.reason = Some(refusal.message.clone());
        if refusal.status == 304 {
            for (name, value) in &refusal.headers {
                response.set(*name, value.clone());
            }
            return response;
        }
        let mut xml = Writer::new();
        xml.open("Error", &[]);
        xml.leaf("Code", &refusal.code);
        xml.leaf(
            "Message",
            &format!("{}\nRequestId:{request_id}\nTime:{time}", refusal.message),
        );
        for (element, text) in &refusal.details {
            xml.leaf(element, text);
        }
        for (name, value) in &refusal.headers {
            response.set(*name, value.clone());
        }
        xml.close("Error");
        response.set("Content-Type", "application/xml");
        response.payload = Payload::Document(xml.finish());
        response
    }

    /// The same without its document: an answer to HEAD has no content type for a body that it does
    /// not send.
    pub fn without_document(mut self) -> Self {
        self.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        self.payload = Payload::Empty;
        self
    }

    /// The bytes up to the blank line.
    pub fn head_bytes(&self, keep_alive: bool) -> Vec<u8> {
        let mut text = String::with_capacity(768);
        let _ = write!(text, "HTTP/1.1 {} ", self.status);
        self.push_reason(&mut text);
        text.push_str("\r\n");
        for (name, value) in &self.headers {
            text.push_str(name);
            text.push_str(": ");
            // A stored value must not be able to begin another header.
            if value
                .bytes()
                .any(|byte| matches!(byte, b'\r' | b'\n' | b'\0'))
            {
                text.extend(
                    value
                        .chars()
                        .filter(|one| !matches!(one, '\r' | '\n' | '\0')),
                );
            } else {
                text.push_str(value);
            }
            text.push_str("\r\n");
        }
        if self.status != 304 && self.status != 204 && self.get("content-length").is_none() {
            let _ = write!(text, "Content-Length: {}\r\n", self.payload.length());
        }
        if !keep_alive {
            text.push_str("Connection: close\r\n");
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// Appends the reason phrase: the message of a refusal, else that of the status.
    pub fn push_reason(&self, text: &mut String) {
        let phrase = self.reason.as_deref().unwrap_or(reason(self.status));
        text.extend(phrase.chars().filter(|one| matches!(one, ' '..='~')));
    }

    /// Sends head and body; only the head when the request was HEAD.
    pub fn send(&self, wire: &mut Wire, head_only: bool, keep_alive: bool) -> io::Result<()> {
        let mut head = self.head_bytes(keep_alive);
        if head_only || self.payload.sent_bytes() == 0 {
            wire.send(&head, false)?;
            return wire.end_output();
        }
        if wire.has_output_faults() {
            // Faults count the bytes of the body only.
            wire.send_without_faults(&head)?;
            self.send_payload(wire)?;
            return wire.end_output();
        }
        match &self.payload {
            Payload::Document(bytes) => wire.send_all(&[&head, bytes]),
            Payload::Pieces(pieces, length) if *length <= TOGETHER_BYTES => {
                for piece in pieces {
                    piece.read(|bytes| head.extend_from_slice(bytes))?;
                }
                wire.send(&head, false)
            }
            _ => {
                wire.send(&head, true)?;
                self.send_payload(wire)
            }
        }
    }

    /// Head and body, as they are sent while the connection stays open.
    pub fn to_bytes(&self, head_only: bool) -> io::Result<Vec<u8>> {
        let mut bytes = self.head_bytes(true);
        match &self.payload {
            _ if head_only => {}
            Payload::Document(document) => bytes.extend_from_slice(document),
            Payload::Pieces(pieces, _) => bytes.extend(gather(pieces)?),
            Payload::Empty | Payload::Length(_) => {}
        }
        Ok(bytes)
    }

    fn send_payload(&self, wire: &mut Wire) -> io::Result<()> {
        match &self.payload {
            Payload::Document(bytes) => wire.send(bytes, false),
            Payload::Pieces(pieces, _) => pieces.iter().try_for_each(|piece| piece.send(wire)),
            Payload::Empty | Payload::Length(_) => Ok(()),
        }
    }
}

/// The reason phrase of a status.
pub fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        416 => "Requested Range Not Satisfiable",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        _ => "Status",
    }
}
