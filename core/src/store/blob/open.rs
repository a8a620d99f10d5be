//! Opens a place in the Blob service: a container, a virtual directory or a single blob.

use std::sync::Arc;

use azring_transport::http::Reply;
use azring_transport::service::ApiVersion;

use super::container;
use super::property_setter::BlobPropertySetter;
use super::request::{get_blob_tags, get_container_properties, get_service_properties};
use super::single::{holds_any, look, not_found, split_last};
use super::{BlobReadOptions, BlobRemover, BlobServerCopy, BlobSource, BlobTarget, rules};
use crate::entry::{Entry, EntryName, Layout};
use crate::location::{BlobLocation, Location};
use crate::options::{CopyWay, Options, Selection};
use crate::plan::route::SourceNames;
use crate::report::SoftDelete;
use crate::select::{Pattern, PatternRule};
use crate::stop::Stop;
use crate::store::opener::{OpenContext, OpenedSource, Opener};
use crate::store::rest::document::request_document;
use crate::store::rest::one_object;
use crate::store::trash::ServiceTrash;
use crate::store::{
    Made, PropertySetter, RemovalOptions, Remover, ServerCopy, Source, Step, StreamTarget, Target,
    Tools,
};
use crate::{Error, Result};

/// A place in the Blob service, to be opened.
pub(crate) struct BlobOpener<'l>(pub(crate) &'l BlobLocation);

impl Opener for BlobOpener<'_> {
    fn source<'a>(&'a self, context: OpenContext<'a>) -> Step<'a, Result<OpenedSource>> {
        Box::pin(source(self.0, context))
    }

    fn target(&self, context: OpenContext<'_>) -> Result<Arc<dyn Target>> {
        let OpenContext { options, route, .. } = context;
        let target = BlobTarget::new(self.0.clone(), &options.upload, route.keeps_properties)
            .giving(&options.properties);
        Ok(Arc::new(match route.source_names {
            SourceNames::Shares => target.choosing_type(),
            SourceNames::Files | SourceNames::Blobs => target,
        }))
    }

    fn server_copy(&self, context: OpenContext<'_>) -> Option<Arc<dyn ServerCopy>> {
        let OpenContext { options, route, .. } = context;
        let version = self.0.account().capabilities.version();
        let way = if version >= ApiVersion::PUT_BLOCK_FROM_URL {
            options.copy_way
        } else {
            CopyWay::Async
        };
        Some(Arc::new(BlobServerCopy::new(
            self.0.clone(),
            way,
            route,
            options,
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
            Ok(split_url(self.0))
        })
    }

    fn named_source<'a>(
        &'a self,
        options: &'a Options,
        tools: &'a Tools,
    ) -> Step<'a, Result<(Arc<dyn Source>, Entry)>> {
        Box::pin(async move {
            let (source, entry) = named_source(self.0, options, tools).await?;
            Ok((Arc::new(source) as Arc<dyn Source>, entry))
        })
    }

    fn named_target(&self, options: &Options) -> Result<(Arc<dyn StreamTarget>, EntryName)> {
        let (target, name) = named_target(self.0, options)?;
        Ok((Arc::new(target), name))
    }

    fn folder_source(&self, selection: &Selection) -> Result<Arc<dyn Source>> {
        let read_options = BlobReadOptions::of_selection(selection);
        let source = match versions(self.0, selection, read_options)? {
            Some((source, ..)) => source,
            None => folder_source(self.0, selection, read_options)?,
        };
        Ok(Arc::new(source.filtering(selection.listing_filter())))
    }

    fn find_object<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Entry>> {
        Box::pin(async move {
            let found = look(tools, self.0).await?;
            found.map_or_else(|| Err(not_found(self.0)), |(_, entry)| Ok(entry))
        })
    }

    fn remover(&self, options: RemovalOptions) -> Result<Arc<dyn Remover>> {
        Ok(Arc::new(BlobRemover::new(self.0.clone()).with(options)))
    }

    fn trash(&self, folder: &EntryName, stop: &Stop) -> Result<Arc<dyn Remover>> {
        let place = self.0;
        let read_options = BlobReadOptions {
            announced_tags: true,
            ..BlobReadOptions::default()
        };
        let source = folder_source(place, &Selection::default(), read_options)?
            .opening_to_target(place.place().account_place.has_key());
        Ok(Arc::new(ServiceTrash {
            folder: place.full_name(folder.as_str().unwrap_or_default()),
            folder_name: folder.clone(),
            looks: true,
            source: Arc::new(source),
            copy: Arc::new(BlobServerCopy::within(place.clone())),
            remover: Arc::new(BlobRemover::new(place.clone()).with(RemovalOptions {
                empty_folders: true,
                ..RemovalOptions::default()
            })),
            stop: stop.clone(),
        }))
    }

    fn soft_delete<'a>(&'a self, tools: &'a Tools) -> Step<'a, Option<SoftDelete>> {
        Box::pin(async move {
            let request = get_service_properties::request(self.0);
            let shown = || format!("the properties of the service of `{}`", self.0);
            let read = |reply: &Reply| get_service_properties::parse(&reply.body);
            let asked = request_document(tools, &request, shown, read).await;
            Some(asked.unwrap_or(SoftDelete::Unknown))
        })
    }

    fn property_setter(&self, options: &Options) -> Result<Arc<dyn PropertySetter>> {
        Ok(Arc::new(BlobPropertySetter::new(
            self.0.clone(),
            Arc::clone(&options.properties),
            options.upload.content_type.clone(),
        )))
    }

    fn make<'a>(&'a self, _quota_gib: Option<u32>, tools: &'a Tools) -> Step<'a, Result<Made>> {
        Box::pin(async move {
            if !self.0.directory.is_empty() {
                return Err(Error::Usage(format!(
                    "`{}` is below a container: a virtual directory exists as soon as a blob is in it",
                    self.0
                )));
            }
            container::make_new(tools, self.0).await
        })
    }

    fn probe<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<Reply>> {
        Box::pin(async move {
            let request = get_container_properties::request(self.0);
            Ok(tools.client.send(&request).await?)
        })
    }
}

