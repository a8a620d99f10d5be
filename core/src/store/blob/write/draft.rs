//! A blob being written: its name, what it may replace, and what is stored beside its bytes.

use std::sync::Arc;

use azring_transport as transport;
use azring_transport::http::{Reply, Request};

use super::expected::{Expected, is_condition};
use crate::digest::follower::Md5;
use crate::entry::{ETag, ObjectProperties};
use crate::location::BlobLocation;
use crate::plan::Task;
use crate::store::blob::name::blob_name;
use crate::store::blob::properties::{Properties, Stored};
use crate::store::blob::request::{head_blob, set_blob_properties};
use crate::store::blob::rules;
use crate::store::rest::conditions::Condition;
use crate::store::{Committed, Origin, Tools};
use crate::{Error, Result};

/// The entity tag that an answer tells.
pub(in crate::store::blob) fn etag(reply: &Reply) -> Option<ETag> {
    reply.header("etag").map(|text| ETag(text.to_owned()))
}

/// A blob being written: where it will be, and what is stored beside its bytes.
#[derive(Clone)]
pub(in crate::store::blob) struct Draft {
    pub(in crate::store::blob) place: Arc<BlobLocation>,
    pub(in crate::store::blob) name: String,
    /// What the commit may replace.
    pub(in crate::store::blob) expected: Expected,
    /// The source has a blob of which this is a copy.
    pub(super) is_copy: bool,
    pub(super) content_type: Option<String>,
    /// That of the source, for a copy.
    pub(super) md5: Option<Md5>,
    /// What the source stores, for a copy; what the replaced blob had, where that stays.
    pub(super) carried: Option<Box<ObjectProperties>>,
    /// Where the service fetches its bytes, if it does.
    pub(in crate::store::blob) origin: Option<Origin>,
}

impl Draft {
    /// What the service copies from the origin; it keeps everything that the source has.
    pub(in crate::store::blob) fn of_copy(
        place: Arc<BlobLocation>,
        task: &Task,
        origin: Origin,
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
        }
    }

    /// Its address, as the user would write it.
    pub(in crate::store::blob) fn shown(&self) -> String {
        self.place.blob_url(&self.name)
    }

    /// What is stored with the blob when it is made; an MD5 that was computed on the way comes before the source's.
    pub(in crate::store::blob) fn stored(&self, md5: Option<Md5>) -> Stored<'_> {
        Stored {
            content_type: self.content_type.as_deref(),
            md5: md5.or(self.md5),
            carried: self.carried.as_deref(),
        }
    }

    /// Sends a request that writes. A blob of another type under this name is told in AzCopy's words.
    pub(in crate::store::blob) async fn send(
        &self,
        tools: &Tools,
        request: &Request,
    ) -> Result<Reply> {
        let sent = tools.client.send(request).await;
        sent.map_err(|error| self.told(error))
    }

    pub(in crate::store::blob) fn told(&self, error: transport::Error) -> Error {
        let name = &self.name;
        match (error.code(), &self.origin) {
            (Some("InvalidBlobType"), None) => Error::other_type(name),
            (_, None) => error.into(),
            (_, Some(origin)) => fetching(name, origin, error),
        }
    }

    /// The blob has its bytes; what could not be stored with it before is stored now: an MD5 that was known too late. A copy of
    /// a blob without a content type has none either, but what makes a blob gives it one, so it is cleared.
    ///
    /// `last` is the blob's entity tag before that; where several requests wrote it, nobody knows which came last.
    pub(super) async fn finish(
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
            return Ok(Committed::Done(last));
        }
        // What is left out would be cleared. The metadata stays without being named.
        let carried = ObjectProperties {
            metadata: Vec::new(),
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
            Ok(reply) => Ok(Committed::Done(etag(&reply))),
            Err(error) if last.is_some() && error.status() == Some(412) => {
                let is_version = is_condition(error.code());
                let found = is_version.then_some(head_blob::request(&self.place, &self.name));
                let Some(found) = found else {
                    return Err(self.told(error));
                };
                let reply = Box::pin(self.send(tools, &found)).await?;
                // The answer to the same request was lost, or somebody else has written.
                let found = Properties::of_head(&reply)?;
                let is_stored = match stored.md5 {
                    Some(md5) => found.md5 == Some(md5),
                    None => found.content_type.is_none(),
                };
                if is_stored {
                    Ok(Committed::Done(Some(found.etag)))
                } else {
                    Err(self.not_ours())
                }
            }
            Err(error) => Err(self.told(error)),
        }
    }
}

/// What it means that the service did not fetch a blob.
fn fetching(name: &str, origin: &Origin, error: transport::Error) -> Error {
    let is_leased = error.code().is_some_and(|code| code.starts_with("Lease"));
    match (error.status(), error.code()) {
        (_, Some("InvalidBlobType")) => Error::Usage(format!(
            "`{name}`: blob type of source and destination must be the same"
        )),
        // Azurite answers 304 where Azure answers 412.
        (Some(412 | 304), _) if !is_leased => Error::Changed(format!(
            "the source of `{name}` was overwritten since it was listed"
        )),
        (Some(400), _) if origin.signed_url().len() > rules::ORIGIN_BYTES_MAX => {
            Error::Name(format!(
                "the source of `{name}` has an address of more than {} characters, from which the service does not copy: \
                 copy it through this machine (`/SyncCopy`)",
                rules::ORIGIN_BYTES_MAX
            ))
        }
        _ => error.into(),
    }
}
