//! The answer to a batch: parts of parts, with the lines and headers of the service.

use std::fmt::Write as _;

use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;

/// The headers of a part in the service's order.
const ORDER: [&str; 8] = [
    "X-Content-Type-Options",
    "Cache-Control",
    "Preference-Applied",
    "DataServiceVersion",
    "Content-Type",
    "Location",
    "DataServiceId",
    "ETag",
];

/// The body of an answer, part by part.
#[derive(Debug)]
pub(super) struct BatchAnswer {
    boundary: String,
    /// The boundary of the change set that is being answered.
    inner: Option<String>,
    text: String,
}

impl BatchAnswer {
    /// Begins an answer; `id` makes its boundary unique.
    pub(super) fn new(id: &str) -> Self {
        Self {
            boundary: format!("batchresponse_{id}"),
            inner: None,
            text: String::new(),
        }
    }

    /// Begins the answers to a change set.
    pub(super) fn begin_change_set(&mut self, id: &str) {
        let inner = format!("changesetresponse_{id}");
        let _ = write!(
            self.text,
            "--{}\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n",
            self.boundary
        );
        self.inner = Some(inner);
    }

    /// Ends them.
    pub(super) fn end_change_set(&mut self) {
        if let Some(inner) = self.inner.take() {
            let _ = write!(self.text, "--{inner}--\r\n");
        }
    }

    /// Adds an answer.
    pub(super) fn push(&mut self, id: Option<&str>, answer: &Response) {
        let boundary = self.inner.as_ref().unwrap_or(&self.boundary);
        let _ = write!(
            self.text,
            "--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 {} ",
            answer.status
        );
        answer.push_reason(&mut self.text);
        self.text.push_str("\r\n");
        if let Some(id) = id {
            let _ = write!(self.text, "Content-ID: {id}\r\n");
        }
        for name in ORDER {
            if let Some(value) = answer.get(name) {
                let _ = write!(self.text, "{name}: {value}\r\n");
            }
        }
        self.text.push_str("\r\n");
        if let Payload::Document(document) = &answer.payload {
            self.text.push_str(&String::from_utf8_lossy(document));
        }
        self.text.push_str("\r\n");
    }

    /// The `Content-Type` and the body.
    pub(super) fn finish(mut self) -> (String, Vec<u8>) {
        let _ = write!(self.text, "--{}--\r\n", self.boundary);
        let content_type = format!("multipart/mixed; boundary={}", self.boundary);
        (content_type, self.text.into_bytes())
    }
}
