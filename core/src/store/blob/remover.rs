//! Removes blobs and snapshots of blobs, by batches or one by one.
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
use azring_transport::http::Request;
use azring_transport::service::ApiVersion;
use futures_util::{StreamExt, stream};

use super::request::{batch, delete_blob};
use crate::entry::{Entry, Version};
use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;
use crate::store::rest::is_leased;
use crate::store::{Removal, RemovalOptions, Remover, Step, Tools};
use crate::{Error, Result};

/// Single requests in flight at once.
const SINGLE_IN_FLIGHT_MAX: usize = 64;

/// Batches in flight at once.
const BATCHES_IN_FLIGHT_MAX: usize = 4;

/// Removes blobs of a container or virtual directory.
pub struct BlobRemover {
    place: BlobLocation,
    /// Whether the service has batches; not set before the first one.
    has_batches: OnceLock<bool>,
    options: RemovalOptions,
}

impl BlobRemover {
    /// Removes what a [`BlobSource`](super::BlobSource) of this place listed.
    pub fn new(place: BlobLocation) -> Self {
        let has_batches = OnceLock::new();
        if place.account().capabilities.version() < ApiVersion::CONTAINER_BATCH {
            has_batches.get_or_init(|| false);
        }
        let options = RemovalOptions::default();
        Self {
            place,
            has_batches,
            options,
        }
    }

    /// The same with these options.
    #[must_use]
    pub fn with(self, options: RemovalOptions) -> Self {
        Self { options, ..self }
    }

    async fn remove_many(&self, tools: &Tools, entries: &[Entry]) -> Vec<Result<Removal>> {
        let (first, rest) = if self.has_batches.get().is_none() {
            // It shows whether the others can be batches.
            entries.split_at(entries.len().min(batch::PARTS_MAX))
        } else {
            entries.split_at(0)
        };
        let mut results = self.remove_batch(tools, first).await;
        if self.has_batches.get() == Some(&false) {
            results.extend(self.remove_singly(tools, rest).await);
            return results;
        }
        let batches = stream::iter(rest.chunks(batch::PARTS_MAX))
            .map(|entries| self.remove_batch(tools, entries))
            .buffered(BATCHES_IN_FLIGHT_MAX);
        results.extend(batches.collect::<Vec<_>>().await.into_iter().flatten());
        results
    }

    /// Removes as many objects as one batch takes.
    async fn remove_batch(&self, tools: &Tools, entries: &[Entry]) -> Vec<Result<Removal>> {
        let parts: Result<Vec<Request>> = entries.iter().map(|entry| self.request(entry)).collect();
        let is_batch = entries.len() > 1 && self.has_batches.get() != Some(&false);
        let Some(parts) = parts.ok().filter(|_| is_batch) else {
            return self.remove_singly(tools, entries).await;
        };
        let request = batch::request(&self.place, parts);
        let answers = match tools.client.send_batch(&request).await {
            Ok(answers) => answers,
            Err(error) if is_refused_as_a_whole(&error) => {
                self.has_batches.get_or_init(|| false);
                return self.remove_singly(tools, entries).await;
            }
            Err(error) => return entries.iter().map(|_| Err(error.clone().into())).collect(),
        };
        self.has_batches.get_or_init(|| true);
        let results = entries
            .iter()
            .zip(answers)
            .map(async |(entry, answer)| match answer {
                Err(error) if is_worth_a_single_request(&error) => {
                    self.remove_one(tools, entry).await
                }
                answer => self.outcome(entry, answer.map(drop)),
            });
        let results = stream::iter(results).buffered(SINGLE_IN_FLIGHT_MAX);
        results.collect().await
    }

    async fn remove_singly(&self, tools: &Tools, entries: &[Entry]) -> Vec<Result<Removal>> {
        let removals = stream::iter(entries)
            .map(|entry| self.remove_one(tools, entry))
            .buffered(SINGLE_IN_FLIGHT_MAX);
        removals.collect().await
    }

    async fn remove_one(&self, tools: &Tools, entry: &Entry) -> Result<Removal> {
        let request = self.request(entry)?;
        self.outcome(entry, tools.client.send(&request).await.map(drop))
    }

    /// The request that removes the version of an object that was listed.
    fn request(&self, entry: &Entry) -> Result<Request> {
        let Version::Service(etag) = &entry.version else {
            // A blob never has the version of a file.
            return Err(self.changed(entry));
        };
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        let condition = Condition::Unchanged(etag);
        let name = self.full_name(entry);
        let deleted = match snapshot {
            Some(snapshot) => delete_blob::Deleted::Snapshot(snapshot),
            None if self.options.snapshots => delete_blob::Deleted::BlobWithSnapshots,
            None => delete_blob::Deleted::Blob,
        };
        Ok(delete_blob::request(&self.place, &name, deleted, condition))
    }

    /// What the answer to that request means.
    fn outcome(&self, entry: &Entry, answer: Result<(), transport::Error>) -> Result<Removal> {
        match answer {
            Ok(()) => Ok(Removal::Removed),
            Err(error) if error.status() == Some(404) => Ok(Removal::Missing),
            Err(error) if error.status() == Some(412) && !is_leased(error.code()) => {
                Err(self.changed(entry))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn changed(&self, entry: &Entry) -> Error {
        let shown = self.place.blob_url(&self.full_name(entry));
        Error::TargetChanged(format!(
            "`{shown}` was overwritten since it was listed, and is not removed"
        ))
    }

    fn full_name(&self, entry: &Entry) -> String {
        self.place
            .full_name(entry.name.as_str().unwrap_or_default())
    }
}

impl Remover for BlobRemover {
    fn remove<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>> {
        Box::pin(self.remove_many(tools, entries))
    }
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
