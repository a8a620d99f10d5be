//! A blob being written: its name, what it may replace, and what is stored beside its bytes.

use std::sync::Arc;

use azring_transport as transport;
use azring_transport::http::{Reply, Request};

use super::expected::{Expected, is_condition};
use crate::digest::follower::Md5;
use crate::entry::{ETag, ObjectProperties};
use crate::location::BlobLocation;
use crate::options::PropertyOptions;
use crate::plan::Task;
use crate::store::blob::name::blob_name;
use crate::store::blob::properties::{Properties, Stored};
use crate::store::blob::request::{head_blob, set_blob_properties, set_blob_tags};
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::source_failure;
use crate::store::{Committed, Origin, Tools};
use crate::{Error, Result};

/// A blob being written: where it will be, and what is stored beside its bytes.
#[derive(Clone)]
pub(in crate::store::blob) struct Draft {
    pub(in crate::store::blob) place: Arc<BlobLocation>,
    pub(in crate::store::blob) name: String,
    /// What the commit may replace.
    pub(in crate::store::blob) expected: Expected,
    /// Whether it is a copy of a blob.
    pub(in crate::store::blob) is_copy: bool,
    pub(in crate::store::blob) content_type: Option<String>,
    /// The MD5 of the source, for a copy.
    pub(in crate::store::blob) md5: Option<Md5>,
    /// The properties of the source, for a copy, or those of the replaced blob, where they stay.
    pub(in crate::store::blob) carried: Option<Box<ObjectProperties>>,
    /// The source from which the service fetches its bytes, if it does.
    pub(in crate::store::blob) origin: Option<Origin>,
    /// What the user gave, which replaces that of the source.
    pub(in crate::store::blob) given: Arc<PropertyOptions>,
}

impl Draft {
    /// A blob that the service copies from the origin. It keeps all properties of the source.
    pub(in crate::store::blob) fn of_copy(
        place: Arc<BlobLocation>,
        task: &Task,
        origin: Origin,
        given: &Arc<PropertyOptions>,
    ) -> Self {
        Self {
            place,
            expected: Expected::new(task.replace.clone()),
            name: blob_name(&task.target).into(),
            is_copy: true,
            content_type: None,
            md5: task.entry.md5,
            carried: task.entry.carried.clone(),
            origin: Some(origin),
            given: Arc::clone(given),
        }
    }

    /// Its address, as the user would write it.
    pub(in crate::store::blob) fn shown(&self) -> String {
        self.place.blob_url(&self.name)
    }