async fn source(place: &BlobLocation, context: OpenContext<'_>) -> Result<OpenedSource> {
    let OpenContext {
        options,
        route,
        tools,
        ..
    } = context;
    let selection = &options.selection;
    let read_options = BlobReadOptions {
        crc64: options.integrity.crc64,
        carries: route.keeps_properties || selection.metadata || reads_metadata(options),
        tags: options.properties.keeps_tags && route.keeps_properties && route.writes_blobs,
        directories: !route.keeps_properties && options.posix.restores_folders(),
        ..BlobReadOptions::of_selection(selection)
    };
    if let Some((source, above, name)) = versions(place, selection, read_options)? {
        let source = source.filtering(selection.listing_filter());
        return Ok(OpenedSource {
            source: Arc::new(source.opening_to_target(route.target_key_opens_source)),
            single: Some((Location::Blob(above), name)),
        });
    }
    let mut found = single_blob(options, tools, place).await?;
    if read_options.tags
        && let Some((_, entry)) = &mut found
    {
        add_tags(tools, place, &place.directory, entry).await?;
    }
    let (source, single) = if let Some((above, entry)) = found {
        let name = entry.name.clone();
        let entry = read_options.with_kind(entry);
        let folder = Location::Blob(above.clone());
        // A blob with its snapshots is several objects, which are named after the one.
        let exact = name
            .as_str()
            .filter(|_| selection.snapshots && place.version.is_none());
        let source = match exact {
            Some(exact) => {
                let pattern = Pattern::new(Some(exact), PatternRule::Exact)?;
                BlobSource::directory(above, pattern, read_options)
            }
            None => BlobSource::blob(above, entry, read_options),
        };
        (source, Some((folder, name)))
    } else {
        (folder_source(place, selection, read_options)?, None)
    };
    let source = source
        .filtering(selection.listing_filter())
        .opening_to_target(route.target_key_opens_source);
    Ok(OpenedSource {
        source: Arc::new(source),
        single,
    })
}

/// The listed versions of the blob that the place names, the place above, and its name; `None` where none are listed.
fn versions(
    place: &BlobLocation,
    selection: &Selection,
    read_options: BlobReadOptions,
) -> Result<Option<(BlobSource, BlobLocation, EntryName)>> {
    let Some(wanted) = selection.filter.versions() else {
        return Ok(None);
    };
    let named = if place.is_directory {
        None
    } else {
        split_last(place)
    };
    let Some((above, last)) = named else {
        return Err(Error::Usage(format!(
            "a list of versions is for a single blob, and `{place}` names none"
        )));
    };
    let name = EntryName::from(&*last);
    let source = BlobSource::versions(
        above.clone(),
        name.clone(),
        Arc::clone(wanted),
        read_options,
    );
    Ok(Some((source, above, name)))
}

/// Whether what becomes of a blob follows from its metadata.
fn reads_metadata(options: &Options) -> bool {
    options.selection.links.keeps() || options.posix.form.is_some()
}

/// Adds its index tags to a blob that was looked at. A listing has them, and a HEAD only says how many there are.
pub(super) async fn add_tags(
    tools: &Tools,
    place: &BlobLocation,
    name: &str,
    entry: &mut Entry,
) -> Result<()> {
    let request = get_blob_tags::request(place, name);
    let shown = || format!("the tags of `{}`", place.blob_url(name));
    let read = |reply: &Reply| get_blob_tags::parse(&reply.body);
    let tags = request_document(tools, &request, shown, read).await?;
    entry.carried.get_or_insert_default().tags = Some(tags);
    Ok(())
}

/// The blobs of the container or virtual directory that the selection matches.
fn folder_source(
    place: &BlobLocation,
    selection: &Selection,
    read_options: BlobReadOptions,
) -> Result<BlobSource> {
    let rule = rules::pattern_rule(selection);
    let pattern = Pattern::new(selection.pattern.as_deref(), rule)?;
    Ok(BlobSource::directory(place.clone(), pattern, read_options))
}

