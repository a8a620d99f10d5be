//! The one list of stores: from two locations to the two ends of a copy.

use std::sync::Arc;

use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::http::Reply;

use super::blob::{BlobOpener, split_url};
use super::listed_names::{self, UnfoundName};
use super::local::LocalOpener;
use super::opener::{Made, NoStore, OpenContext, Opener};
use super::share::ShareOpener;
use super::single_target::{SingleName, single_target};
use super::synthetic::{DiscardOpener, RepeatingSource, SyntheticOpener};
use super::table::TableOpener;
use super::{
    PropertySetter, RemovalOptions, Remover, ServerCopy, Source, StreamTarget, Target, Tools,
};
use crate::entry::{Entry, EntryName};
use crate::location::Location;
use crate::options::{Options, Selection};
use crate::plan::route::{Route, Way};
use crate::plan::subdirectory::subdirectory;
use crate::report::SoftDelete;
use crate::stop::Stop;
use crate::{Error, Result, Side};

/// The two ends of a copy, and what follows from both.
pub struct Ends {
    /// Where objects come from.
    pub source: Arc<dyn Source>,
    /// The folder that their names are relative to.
    pub source_folder: Location,
    /// Where they go.
    pub target: Arc<dyn Target>,
    /// Its service fetches them by itself.
    pub server_copy: Option<Arc<dyn ServerCopy>>,
    /// The source is a single object, which gets this name at the destination.
    pub single: Option<SingleName>,
    /// What follows from the two ends together.
    pub route: Route,
    /// The MD5 of whole objects is needed: to store it, or to compare it.
    pub wants_md5: bool,
}

/// The store of a location.
pub(super) fn opener(location: &Location) -> Box<dyn Opener + '_> {
    match location {
        Location::Local(path) => Box::new(LocalOpener(path)),
        Location::Blob(place) => Box::new(BlobOpener(place)),
        Location::Share(place) => Box::new(ShareOpener(place)),
        Location::Table(place) => Box::new(TableOpener(place)),
        Location::Synthetic(made_up) => Box::new(SyntheticOpener(*made_up)),
        Location::Discard(discard) => Box::new(DiscardOpener(*discard)),
        Location::Pipe => Box::new(NoStore),
    }
}

/// Opens both ends. A source that may be a folder or a single object is looked at. Of a target on this
/// machine, up to `folders_max` folders are kept open.
pub async fn open(
    options: &Options,
    route: &Route,
    tools: &Tools,
    durability: &DurabilityQueue,
    folders_max: usize,
) -> Result<Ends> {
    let context = OpenContext {
        options,
        route,
        tools,
        durability,
        folders_max,
    };
    let opened = opener(&options.source)
        .source(context)
        .await
        .map_err(|error| error.at(Side::Source))?;
    let (source_folder, place, single) = match opened.single {
        Some((folder, own_name)) => {
            let (place, name) = single_target(options, tools, &own_name)
                .await
                .map_err(|error| error.at(Side::Target))?;
            (folder, place, Some(name))
        }
        None => (options.source.clone(), folder_target(options)?, None),
    };
    let target_opener = opener(&place);
    let server_copy = match route.way {
        Way::ServerCopy => target_opener.server_copy(context),
        Way::Stream | Way::Pipe | Way::Export | Way::Import => None,
    };
    let target = target_opener.target(context)?;
    let source = match options.selection.lasts {
        Some(lasts) => Arc::new(RepeatingSource::new(opened.source, lasts)),
        None => listed_names::of_selection(opened.source, &options.selection, UnfoundName::Fails),
    };
    Ok(Ends {
        source,
        source_folder,
        target,
        server_copy,
        single,
        route: *route,
        wants_md5: route.md5.is_computed(&options.integrity),
    })
}

/// Where the objects of a source folder go.
fn folder_target(options: &Options) -> Result<Location> {
    if !options.as_subdir {
        if options.target.is_account() && !options.source.is_account() {
            return Err(Error::Usage(
                "cannot use --as-subdir=false with a service level destination: add a container to the destination"
                    .into(),
            ));
        }
        return Ok(options.target.clone());
    }
    if !options.selection.recursive {
        return Err(Error::Usage(
            "cannot use directory as source without --recursive or a trailing wildcard (/*)".into(),
        ));
    }
    subdirectory(&options.source, &options.target)
}

