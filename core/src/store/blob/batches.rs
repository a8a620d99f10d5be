//! Sends many requests of one kind to a container, by batches or one by one.
//!
//! A batch takes 256 objects in one request; each part has its own authorization and its own
//! condition. The first batch of a run shows whether the service has batches. It has none where it
//! refuses the batch as a whole with 400, 403, 404, 405, 500 or 501, or where its answer is malformed:
//! an emulator, a service of an older version, a signature that opens less than the container. The run
//! then sends single requests. A part that the service could not do for now, or only with a newer token,
//! is repeated as a single request too, which is sent again as often as any other. A part whose object
//! is missing is repeated as well, so only a single request decides that an object is missing.

use std::sync::OnceLock;

use azring_transport as transport;
use azring_transport::http::{Reply, Request};
use azring_transport::service::ApiVersion;
use futures_util::{StreamExt as _, stream};

use super::request::batch;
use crate::location::BlobLocation;
use crate::store::Tools;

/// Single requests in flight at once.
pub(super) const SINGLE_IN_FLIGHT_MAX: usize = 64;

/// Batches in flight at once.
const BATCHES_IN_FLIGHT_MAX: usize = 4;

/// The answer to one request.
pub(super) type Answer = Result<Reply, transport::Error>;

/// Requests to the objects of one container.
pub(super) struct Batches {
    /// Whether the service has batches; not set before the first one.
    has_batches: OnceLock<bool>,
}

impl Batches {
    /// Requests to this container, of which nothing is known yet.
    pub(super) fn new(place: &BlobLocation) -> Self {
        let has_batches = OnceLock::new();
        if place.account().capabilities.version() < ApiVersion::CONTAINER_BATCH {
            has_batches.get_or_init(|| false);
        }
        Self { has_batches }
    }

    /// Sends the requests, which are all of one kind; gives the answer to each, in their order.
    pub(super) async fn send(
        &self,
        tools: &Tools,
        place: &BlobLocation,
        requests: &[Request],
    ) -> Vec<Answer> {
        let (first, rest) = if self.has_batches.get().is_none() {
            // It shows whether the others can be batches.
            requests.split_at(requests.len().min(batch::PARTS_MAX))
        } else {
            requests.split_at(0)
        };
        let mut answers = self.send_batch(tools, place, first).await;
        if self.has_batches.get() == Some(&false) {
            answers.extend(send_singly(tools, rest).await);
            return answers;
        }
        let batches = stream::iter(rest.chunks(batch::PARTS_MAX))
            .map(|requests| self.send_batch(tools, place, requests))
            .buffered(BATCHES_IN_FLIGHT_MAX);
        answers.extend(batches.collect::<Vec<_>>().await.into_iter().flatten());
        answers
    }

    /// Sends as many requests as one batch takes.
    async fn send_batch(
        &self,
        tools: &Tools,
        place: &BlobLocation,
        requests: &[Request],
    ) -> Vec<Answer> {
        let is_batch = requests.len() > 1 && self.has_batches.get() != Some(&false);
        if !is_batch {
            return send_singly(tools, requests).await;
        }
        let whole = batch::request(place, requests.to_vec());
        let answers = match tools.client.send_batch(&whole).await {
            Ok(answers) => answers,
            Err(error) if is_refused_as_a_whole(&error) => {
                self.has_batches.get_or_init(|| false);
                return send_singly(tools, requests).await;
            }
            Err(error) => return requests.iter().map(|_| Err(error.clone())).collect(),
        };
        self.has_batches.get_or_init(|| true);
        let answers = requests
            .iter()
            .zip(answers)
            .map(async |(request, answer)| match answer {
                Err(error) if is_worth_a_single_request(&error) => tools.client.send(request).await,
                answer => answer,
            });
        let answers = stream::iter(answers).buffered(SINGLE_IN_FLIGHT_MAX);
        answers.collect().await
    }
}

async fn send_singly(tools: &Tools, requests: &[Request]) -> Vec<Answer> {
    let answers = stream::iter(requests)
        .map(|request| tools.client.send(request))
        .buffered(SINGLE_IN_FLIGHT_MAX);
    answers.collect().await
}

/// Whether the service refused a batch, and not one of its parts.
fn is_refused_as_a_whole(error: &transport::Error) -> bool {
    let is_none = matches!(
        error.kind(),
        transport::Kind::Protocol | transport::Kind::Mismatch
    );
    is_none || matches!(error.status(), Some(400 | 403 | 404 | 405 | 500 | 501))
}

/// Whether a part may succeed as a single request: the service was busy, the token has expired, or
/// the answer to the part is missing.
///
/// An object that is missing is asked for once more too. A part has its own path, which a proxy that
/// changes the paths of requests does not change.
fn is_worth_a_single_request(error: &transport::Error) -> bool {
    match error.status() {
        Some(status) => matches!(status, 401 | 404 | 408 | 429 | 500..),
        None => true,
    }
}
