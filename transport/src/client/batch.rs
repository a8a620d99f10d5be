//! Sends a batch of requests, and gives each of its parts its own result.

use hyper::header::CONTENT_TYPE;

use super::Client;
use crate::http::{PartAnswer, Reply, Request, RequestSecrets, failure, read_batch};
use crate::{Error, Kind, Result};

/// The largest answer to a batch, in bytes: 256 refusals of about 1 KB each are usual.
const ANSWER_BYTES_MAX: usize = 4 << 20;

impl Client {
    /// Sends a batch ([`Request::parts`]) and returns one result for each part, in their order.
    ///
    /// The batch is sent again like any request, except after a 500. A part is not: its failure is its
    /// result. Fails when the service refuses the batch as a whole, also where it does so in the body of an
    /// answer with 202. Fails with [`Kind::Protocol`] when the answers cannot be assigned to the parts; some
    /// of the parts may have been done then.
    pub async fn send_batch(&self, batch: &Request) -> Result<Vec<Result<Reply>>> {
        let reply = self.send_with_cap(batch, ANSWER_BYTES_MAX).await?;
        let content_type = reply.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let answers = read_batch(content_type, &reply.body)
            .ok_or_else(|| malformed("the service's answer to a batch is malformed"))?;
        let now = self.clock().now();
        let authorization = batch.authorization(now).await?;
        let secrets = RequestSecrets::of(batch, &authorization);
        let dialect = batch.account.service.dialect();
        let refusal = |answer: &PartAnswer| {
            let PartAnswer {
                status,
                headers,
                body,
                ..
            } = answer;
            let error = failure(dialect, status.as_u16(), headers, body, &secrets, now);
            error.attempted(reply.attempts)
        };
        let mut results: Vec<Option<Result<Reply>>> = Vec::new();
        results.resize_with(batch.parts.len(), || None);
        for answer in answers {
            let Some(id) = answer.id else {
                return Err(if answer.status.is_success() {
                    malformed("the service did not say which part of a batch it answered")
                } else {
                    refusal(&answer)
                });
            };
            let unanswered = batch.parts.get(id).zip(results.get_mut(id));
            let unanswered = unanswered.filter(|(_, result)| result.is_none());
            let Some((part, result)) = unanswered else {
                return Err(malformed(
                    "the service answered a part that is not in the batch, or one part twice",
                ));
            };
            *result = Some(if answer.status.is_success() {
                check(part, answer, reply.attempts)
            } else {
                Err(refusal(&answer))
            });
        }
        let missing = || Err(malformed("the service did not answer this part of a batch"));
        let results = results.into_iter();
        Ok(results
            .map(|result| result.unwrap_or_else(missing))
            .collect())
    }
}

/// The answer to a part, if it is what the part expects.
fn check(part: &Request, answer: PartAnswer, attempts: u32) -> Result<Reply> {
    let PartAnswer {
        status,
        headers,
        body,
        ..
    } = answer;
    let bytes = body.len() as u64;
    part.expected
        .check(part, status.as_u16(), &headers, Some(bytes))?;
    Ok(Reply {
        status,
        headers,
        body,
        attempts,
        refusals: 0,
    })
}

fn malformed(what: &str) -> Error {
    Error::new(Kind::Protocol, what)
}
