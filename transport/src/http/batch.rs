//! Blob Batch: several requests in the body of one, each with its own authorization and its own
//! answer. <https://learn.microsoft.com/rest/api/storageservices/blob-batch>
//!
//! Each attempt composes the body anew, because the parts are signed like any request
//! (`compose.rs`). Every part has its place in the batch as its id, by which answers name it. Both
//! bodies are `multipart/mixed` with parts of `application/http`
//! (<https://www.rfc-editor.org/rfc/rfc2046#section-5.1>).

use std::time::SystemTime;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::Request;
use super::common_headers::CommonHeaders;
use super::compose::sign_head;
use crate::Result;
use crate::auth::Authorization;

/// The beginning of the boundary; the id of the request follows.
const BOUNDARY: &str = "batch_";

/// The body of a batch, and its content type.
pub(super) struct BatchBody {
    pub(super) bytes: Bytes,
    pub(super) content_type: HeaderValue,
}

/// Composes the body of a batch as it is sent at `now`. Fails when a part holds what HTTP cannot
/// carry.
pub(super) fn compose_batch(
    parts: &[Request],
    authorization: &Authorization<'_>,
    common_headers: &CommonHeaders,
    request_id: &HeaderValue,
    now: SystemTime,
) -> Result<BatchBody> {
    let boundary = [BOUNDARY.as_bytes(), request_id.as_bytes()].concat();
    let mut body = Vec::with_capacity(parts.len() * 512);
    for (id, part) in parts.iter().enumerate() {
        let mut headers = HeaderMap::with_capacity(part.headers.len() + 4);
        let (target, _) = sign_head(
            part,
            Some(0),
            authorization,
            common_headers,
            now,
            &mut headers,
        )?;
        body.extend_from_slice(b"--");
        body.extend_from_slice(&boundary);
        let head = format!(
            "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: {id}\r\n\r\n{} {target} HTTP/1.1\r\n",
            part.method
        );
        body.extend_from_slice(head.as_bytes());
        for (name, value) in &headers {
            body.extend_from_slice(name.as_str().as_bytes());
            body.extend_from_slice(b": ");
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--");
    body.extend_from_slice(&boundary);
    body.extend_from_slice(b"--\r\n");
    let content_type = [b"multipart/mixed; boundary=", &*boundary].concat();
    Ok(BatchBody {
        bytes: body.into(),
        content_type: HeaderValue::from_bytes(&content_type).expect("an id is plain text"),
    })
}

/// The answer to one part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PartAnswer {
    /// The place of the part in the batch; `None` in an answer about the batch as a whole.
    pub(crate) id: Option<usize>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Reads the answers to a batch; `None` where the body is malformed.
///
/// The answers may come in any order, and some may be missing. Line ends without a carriage return
/// are accepted, as RFC 9112 (2.2) allows for the head of an answer.
pub(crate) fn read_batch(content_type: &str, body: &Bytes) -> Option<Vec<PartAnswer>> {
    let delimiter = format!("--{}", boundary(content_type)?);
    let mut at = memchr::memmem::find(body, delimiter.as_bytes())? + delimiter.len();
    let mut answers = Vec::new();
    while !body[at..].starts_with(b"--") {
        let length = memchr::memmem::find(&body[at..], delimiter.as_bytes())?;
        answers.push(read_part(&body.slice(at..at + length))?);
        at += length + delimiter.len();
    }
    Some(answers)
}

/// The boundary that a content type names, with or without quotes.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let mut fields = content_type.split(';').map(str::trim);
    if !fields.next()?.eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let boundary = fields.find_map(|field| {
        let (name, value) = field.split_once('=')?;
        let is_boundary = name.trim_end().eq_ignore_ascii_case("boundary");
        is_boundary.then(|| value.trim().trim_matches('"'))
    })?;
    (!boundary.is_empty()).then_some(boundary)
}

/// Reads one part: its own headers, a status line, the headers of the answer, and its body.
pub(super) fn read_part(part: &Bytes) -> Option<PartAnswer> {
    let mut lines = Lines { part, at: 0 };
    // The end of the delimiter's line.
    lines.next()?;
    let own_headers = lines.headers()?;
    let id = match own_headers.get("content-id") {
        Some(id) => Some(id.to_str().ok()?.trim().parse().ok()?),
        None => None,
    };
    let mut status_line = lines.next()?.splitn(3, ' ');
    if !status_line.next()?.starts_with("HTTP/") {
        return None;
    }
    let status = StatusCode::from_bytes(status_line.next()?.as_bytes()).ok()?;
    let headers = lines.headers()?;
    Some(PartAnswer {
        id,
        status,
        headers,
        body: part.slice(lines.at..),
    })
}

/// The lines of a part's head.
pub(super) struct Lines<'a> {
    pub(super) part: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Lines<'a> {
    /// The next line, without its end; `None` where no line ends any more.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let rest = &self.part[self.at..];
        let end = memchr::memchr(b'\n', rest)?;
        self.at += end + 1;
        let line = &rest[..end];
        std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()
    }

    /// The headers up to the empty line after them.
    pub(super) fn headers(&mut self) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        loop {
            let line = self.next()?;
            if line.is_empty() {
                return Some(headers);
            }
            let (name, value) = line.split_once(':')?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_str(value.trim()).ok()?);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use hyper::Method;

    use super::*;
    use crate::auth::{Credential, Secret};
    use crate::http::{Account, Endpoint, Scheme};
    use crate::service::Service;

    const ID: &str = "0a1b2c3d-0000-4000-8000-000000000000";

    fn deletions(credential: Credential) -> Vec<Request> {
        let endpoint = Endpoint {
            scheme: Scheme::Http,
            host: "127.0.0.1".into(),
            port: 10_000,
        };
        let account = Arc::new(Account::new(Service::Blob, endpoint, credential));
        let delete = |path: &str| Request::new(Method::DELETE, &account, path);
        vec![
            delete("/a/c/one").header("if-match", "\"0x1\""),
            delete("/a/c/two%20").query("snapshot", "2011-03-09T01:42:34.9360000Z"),
        ]
    }

    fn composed(credential: Credential) -> String {
        let parts = deletions(credential);
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(498_708);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let authorization = runtime.block_on(parts[0].authorization(now)).unwrap();
        let common_headers = CommonHeaders::new("azring").unwrap();
        let id = HeaderValue::from_static(ID);
        let body = compose_batch(&parts, &authorization, &common_headers, &id, now).unwrap();
        assert_eq!(
            body.content_type,
            format!("multipart/mixed; boundary=batch_{ID}")
        );
        String::from_utf8(body.bytes.into()).unwrap()
    }

    #[test]
    fn a_batch_has_the_form_that_the_service_documents() {
        let expected = format!(
            "--batch_{ID}\r\n\
             Content-Type: application/http\r\n\
             Content-Transfer-Encoding: binary\r\n\
             Content-ID: 0\r\n\
             \r\n\
             DELETE /a/c/one HTTP/1.1\r\n\
             if-match: \"0x1\"\r\n\
             content-length: 0\r\n\
             \r\n\
             --batch_{ID}\r\n\
             Content-Type: application/http\r\n\
             Content-Transfer-Encoding: binary\r\n\
             Content-ID: 1\r\n\
             \r\n\
             DELETE /a/c/two%20?snapshot=2011-03-09T01%3A42%3A34.9360000Z HTTP/1.1\r\n\
             content-length: 0\r\n\
             \r\n\
             --batch_{ID}--\r\n"
        );
        assert_eq!(composed(Credential::Anonymous), expected);
    }

    #[test]
    fn every_part_is_authorized_by_itself_with_a_key() {
        let key = Credential::SharedKey {
            account: "a".into(),
            key: Secret::new(b"key".to_vec()),
        };
        let body = composed(key);
        let signatures: Vec<&str> = body
            .split("authorization: SharedKey a:")
            .skip(1)
            .map(|rest| rest.split("\r\n").next().unwrap())
            .collect();
        assert_eq!(signatures.len(), 2);
        assert_ne!(signatures[0], signatures[1]);
        assert_eq!(body.matches("x-ms-date: Sun, 22 Nov 2026").count(), 2);
        // The parts have the version of the batch, and the service refuses one of their own.
        assert!(!body.contains("x-ms-version"));
    }

    #[test]
    fn every_part_has_the_signature_of_a_sas() {
        let body = composed(Credential::Sas(Secret::new("sv=1&sig=x".into())));
        assert!(body.contains("DELETE /a/c/one?sv=1&sig=x HTTP/1.1\r\n"));
        assert!(body.contains("9360000Z&sv=1&sig=x HTTP/1.1\r\n"));
    }

    const ANSWER: &str = "--batchresponse_1\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
        HTTP/1.1 202 Accepted\r\nx-ms-request-id: 7\r\n\r\n\
        --batchresponse_1\r\nContent-Type: application/http\r\nContent-ID: 0\r\n\r\n\
        HTTP/1.1 404 The specified blob does not exist.\r\nx-ms-error-code: BlobNotFound\r\n\
        Content-Length: 3\r\n\r\n<E>\r\n--batchresponse_1--";

    fn read(content_type: &str, body: &str) -> Option<Vec<PartAnswer>> {
        read_batch(content_type, &Bytes::from(body.to_owned()))
    }

    #[test]
    fn answers_are_read_with_ids_statuses_headers_and_bodies() {
        for answer in [ANSWER.to_owned(), ANSWER.replace("\r\n", "\n")] {
            let answers = read("multipart/mixed; boundary=batchresponse_1", &answer).unwrap();
            assert_eq!(answers.len(), 2);
            assert_eq!((answers[0].id, answers[0].status.as_u16()), (Some(1), 202));
            assert_eq!(answers[0].headers["x-ms-request-id"], "7");
            assert_eq!((answers[1].id, answers[1].status.as_u16()), (Some(0), 404));
            assert_eq!(answers[1].headers["x-ms-error-code"], "BlobNotFound");
            assert_eq!(answers[1].body.trim_ascii(), b"<E>");
        }
    }

    #[test]
    fn an_answer_about_the_whole_batch_has_no_id() {
        let whole = "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n--b--";
        let answers = read("multipart/mixed; boundary=\"b\"", whole).unwrap();
        assert_eq!((answers[0].id, answers[0].status.as_u16()), (None, 400));
    }

    #[test]
    fn a_malformed_answer_is_none() {
        let kind = "multipart/mixed; boundary=batchresponse_1";
        assert_eq!(read("application/xml", ANSWER), None);
        assert_eq!(read("multipart/mixed; boundary=", ANSWER), None);
        assert_eq!(read(kind, ""), None);
        assert_eq!(read(kind, &ANSWER[..ANSWER.len() - 3]), None);
        for (from, to) in [
            ("Content-ID: 0", "Content-ID: x"),
            ("HTTP/1.1 202", "202"),
            ("404", "44"),
        ] {
            assert_eq!(read(kind, &ANSWER.replace(from, to)), None, "{to}");
        }
    }
}
