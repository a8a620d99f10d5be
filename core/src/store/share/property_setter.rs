//! Sets the properties of files in a share: metadata and content headers.
//!
//! The service has neither batches nor conditions. Each file is therefore inspected immediately before it
//! is changed, 64 files at once.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};

use super::properties::StoredWithFile;
use super::request::{set_file_metadata, set_file_properties};
use super::single;
use crate::entry::{Entry, ObjectProperties};
use crate::location::ShareLocation;
use crate::options::{ContentType, PropertyOptions};
use crate::plan::content_type::content_type;
use crate::plan::stored_properties::{StoredForm, stored};
use crate::store::{PropertySetter, SetOutcome, Step, Tools};
use crate::{Error, Result};

/// Files that are changed at once.
const IN_FLIGHT_MAX: usize = 64;

/// Sets the properties of files of a share or directory.
pub(super) struct SharePropertySetter {
    place: ShareLocation,
    given: Arc<PropertyOptions>,
    content_type: ContentType,
}

impl SharePropertySetter {
    /// Gives these to what a [`ShareSource`](super::ShareSource) of this place listed.
    pub(super) fn new(
        place: ShareLocation,
        given: Arc<PropertyOptions>,
        content_type: ContentType,
    ) -> Self {
        Self {
            place,
            given,
            content_type,
        }
    }

    async fn set_one(&self, tools: &Tools, entry: &Entry) -> Result<SetOutcome> {
        let name = self
            .place
            .full_name(entry.name.as_str().unwrap_or_default());
        let found = single::find(tools, &self.place, &entry.name).await?;
        let Some(found) = found.filter(|found| found.version == entry.version) else {
            return Err(Error::TargetChanged(format!(
                "`{}` was overwritten or removed since it was listed, and keeps its properties",
                self.place.file_url(&name)
            )));
        };
        let form = StoredForm::of(None, false, false);
        let wanted = stored(&self.given, found.carried, form).unwrap_or_default();
        if self.given.metadata.is_some() {
            let request = set_file_metadata::request(&self.place, &name, &wanted);
            tools.client.send(&request).await?;
        }
        if self.given.headers.is_any() || self.content_type != ContentType::Unset {
            let own_type = content_type(&self.content_type, &entry.name);
            let headers = ObjectProperties {
                metadata: Vec::new(),
                ..*wanted
            };
            let stored = StoredWithFile {
                content_type: own_type.as_deref(),
                md5: found.md5,
                carried: Some(&headers),
                smb: None,
            };
            let request = set_file_properties::request(&self.place, &name, None, stored);
            tools.client.send(&request).await?;
        }
        Ok(SetOutcome::Set)
    }
}

impl PropertySetter for SharePropertySetter {
    fn set<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<SetOutcome>>> {
        Box::pin(async move {
            let results = stream::iter(entries)
                .map(|entry| self.set_one(tools, entry))
                .buffered(IN_FLIGHT_MAX);
            results.collect().await
        })
    }
}
