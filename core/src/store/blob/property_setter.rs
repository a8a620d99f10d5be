//! Sets the properties of blobs: metadata, content headers, index tags and the access tier, in this order.
//!
//! A blob in the archive takes no other change than a tier, and so the tier is last. Where only tiers are
//! set, they go in batches.

use std::sync::Arc;

use azring_transport as transport;
use azring_transport::http::{Reply, Request};
use futures_util::{StreamExt as _, stream};

use super::batches::{Answer, Batches, SINGLE_IN_FLIGHT_MAX};
use super::properties::Stored;
use super::request::{
    head_blob, set_blob_metadata, set_blob_properties, set_blob_tags, set_blob_tier,
};
use super::target::blob_type_of;
use crate::entry::{ArchiveState, ETag, Entry, ObjectProperties};
use crate::location::BlobLocation;
use crate::options::{AccessTier, ContentType, PropertyOptions};
use crate::plan::content_type::content_type;
use crate::plan::stored_properties::{StoredForm, stored};
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::listed_version::listed_version;
use crate::store::rest::{is_archived, is_leased};
use crate::store::{PropertySetter, SetOutcome, Step, Tools};
use crate::{Error, Result};

/// Sets the properties of blobs of a container or virtual directory.
pub(super) struct BlobPropertySetter {
    place: BlobLocation,
    given: Arc<PropertyOptions>,
    content_type: ContentType,
    batches: Batches,
}

impl BlobPropertySetter {
    /// Gives these to what a [`BlobSource`](super::BlobSource) of this place listed.
    pub(super) fn new(
        place: BlobLocation,
        given: Arc<PropertyOptions>,
        content_type: ContentType,
    ) -> Self {
        Self {
            batches: Batches::new(&place),
            place,
            given,
            content_type,
        }
    }

    fn sets_headers(&self) -> bool {
        self.given.headers.is_any() || self.content_type != ContentType::Unset
    }

    fn sets_only_tier(&self) -> bool {
        self.given.metadata.is_none() && self.given.tags.is_none() && !self.sets_headers()
    }

    /// Sets the tier of many blobs.
    async fn set_tiers(
        &self,
        tools: &Tools,
        entries: &[Entry],
        tier: AccessTier,
    ) -> Vec<Result<SetOutcome>> {
        let requests: Vec<Result<Request>> = entries
            .iter()
            .map(|entry| self.tier_request(entry, tier))
            .collect();
        let sent: Vec<Request> = requests.iter().flatten().cloned().collect();
        let mut answers = self
            .batches
            .send(tools, &self.place, &sent)
            .await
            .into_iter();
        let outcome = |(entry, request): (&Entry, Result<Request>)| {
            let answer = request.map(|_| answers.next())?;
            // Every request has an answer.
            answer.map_or(Err(Error::Stopped), |answer| tier_outcome(entry, answer))
        };
        entries.iter().zip(requests).map(outcome).collect()
    }

    fn tier_request(&self, entry: &Entry, tier: AccessTier) -> Result<Request> {
        if !tier.fits(blob_type_of(entry.kind)) {
            return Err(Error::Usage(format!(
                "`{}` cannot have the tier `{}`, because of its type of blob",
                entry.name,
                tier.word()
            )));
        }
        let (name, _) = listed_version(entry)?;
        let name = self.place.full_name(name);
        let priority = self.given.rehydrate_priority;
        Ok(set_blob_tier::request(&self.place, &name, tier, priority))
    }

    /// Sets all properties of one blob.
    async fn set_one(&self, tools: &Tools, entry: &Entry) -> Result<SetOutcome> {
        // A blob that cannot have the tier gets nothing at all.
        let tier = self.given.tier;
        let tier = tier
            .map(|tier| self.tier_request(entry, tier))
            .transpose()?;
        let (name, etag) = listed_version(entry)?;
        let name = self.place.full_name(name);
        let form = StoredForm::of(Some(entry.kind), false, false);
        let wanted = stored(&self.given, entry.carried.clone(), form).unwrap_or_default();
        let mut last = etag.clone();
        if self.given.metadata.is_some() {
            let condition = Condition::Unchanged(&last);
            let request = set_blob_metadata::request(&self.place, &name, &wanted, condition);
            let is_stored = |found: &ObjectProperties| has_metadata(found, &wanted);
            last = self.send(tools, entry, &request, is_stored).await?;
        }
        if self.sets_headers() {
            let own_type = content_type(&self.content_type, &entry.name);
            let wanted = ObjectProperties {
                content_type: own_type.map(Into::into).or(wanted.content_type.clone()),
                ..ObjectProperties::clone(&wanted)
            };
            let stored = Stored {
                content_type: None,
                md5: entry.md5,
                carried: Some(&without_metadata(&wanted)),
            };
            let condition = Condition::Unchanged(&last);
            let request = set_blob_properties::request(&self.place, &name, stored, condition);
            let is_stored = |found: &ObjectProperties| has_headers(found, &wanted);
            self.send(tools, entry, &request, is_stored).await?;
        }
        if let Some(tags) = &self.given.tags {
            let request = set_blob_tags::request(&self.place, &name, tags);
            let sent = tools.client.send(&request).await;
            sent.map_err(|error| failure(entry, error))?;
        }
        match tier {
            Some(request) => tier_outcome(entry, tools.client.send(&request).await),
            None => Ok(SetOutcome::Set),
        }
    }