/// The blob that the source's URL names, if it names a blob and not a virtual directory.
///
/// A URL below the container may name either. Without sub-folders a virtual directory selects nothing, so the blob comes
/// first. With sub-folders the blobs below the name come first, except to AzCopy 10.
async fn single_blob(
    options: &Options,
    tools: &Tools,
    place: &BlobLocation,
) -> Result<Option<(BlobLocation, Entry)>> {
    let selection = &options.selection;
    let names_directory = selection.pattern.is_some() || selection.filter.listed().is_some();
    if place.directory.is_empty() || place.is_directory || names_directory {
        return Ok(None);
    }
    if place.version.is_some() {
        return match look(tools, place).await? {
            None => Err(not_found(place)),
            found => Ok(found),
        };
    }
    if !selection.recursive {
        let found = look(tools, place).await?;
        return match found {
            None if !holds_any_or_refused(tools, place).await? => Err(not_found(place)),
            found => Ok(found),
        };
    }
    match look(tools, place).await {
        // A directory mark, or a name that is a directory too: the blobs below are selected.
        Ok(Some((_, entry))) if entry.kind == Layout::Folder => Ok(None),
        Ok(Some(found)) if options.as_subdir || !holds_any(tools, place).await? => Ok(Some(found)),
        Ok(_) => Ok(None),
        // A signature that only permits listing cannot ask.
        Err(error) if error.status() == Some(403) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether there is a blob below the name. A signature that does not permit listing counts as no.
async fn holds_any_or_refused(tools: &Tools, place: &BlobLocation) -> Result<bool> {
    match holds_any(tools, place).await {
        Err(error) if error.status() == Some(403) => Ok(false),
        answer => answer,
    }
}

/// Whether the URL is that of a container or of a virtual directory. A blob of that name is the object that is meant, also
/// where blobs lie below it. What the credential may not ask counts as not there.
async fn is_directory(tools: &Tools, place: &BlobLocation) -> Result<bool> {
    if place.directory.is_empty() || place.is_directory {
        return Ok(true);
    }
    let (found, holds_any) = tokio::join!(look(tools, place), holds_any(tools, place));
    match found {
        Ok(Some((_, blob))) => return Ok(blob.kind == Layout::Folder),
        Ok(None) => {}
        Err(error) if is_refused(&error) => {}
        Err(error) => return Err(error),
    }
    match holds_any {
        Err(error) if is_refused(&error) => Ok(false),
        answer => answer,
    }
}

/// Whether the service refused the question: the container is missing or being deleted, or the credential does not
/// permit it. The copy itself fails where that matters.
fn is_refused(error: &Error) -> bool {
    matches!(error.status(), Some(401 | 403 | 404 | 409))
}

/// The place above the blob that the URL names, and its name; `None` for a container.
pub(crate) fn split_url(place: &BlobLocation) -> Option<(Location, EntryName)> {
    let (above, last) = split_last(place)?;
    Some((Location::Blob(above), EntryName::from(last.as_str())))
}

/// The blob at this place, and the store that reads it. Asks the service.
///
/// # Errors
///
/// [`Error::NotFound`] when there is no such blob.
async fn named_source(
    place: &BlobLocation,
    options: &Options,
    tools: &Tools,
) -> Result<(BlobSource, Entry)> {
    let found = if place.is_directory {
        None
    } else {
        look(tools, place).await?
    };
    let Some((above, entry)) = found else {
        return Err(one_object::absent("blob", place));
    };
    let read_options = BlobReadOptions {
        crc64: options.integrity.crc64,
        ..BlobReadOptions::default()
    };
    let source = BlobSource::blob(above, entry.clone(), read_options);
    Ok((source, entry))
}

/// The store that the blob at this place goes to, and the blob's name there. Asks nobody.
///
/// # Errors
///
/// [`Error::Usage`] when the place names no blob.
fn named_target(place: &BlobLocation, options: &Options) -> Result<(BlobTarget, EntryName)> {
    let named = if place.is_directory {
        None
    } else {
        split_last(place)
    };
    let Some((above, last)) = named else {
        let example = "https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME";
        return Err(one_object::unnamed("blob", place, example));
    };
    let target = BlobTarget::new(above, &options.upload, false).giving(&options.properties);
    Ok((target, EntryName::from(last.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::{Access, parse};

    #[test]
    fn the_last_part_of_a_url_is_the_name() {
        let url = "https://a.blob.core.windows.net/c/d/e%5Cf";
        let Ok(Location::Blob(deep)) = parse(url, Access::default(), None) else {
            panic!("it is a blob's");
        };
        let (above, name) = split_url(&deep).unwrap();
        assert_eq!(above.to_string(), "https://a.blob.core.windows.net/c/d/");
        assert_eq!(name, EntryName::from("e\\f"));
    }
}