    /// The properties that are stored when the blob is made. An MD5 that was computed during the copy
    /// comes before that of the source.
    pub(in crate::store::blob) fn stored(&self, md5: Option<Md5>) -> Stored<'_> {
        Stored {
            content_type: self.content_type.as_deref(),
            md5: md5.or(self.md5),
            carried: self.carried.as_deref(),
        }
    }

    /// Sends a request that writes.
    pub(in crate::store::blob) async fn send(
        &self,
        tools: &Tools,
        request: &Request,
    ) -> Result<Reply> {
        let sent = tools.client.send(request).await;
        sent.map_err(|error| self.failure(error))
    }

    /// The failure of a request that writes. The failure because of another blob type under this name has
    /// the text of AzCopy.
    pub(in crate::store::blob) fn failure(&self, error: transport::Error) -> Error {
        let name = &self.name;
        match (error.code(), &self.origin) {
            (Some("InvalidBlobType"), None) => Error::other_type(name),
            (_, None) => error.into(),
            (_, Some(origin)) => fetching(name, origin, error),
        }
    }

    /// Stores what could not be stored when the blob got its bytes: an MD5 that was known too late.
    ///
    /// A copy of a blob without a content type has none either. The service gives every new blob one, which
    /// is cleared here. `last` is the blob's entity tag so far; `None` where it is not known, because several
    /// requests wrote the blob at once.
    pub(in crate::store::blob) async fn finish(
        &self,
        tools: &Tools,
        late_md5: Option<Md5>,
        last: Option<ETag>,
    ) -> Result<Committed> {
        let lacks_type = self.is_copy
            && self
                .carried
                .as_deref()
                .is_some_and(|carried| carried.content_type.is_none());
        if late_md5.is_none() && !lacks_type {
            self.store_tags(tools).await?;
            return Ok(Committed::Done(last));
        }
        let stored = self
            .store_headers(tools, late_md5, lacks_type, last)
            .await?;
        self.store_tags(tools).await?;
        Ok(Committed::Done(stored))
    }

    /// Stores what the service's own copy of a blob does not: the content headers that were given. Returns the
    /// version that the blob has then.
    pub(in crate::store::blob) async fn finish_copy(
        &self,
        tools: &Tools,
        last: Option<ETag>,
    ) -> Result<Option<ETag>> {
        let carried = self.carried.as_deref();
        let lacks_type = carried.is_some_and(|carried| carried.content_type.is_none());
        let last = if self.given.headers.is_any() {
            self.store_headers(tools, None, lacks_type, last).await?
        } else {
            last
        };
        self.store_tags(tools).await?;
        Ok(last)
    }

    /// Stores tags that were too long for the request that made the blob.
    async fn store_tags(&self, tools: &Tools) -> Result<()> {
        let tags = self
            .carried
            .as_ref()
            .and_then(|carried| carried.tags.as_ref());
        let Some(tags) = tags.filter(|tags| tags.need_own_request()) else {
            return Ok(());
        };
        let request = set_blob_tags::request(&self.place, &self.name, tags);
        Box::pin(self.send(tools, &request)).await.map(drop)
    }

    /// Stores the content headers, an MD5 among them, and returns the version that the blob has then.
    async fn store_headers(
        &self,
        tools: &Tools,
        late_md5: Option<Md5>,
        lacks_type: bool,
        last: Option<ETag>,
    ) -> Result<Option<ETag>> {
        // The request clears properties that it does not name, except the metadata.
        let carried = ObjectProperties {
            metadata: Vec::new(),
            tags: None,
            ..self.carried.as_deref().cloned().unwrap_or_default()
        };
        let kept = carried.content_type.as_deref();
        let content_type = self.content_type.as_deref().or(kept);
        let stored = Stored {
            content_type: (!lacks_type).then(|| content_type.unwrap_or("application/octet-stream")),
            md5: late_md5.or(self.md5),
            carried: Some(&carried),
        };
        let condition = last
            .as_ref()
            .map_or(Condition::Always, Condition::Unchanged);
        let request = set_blob_properties::request(&self.place, &self.name, stored, condition);
        match Box::pin(tools.client.send(&request)).await {
            Ok(reply) => Ok(etag(&reply)),
            Err(error) if last.is_some() && error.status() == Some(412) => {
                self.stored_before(tools, stored, error).await
            }
            Err(error) => Err(self.failure(error)),
        }
    }

    /// The outcome of a request that was refused because the blob has another version.
    ///
    /// An earlier attempt whose answer was lost may have stored the properties. Fails with
    /// [`Error::TargetChanged`] where somebody else has written.
    async fn stored_before(
        &self,
        tools: &Tools,
        stored: Stored<'_>,
        error: transport::Error,
    ) -> Result<Option<ETag>> {
        if !is_condition(error.code()) {
            return Err(self.failure(error));
        }
        let request = head_blob::request(&self.place, &self.name);
        let reply = Box::pin(self.send(tools, &request)).await?;
        let found = Properties::of_head(&reply)?;
        let headers = |properties: &ObjectProperties| {
            let ObjectProperties {
                content_encoding,
                content_language,
                content_disposition,
                cache_control,
                ..
            } = properties.clone();
            (
                content_encoding,
                content_language,
                content_disposition,
                cache_control,
            )
        };
        let has_headers = stored
            .carried
            .is_none_or(|carried| headers(carried) == headers(&ObjectProperties::of_head(&reply)));
        let is_stored = has_headers
            && match stored.md5 {
                Some(md5) => found.md5 == Some(md5),
                None => stored.content_type.is_some() || found.content_type.is_none(),
            };
        if is_stored {
            Ok(Some(found.etag))
        } else {
            Err(self.not_ours())
        }
    }
}

/// The failure of a service to fetch the source of a blob.
fn fetching(name: &str, origin: &Origin, error: transport::Error) -> Error {
    if error.code() == Some("InvalidBlobType") {
        return Error::Usage(format!(
            "`{name}`: blob type of source and destination must be the same"
        ));
    }
    source_failure::of(name, origin, error).unwrap_or_else(Into::into)
}