    /// Sends a request with a condition; returns the version that the blob has then.
    ///
    /// A refusal because of another version is none where an earlier attempt, whose answer was lost, has
    /// stored the properties.
    async fn send(
        &self,
        tools: &Tools,
        entry: &Entry,
        request: &Request,
        is_stored: impl Fn(&ObjectProperties) -> bool,
    ) -> Result<ETag> {
        let reply = match tools.client.send(request).await {
            Ok(reply) => reply,
            Err(error) if error.status() == Some(412) && !is_leased(error.code()) => {
                let found = self.look(tools, entry).await?;
                if error.attempts() > 1 && is_stored(&ObjectProperties::of_head(&found)) {
                    found
                } else {
                    return Err(self.changed(entry));
                }
            }
            Err(error) => return Err(failure(entry, error)),
        };
        etag(&reply).ok_or_else(|| self.changed(entry))
    }

    async fn look(&self, tools: &Tools, entry: &Entry) -> Result<Reply> {
        let (name, _) = listed_version(entry)?;
        let request = head_blob::request(&self.place, &self.place.full_name(name));
        Ok(tools.client.send(&request).await?)
    }

    fn changed(&self, entry: &Entry) -> Error {
        let name = self.place.full_name(&entry.name.to_string());
        Error::TargetChanged(format!(
            "`{}` was overwritten since it was listed, and keeps its properties",
            self.place.blob_url(&name)
        ))
    }
}

impl PropertySetter for BlobPropertySetter {
    fn set<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<SetOutcome>>> {
        Box::pin(async move {
            match self.given.tier {
                Some(tier) if self.sets_only_tier() => self.set_tiers(tools, entries, tier).await,
                _ => {
                    let results = stream::iter(entries)
                        .map(|entry| self.set_one(tools, entry))
                        .buffered(SINGLE_IN_FLIGHT_MAX);
                    results.collect().await
                }
            }
        })
    }
}

fn tier_outcome(entry: &Entry, answer: Answer) -> Result<SetOutcome> {
    match answer {
        Ok(reply) if reply.status.as_u16() == 202 => Ok(SetOutcome::Rehydrating),
        Ok(_) => Ok(SetOutcome::Set),
        Err(error) => Err(failure(entry, error)),
    }
}

/// The failure of a request that sets a property.
fn failure(entry: &Entry, error: transport::Error) -> Error {
    if is_archived(error.code()) {
        let state = entry.archive.unwrap_or(ArchiveState::Archived);
        return Error::archived(&entry.name, state);
    }
    error.into()
}

/// The content headers alone: the request that stores them leaves metadata as it is.
fn without_metadata(properties: &ObjectProperties) -> ObjectProperties {
    ObjectProperties {
        metadata: Vec::new(),
        ..properties.clone()
    }
}

/// Whether the metadata is the same. A service may change the case of names.
fn has_metadata(found: &ObjectProperties, wanted: &ObjectProperties) -> bool {
    let sorted = |properties: &ObjectProperties| {
        let pairs = properties.metadata.iter();
        let mut pairs: Vec<_> = pairs
            .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
            .collect();
        pairs.sort();
        pairs
    };
    sorted(found) == sorted(wanted)
}

/// Whether the content headers are the same.
fn has_headers(found: &ObjectProperties, wanted: &ObjectProperties) -> bool {
    let headers = |properties: &ObjectProperties| ObjectProperties {
        tier: None,
        tags: None,
        facts: None,
        ..without_metadata(properties)
    };
    headers(found) == headers(wanted)
}
