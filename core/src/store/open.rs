//! The one list of stores: from two locations to the two ends of a copy.

use std::sync::Arc;

use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::service::ApiVersion;

use super::blob::{self, BlobReadOptions, BlobServerCopy, BlobSource, BlobTarget};
use super::local::{self, LocalSource, LocalTarget};
use super::single_target::{SingleName, single_target};
use super::synthetic::{DiscardTarget, RepeatingSource, SyntheticSource};
use super::{ServerCopy, Source, StreamTarget, Target, Tools};
use crate::entry::{Entry, EntryName, Layout};
use crate::location::{BlobLocation, Location};
use crate::options::{CopyWay, Options};
use crate::plan::route::{Route, Way};
use crate::select::{Pattern, PatternRule};
use crate::{Error, Result, Side};

/// The two ends of a copy, and what follows from both.
pub struct Ends {
    /// Where objects come from.
    pub source: Arc<dyn Source>,
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

/// Opens both ends. A source that may be a folder or a single object is looked at.
/// Of a local destination, up to `folders_max` folders are kept open.
pub async fn open(
    options: &Options,
    route: &Route,
    tools: &Tools,
    durability: &DurabilityQueue,
    folders_max: usize,
) -> Result<Ends> {
    let (source, single) = open_source(options, tools, route)
        .await
        .map_err(|error| error.at(Side::Source))?;
    let (target, single) = match single {
        Some(own_name) => {
            let (target, name) = single_target(options, tools, &own_name)
                .await
                .map_err(|error| error.at(Side::Target))?;
            (target, Some(name))
        }
        None => (options.target.clone(), None),
    };
    let server_copy = server_copy(options, &target, route);
    let destination: Arc<dyn Target> = match &target {
        Location::Local(path) => {
            let checks_md5 = options.integrity.check_md5;
            Arc::new(LocalTarget::new(
                path,
                options.landing,
                checks_md5,
                durability.clone(),
                folders_max,
            ))
        }
        Location::Blob(place) => {
            let keeps = route.keeps_properties;
            Arc::new(BlobTarget::new(place.clone(), &options.shape, keeps))
        }
        Location::Discard(void) => {
            let checks_md5 = options.integrity.check_md5;
            Arc::new(DiscardTarget::new(*void, checks_md5))
        }
        Location::Pipe | Location::Synthetic(_) => return Err(no_store()),
    };
    let source = match options.selection.lasts {
        Some(lasts) => Arc::new(RepeatingSource::new(source, lasts)),
        None => source,
    };
    let wants_md5 = route.md5.is_computed(&options.integrity);
    Ok(Ends {
        source,
        target: destination,
        server_copy,
        single,
        route: *route,
        wants_md5,
    })
}

/// The target's service, when it copies by itself.
fn server_copy(options: &Options, target: &Location, route: &Route) -> Option<Arc<dyn ServerCopy>> {
    match route.way {
        Way::ServerCopy => {}
        Way::Stream | Way::Pipe => return None,
    }
    match target {
        Location::Blob(place) => {
            let block_bytes = options.shape.block_bytes;
            let has_blocks =
                place.account().capabilities.version() >= ApiVersion::PUT_BLOCK_FROM_URL;
            let way = if has_blocks {
                options.copy_way
            } else {
                CopyWay::Async
            };
            Some(Arc::new(BlobServerCopy::new(
                place.clone(),
                way,
                route.within_account,
                block_bytes,
            )))
        }
        Location::Local(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => None,
    }
}

/// The source, and its own name when it is a single object.
async fn open_source(
    options: &Options,
    tools: &Tools,
    route: &Route,
) -> Result<(Arc<dyn Source>, Option<EntryName>)> {
    let selection = &options.selection;
    match &options.source {
        Location::Local(path) if LocalSource::is_single(path) && selection.pattern.is_none() => {
            let (source, name) = LocalSource::file(path)?;
            Ok((Arc::new(source.asking(selection.attributes)), Some(name)))
        }
        Location::Local(path) if path.is_symlink() && !path.exists() => {
            Err(Error::NotFound(format!(
                "`{}` is a link, and what it leads to is not there",
                options.source
            )))
        }
        Location::Local(path) => {
            let pattern = Pattern::new(
                selection.pattern.as_deref(),
                local::rules::pattern_rule(selection),
            )?;
            let source = LocalSource::folder(path, pattern)?
                .asking(selection.attributes)
                .without(&selection.own_files);
            Ok((Arc::new(source), None))
        }
        Location::Synthetic(generated) => Ok((Arc::new(SyntheticSource::new(*generated)), None)),
        Location::Pipe | Location::Discard(_) => Err(no_store()),
        Location::Blob(place) => {
            let read_options = BlobReadOptions {
                crc64: options.integrity.crc64,
                carries: route.keeps_properties,
                snapshots: selection.snapshots,
            };
            let rule = blob::rules::pattern_rule(selection);
            let is_open = route.target_key_opens_source;
            if let Some((above, entry)) = single_blob(options, tools, place).await? {
                let name = entry.name.clone();
                // A blob with its snapshots is several objects, which are named after the one.
                let exact = name.as_str().filter(|_| selection.snapshots);
                let source = match exact {
                    Some(exact) => {
                        let pattern = Pattern::new(Some(exact), PatternRule::Exact)?;
                        BlobSource::directory(above, pattern, read_options)
                    }
                    None => BlobSource::blob(above, entry, read_options),
                };
                return Ok((Arc::new(source.opening_to_target(is_open)), Some(name)));
            }
            let pattern = Pattern::new(selection.pattern.as_deref(), rule)?;
            Ok((
                Arc::new(
                    BlobSource::directory(place.clone(), pattern, read_options)
                        .opening_to_target(is_open),
                ),
                None,
            ))
        }
    }
}

/// The one object that the source names, and the store that reads it: for a copy to standard output.
///
/// # Errors
///
/// [`Error::NotFound`] when there is no such object, [`Error::Usage`] for a source without services.
pub(crate) async fn named_source(
    options: &Options,
    tools: &Tools,
) -> Result<(Arc<dyn Source>, Entry)> {
    match &options.source {
        Location::Blob(place) => {
            let (source, entry) = blob::named_source(place, options, tools).await?;
            Ok((Arc::new(source), entry))
        }
        Location::Local(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => {
            Err(no_store())
        }
    }
}

/// The store that the target is in, and the object's name there: for a copy from standard input.
///
/// # Errors
///
/// [`Error::Usage`] when the target names no single object.
pub(crate) fn named_target(options: &Options) -> Result<(Arc<dyn StreamTarget>, EntryName)> {
    match &options.target {
        Location::Blob(place) => {
            let (target, name) = blob::named_target(place, options)?;
            Ok((Arc::new(target), name))
        }
        Location::Local(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => {
            Err(no_store())
        }
    }
}

/// A pipe holds no objects: `job::pipe` goes around the stores. What can only be read cannot be written, and the other way
/// round.
fn no_store() -> Error {
    Error::Usage("standard input and output hold nothing to list".into())
}

/// The blob that the source's URL names, if it names one and not a virtual directory.
///
/// A URL that goes deeper than the container may name either. Without the sub-folders a virtual directory gives nothing,
/// so then the blob comes first; with them, what lies below the name.
async fn single_blob(
    options: &Options,
    tools: &Tools,
    place: &BlobLocation,
) -> Result<Option<(BlobLocation, Entry)>> {
    let selection = &options.selection;
    if place.directory.is_empty() || place.is_directory || selection.pattern.is_some() {
        return Ok(None);
    }
    if !selection.recursive {
        let found = blob::look(tools, place).await?;
        return match found {
            None if !is_directory(tools, place).await? => Err(blob::not_found(place)),
            found => Ok(found),
        };
    }
    match blob::look(tools, place).await {
        // A directory's mark, or a name that is a directory too: what lies below is meant.
        Ok(Some((_, entry))) if entry.kind == Layout::Folder => Ok(None),
        Ok(Some(found)) if !blob::holds_any(tools, place).await? => Ok(Some(found)),
        Ok(_) => Ok(None),
        // A signature that may only list cannot ask.
        Err(error) if error.status() == Some(403) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether any blob lies below the name. A signature that may not list cannot ask, and could not list either.
async fn is_directory(tools: &Tools, place: &BlobLocation) -> Result<bool> {
    match blob::holds_any(tools, place).await {
        Err(error) if error.status() == Some(403) => Ok(false),
        answer => answer,
    }
}
