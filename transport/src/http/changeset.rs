//! The answer to an entity group transaction of the table service: several operations that are all done
//! or none. <https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions>
//!
//! The service answers 202 in every case. The body is a multipart in a multipart. It has one part for
//! each operation, or one single part with the refusal, which may be a 503 and is retried like any
//! other. The message of the refusal names the operation (`http/failure.rs`).

use std::time::SystemTime;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::batch::{Lines, PartAnswer, boundary, read_batch, read_part};
use super::failure::failure;
use super::request_secrets::RequestSecrets;
use crate::service::Dialect;
use crate::{Error, Kind, Result};

/// Checks that all operations were done.
///
/// Fails with the refusal where there is one, and with [`Kind::Protocol`] where the body does not have
/// an answer for each operation; they may have been done then.
pub(crate) fn check_changeset(
    operations: usize,
    dialect: &Dialect,
    content_type: Option<&HeaderValue>,
    body: &Bytes,
    secrets: &RequestSecrets,
    now: SystemTime,
) -> Result<()> {
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let malformed = |what: &str| Error::new(Kind::Protocol, what);
    let answers = read_changeset(content_type.unwrap_or_default(), body)
        .ok_or_else(|| malformed("the service's answer to a batch of entities is malformed"))?;
    if let Some(refusal) = answers.iter().find(|answer| !answer.status.is_success()) {
        let PartAnswer {
            status,
            headers,
            body,
            ..
        } = refusal;
        return Err(failure(
            dialect,
            status.as_u16(),
            headers,
            body,
            secrets,
            now,
        ));
    }
    if answers.len() != operations {
        return Err(malformed(&format!(
            "the service answered {} of the {operations} operations of a batch",
            answers.len()
        )));
    }
    Ok(())
}

/// Reads the answers; `None` where the body is malformed. A refusal of the whole may stand in the outer
/// multipart.
fn read_changeset(content_type: &str, body: &Bytes) -> Option<Vec<PartAnswer>> {
    let delimiter = format!("--{}", boundary(content_type)?);
    let from = memchr::memmem::find(body, delimiter.as_bytes())? + delimiter.len();
    let end = from + memchr::memmem::find(&body[from..], delimiter.as_bytes())?;
    let part = body.slice(from..end);
    let mut lines = Lines { part: &part, at: 0 };
    // The end of the delimiter's line.
    lines.next()?;
    let headers = lines.headers()?;
    let inner = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    if boundary(inner).is_none() {
        return Some(vec![read_part(&part)?]);
    }
    read_batch(inner, &part.slice(lines.at..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Service;

    const KIND: &str = "multipart/mixed; boundary=batchresponse_1";

    /// An answer with these parts, with line ends of this form.
    fn answer(parts: &[&str], line_end: &str) -> Bytes {
        let mut text =
            "--batchresponse_1\nContent-Type: multipart/mixed; boundary=changesetresponse_2\n\n"
                .to_owned();
        for part in parts {
            text.push_str("--changesetresponse_2\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\n");
            text.push_str(part);
            text.push('\n');
        }
        text.push_str("--changesetresponse_2--\n--batchresponse_1--\n");
        text.replace('\n', line_end).into()
    }

    const DONE: &str =
        "HTTP/1.1 204 No Content\nContent-ID: 1\nDataServiceVersion: 3.0;\nETag: W/\"x\"\n\n\n";
    const EXISTS: &str = "HTTP/1.1 409 Conflict\nContent-Type: application/json\n\n{\"odata.error\":{\"code\":\"EntityAlreadyExists\",\"message\":{\"lang\":\"en-US\",\"value\":\"1:It exists.\"}}}\n";
    const BUSY: &str = "HTTP/1.1 503 Service Unavailable\nRetry-After: 7\n\n{\"odata.error\":{\"code\":\"ServerBusy\",\"message\":{\"lang\":\"en-US\",\"value\":\"The server is busy.\"}}}\n";

    fn check(operations: usize, kind: &'static str, body: &Bytes) -> Result<()> {
        let kind = HeaderValue::from_static(kind);
        check_changeset(
            operations,
            Service::Table.dialect(),
            Some(&kind),
            body,
            &RequestSecrets::default(),
            SystemTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_success_for_each_operation_is_success() {
        for line_end in ["\r\n", "\n"] {
            assert!(check(2, KIND, &answer(&[DONE, DONE], line_end)).is_ok());
            let error = check(3, KIND, &answer(&[DONE, DONE], line_end)).unwrap_err();
            assert_eq!(error.kind(), Kind::Protocol);
        }
        let quoted = "multipart/mixed; boundary=\"batchresponse_1\"";
        assert!(check(1, quoted, &answer(&[DONE], "\r\n")).is_ok());
    }

    #[test]
    fn one_refusal_is_the_answer_to_all_operations() {
        let error = check(3, KIND, &answer(&[EXISTS], "\r\n")).unwrap_err();
        assert_eq!(error.status(), Some(409));
        assert_eq!(error.code(), Some("EntityAlreadyExists"));
        assert_eq!(error.operation(), Some(1));
        let error = check(3, KIND, &answer(&[BUSY], "\n")).unwrap_err();
        assert_eq!(
            (error.status(), error.retry_after_ms(), error.operation()),
            (Some(503), Some(7000), None)
        );
    }

    #[test]
    fn a_refusal_of_the_whole_may_stand_in_the_outer_multipart() {
        let body = format!(
            "--batchresponse_1\nContent-Type: application/http\n\n{EXISTS}--batchresponse_1--\n"
        );
        let error = check(2, KIND, &body.into()).unwrap_err();
        assert_eq!(error.code(), Some("EntityAlreadyExists"));
    }

    #[test]
    fn a_body_that_is_cut_anywhere_is_no_answer() {
        let whole = answer(&[DONE, DONE], "\r\n");
        let end = whole.len() - "--batchresponse_1--\r\n".len();
        for length in 0..end {
            let error = check(2, KIND, &whole.slice(..length)).unwrap_err();
            assert_eq!(error.kind(), Kind::Protocol, "{length}");
        }
        assert!(check(2, "text/plain", &whole).is_err());
    }
}
