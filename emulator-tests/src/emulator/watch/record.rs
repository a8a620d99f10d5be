//! One served request, for the log and the counters.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::emulator::clock::Moment;
use crate::emulator::http::head::Head;
use crate::emulator::http::peer::Peer;
use crate::emulator::http::response::Labels;

/// Request headers that the log shows.
const SHOWN_HEADERS: [&str; 22] = [
    "content-length",
    "content-md5",
    "content-type",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
    "user-agent",
    "x-ms-blob-type",
    "x-ms-client-request-id",
    "x-ms-content-crc64",
    "x-ms-copy-source",
    "x-ms-copy-source-authorization",
    "x-ms-date",
    "x-ms-lease-id",
    "x-ms-page-write",
    "x-ms-range",
    "x-ms-source-range",
    "x-ms-version",
];

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeOutcome {
    /// The whole answer was passed to the kernel.
    Answered,
    /// The connection ended before that: the client closed it, or the fault plan ended it.
    Broken,
}

/// One exchange.
#[derive(Debug)]
pub struct RequestRecord<'a> {
    /// The request.
    pub head: &'a Head,
    /// Who sent it.
    pub peer: &'a Peer,
    /// The call, the credential and the error code; `None` for a request that was not served.
    pub labels: Option<&'a Labels>,
    /// Status of the answer; 0 when there was none.
    pub status: u16,
    /// The answer's request id.
    pub request_id: &'a str,
    /// Body bytes received.
    pub bytes_in: u64,
    /// Body bytes sent.
    pub bytes_out: u64,
    /// How it ended.
    pub outcome: ExchangeOutcome,
    /// Rules of the fault plan that were applied.
    pub faults: &'a [String],
    /// The time from the head's arrival to the answer's end.
    pub took: Duration,
}

impl RequestRecord<'_> {
    /// One line of the log. Signatures are masked.
    pub fn line(&self) -> String {
        let mut headers = Map::new();
        for name in SHOWN_HEADERS {
            if let Some(value) = self.head.header(name) {
                headers.insert(name.to_owned(), Value::String(masked_header(name, value)));
            }
        }
        let empty = Labels::default();
        let labels = self.labels.unwrap_or(&empty);
        json!({
            "time": Moment::now().iso8601(),
            "connection": self.peer.connection,
            "request_id": self.request_id,
            "method": self.head.method(),
            "path": self.head.raw_path(),
            "query": mask(self.head.raw_query()),
            "headers": headers,
            "operation": labels.operation,
            "auth": labels.auth,
            "status": self.status,
            "code": labels.code,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "outcome": match self.outcome { ExchangeOutcome::Answered => "answered", ExchangeOutcome::Broken => "broken" },
            "faults": self.faults,
            "micros": self.took.as_micros() as u64,
        })
        .to_string()
    }
}

fn masked_header(name: &str, value: &str) -> String {
    match (name, value.split_once('?')) {
        ("x-ms-copy-source-authorization", _) => "****".to_owned(),
        ("x-ms-copy-source", Some((path, query))) => format!("{path}?{}", mask(query)),
        _ => value.to_owned(),
    }
}

/// A query with its signatures masked.
fn mask(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if name.eq_ignore_ascii_case("sig") => format!("{name}=****"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_do_not_reach_the_log() {
        assert_eq!(mask("a=b&sig=secret%3D&c"), "a=b&sig=****&c");
        assert_eq!(
            masked_header("x-ms-copy-source", "http://h/c?Sig=secret"),
            "http://h/c?Sig=****"
        );
        assert_eq!(
            masked_header("x-ms-copy-source-authorization", "Bearer secret"),
            "****"
        );
    }
}