/// The one object that the source names, and the store that reads it: for a copy to standard output.
///
/// # Errors
///
/// [`Error::NotFound`](crate::Error::NotFound) when there is no such object,
/// [`Error::Usage`](crate::Error::Usage) for a source without services.
pub(crate) async fn named_source(
    options: &Options,
    tools: &Tools,
) -> Result<(Arc<dyn Source>, Entry)> {
    opener(&options.source).named_source(options, tools).await
}

/// The store that the target is in, and the object's name there: for a copy from standard input.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) when the target names no single object.
pub(crate) fn named_target(options: &Options) -> Result<(Arc<dyn StreamTarget>, EntryName)> {
    opener(&options.target).named_target(options)
}

/// The location as a folder whose objects can be listed and read.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location that holds no objects. Fails when a local
/// folder cannot be opened; a service is not asked.
pub(crate) fn open_source(location: &Location, selection: &Selection) -> Result<Arc<dyn Source>> {
    let source = opener(location).folder_source(selection)?;
    Ok(listed_names::of_selection(
        source,
        selection,
        UnfoundName::Fails,
    ))
}

/// The folder that the names of [`open_source`] are relative to: the location, or the folder above the blob whose
/// versions are listed.
pub(crate) fn listed_folder(location: &Location, selection: &Selection) -> Location {
    if let Location::Blob(place) = location
        && selection.filter.versions().is_some()
        && let Some((above, _)) = split_url(place)
    {
        return above;
    }
    location.clone()
}

/// The location as a folder whose objects can be listed, as the target of a sync. It need not have the names
/// of a list.
///
/// # Errors
///
/// As [`open_source`].
pub(crate) fn list_target(location: &Location, selection: &Selection) -> Result<Arc<dyn Source>> {
    let source = opener(location).folder_source(selection)?;
    Ok(listed_names::of_selection(
        source,
        selection,
        UnfoundName::LeftOut,
    ))
}

/// The single object that the location names. Asks the service.
///
/// # Errors
///
/// [`Error::NotFound`](crate::Error::NotFound) when there is no such object.
pub(crate) async fn find_object(location: &Location, tools: &Tools) -> Result<Entry> {
    opener(location).find_object(tools).await
}

/// The remover of what [`open_source`] lists.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location whose objects cannot be removed.
pub(crate) fn open_remover(
    location: &Location,
    options: RemovalOptions,
) -> Result<Arc<dyn Remover>> {
    opener(location).remover(options)
}

/// Moves what [`open_source`] lists to this folder of the location, instead of removing it. Nothing is
/// replaced there. `stop` ends the wait for a copy of a service.
///
/// # Errors
///
/// [`Error::Usage`] for a location whose objects cannot be moved.
pub(crate) fn open_trash(
    location: &Location,
    folder: &EntryName,
    stop: &Stop,
) -> Result<Arc<dyn Remover>> {
    opener(location).trash(folder, stop)
}

/// Whether the service of the location keeps deleted objects; `None` where it is in no service.
pub(crate) async fn soft_delete(location: &Location, tools: &Tools) -> Option<SoftDelete> {
    opener(location).soft_delete(tools).await
}

/// The setter of the properties of what [`open_source`] lists, as the options say.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location whose objects have no properties.
pub(crate) fn open_property_setter(
    location: &Location,
    options: &Options,
) -> Result<Arc<dyn PropertySetter>> {
    opener(location).property_setter(options)
}

/// The single object that the location names, and the folder above it; `None` where the location names
/// a folder, or nothing. Asks the service or the disk.
pub(crate) async fn named_object(
    location: &Location,
    tools: &Tools,
) -> Result<Option<(Location, Entry)>> {
    let opener = opener(location);
    let Some((above, _)) = opener.split_name(tools).await? else {
        return Ok(None);
    };
    match opener.find_object(tools).await {
        Ok(entry) => Ok(Some((above, entry))),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes what the location names: for the command `make`.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location that cannot be made.
pub(crate) async fn make(
    location: &Location,
    quota_gib: Option<u32>,
    tools: &Tools,
) -> Result<Made> {
    opener(location).make(quota_gib, tools).await
}

/// Sends the smallest request that needs the credential, and returns the service's reply.
///
/// # Errors
///
/// [`Error::Usage`](crate::Error::Usage) for a location that is in no service.
pub(crate) async fn probe(location: &Location, tools: &Tools) -> Result<Reply> {
    opener(location).probe(tools).await
}
