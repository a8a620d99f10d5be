//! A share, a directory or a single file as an end of a copy, and for the other commands.

use std::sync::Arc;

use azring_transport::http::Reply;

use super::property_setter::SharePropertySetter;
use super::request::get_share_properties;
use super::single::{is_directory, split_last};
use super::{
    ShareReadOptions, ShareRemover, ShareServerCopy, ShareSource, ShareTarget, open_source, root,
    single,
};
use crate::Result;
use crate::entry::{Entry, EntryName};
use crate::location::{Location, ShareLocation};
use crate::options::{Options, Selection};
use crate::report::SoftDelete;
use crate::stop::Stop;
use crate::store::opener::{OpenContext, OpenedSource, Opener};
use crate::store::rest::one_object;
use crate::store::trash::ServiceTrash;
use crate::store::{
    Made, PropertySetter, RemovalOptions, Remover, ServerCopy, Source, Step, StreamTarget, Target,
    Tools,
};

/// A place in Azure Files, to be opened.
pub(crate) struct ShareOpener<'l>(pub(crate) &'l ShareLocation);

impl Opener for ShareOpener<'_> {
    fn source<'a>(&'a self, context: OpenContext<'a>) -> Step<'a, Result<OpenedSource>> {
        Box::pin(open_source::source(self.0, context))
    }

    fn target(&self, context: OpenContext<'_>) -> Result<Arc<dyn Target>> {
        let OpenContext { options, route, .. } = context;
        let target = ShareTarget::new(self.0.clone(), route).giving(&options.properties);
        Ok(Arc::new(target))
    }

    fn server_copy(&self, context: OpenContext<'_>) -> Option<Arc<dyn ServerCopy>> {
        let OpenContext { options, route, .. } = context;
        let target = ShareTarget::new(self.0.clone(), route).giving(&options.properties);
        Some(Arc::new(ShareServerCopy::new(
            target,
            options.copy_way,
            route,
        )))
    }

    fn split_name<'a>(
        &'a self,
        tools: &'a Tools,
    ) -> Step<'a, Result<Option<(Location, EntryName)>>> {
        Box::pin(async move {
            if is_directory(tools, self.0).await? {
                return Ok(None);
            }
            let split = split_last(self.0);
            Ok(split.map(|(above, last)| (Location::Share(above), EntryName::from(last.as_str()))))
        })
    }

    fn named_source<'a>(
        &'a self,
        options: &'a Options,
        tools: &'a Tools,
    ) -> Step<'a, Result<(Arc<dyn Source>, Entry)>> {
        Box::pin(async move {
            let (source, entry) = open_source::named_source(self.0, options, tools).await?;
            Ok((Arc::new(source) as Arc<dyn Source>, entry))
        })
    }

    fn named_target(&self, options: &Options) -> Result<(Arc<dyn StreamTarget>, EntryName)> {
        let place = self.0;
        let named = if place.is_directory {
            None
        } else {
            split_last(place)
        };
        let Some((above, last)) = named else {
            let example = "https://ACCOUNT.file.core.windows.net/SHARE/NAME";
            return Err(one_object::unnamed("file", place, example));
        };
        let target = ShareTarget::of_pipe(above).giving(&options.properties);
        Ok((Arc::new(target), EntryName::from(last.as_str())))
    }

    fn folder_source(&self, selection: &Selection) -> Result<Arc<dyn Source>> {
        let read_options = ShareReadOptions::default();
        let source = ShareSource::directory(self.0.clone(), selection, read_options);
        Ok(Arc::new(source.filtering(selection.listing_filter())))
    }

    fn find_object<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Entry>> {
        Box::pin(async move {
            let found = single::look(tools, self.0).await?;
            found.map_or_else(|| Err(single::not_found(self.0)), |(_, entry)| Ok(entry))
        })
    }

    fn remover(&self, _options: RemovalOptions) -> Result<Arc<dyn Remover>> {
        Ok(Arc::new(ShareRemover::new(self.0.clone())))
    }

    fn trash(&self, folder: &EntryName, stop: &Stop) -> Result<Arc<dyn Remover>> {
        let place = self.0;
        let read_options = ShareReadOptions::default();
        let selection = Selection::default();
        let source = ShareSource::directory(place.clone(), &selection, read_options)
            .opening_to_target(place.place().account_place.has_key());
        Ok(Arc::new(ServiceTrash {
            folder: place.full_name(folder.as_str().unwrap_or_default()),
            folder_name: folder.clone(),
            looks: false,
            source: Arc::new(source),
            copy: Arc::new(ShareServerCopy::within(place.clone())),
            remover: Arc::new(ShareRemover::new(place.clone())),
            stop: stop.clone(),
        }))
    }

    /// The policy of the service concerns whole shares; a deleted file is gone.
    /// <https://learn.microsoft.com/rest/api/storageservices/get-file-service-properties>
    fn soft_delete<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Option<SoftDelete>> {
        Box::pin(async { Some(SoftDelete::Off) })
    }

    fn property_setter(&self, options: &Options) -> Result<Arc<dyn PropertySetter>> {
        Ok(Arc::new(SharePropertySetter::new(
            self.0.clone(),
            Arc::clone(&options.properties),
            options.upload.content_type.clone(),
        )))
    }

    fn make<'a>(&'a self, quota_gib: Option<u32>, tools: &'a Tools) -> Step<'a, Result<Made>> {
        Box::pin(root::make_new(tools, self.0, quota_gib))
    }

    fn probe<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Reply>> {
        Box::pin(async move {
            let request = get_share_properties::request(self.0);
            Ok(tools.client.send(&request).await?)
        })
    }
}
