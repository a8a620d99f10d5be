//! The one list of stores: from two locations to the two ends of a copy.

use std::path::Path;
use std::sync::Arc;

use azring_transport::auth::Credential;
use azring_transport::disk::settle::Settler;

use super::blob::{self, BlobDestination, BlobServerCopy, BlobSource, Reading};
use super::generated::GeneratedSource;
use super::lasting::Lasting;
use super::local::{self, LocalDestination, LocalSource};
use super::void::VoidDestination;
use super::{Destination, ServerCopy, Source, Tools};
use crate::entry::EntryName;
use crate::location::{BlobLocation, Location};
use crate::options::Options;
use crate::plan::route::{Route, route};
use crate::select::Pattern;
use crate::{Error, Result, Side};

/// The two ends of a copy, and what follows from both.
pub struct Ends {
    /// Where objects come from.
    pub source: Arc<dyn Source>,
    /// Where they go.
    pub destination: Arc<dyn Destination>,
    /// Its service fetches them by itself.
    pub server_copy: Option<Arc<dyn ServerCopy>>,
    /// The source is a single object, which gets this name at the destination.
    pub single: Option<EntryName>,
    /// The MD5 of whole objects is needed: to store it, or to compare it.
    pub wants_md5: bool,
}

/// Opens both ends. A source that may be a folder or a single object is looked at.
pub async fn open(options: &Options, tools: &Tools, settler: &Settler) -> Result<Ends> {
    let route = route(&options.source, &options.target, options.sync_copy)?;
    let (source, single) = open_source(options, tools, route)
        .await
        .map_err(|error| error.at(Side::Source))?;
    let (target, single) = match single {
        Some(name) => single_target(&options.target, name),
        None => (options.target.clone(), None),
    };
    let server_copy = server_copy(options, &target, route);
    let destination: Arc<dyn Destination> = match &target {
        Location::Local(path) => {
            let checks_md5 = options.integrity.check_md5;
            Arc::new(LocalDestination::new(
                path,
                options.landing,
                checks_md5,
                settler.clone(),
            ))
        }
        Location::Blob(place) => {
            let keeps = matches!(options.source, Location::Blob(_));
            Arc::new(BlobDestination::new(place.clone(), &options.shape, keeps))
        }
        Location::Void(void) => {
            let checks_md5 = options.integrity.check_md5;
            Arc::new(VoidDestination::new(*void, checks_md5))
        }
        Location::Pipe | Location::Generated(_) => return Err(no_store()),
    };
    let source = match options.selection.lasts {
        Some(lasts) => Arc::new(Lasting::new(source, lasts)),
        None => source,
    };
    let wants_md5 = match (&options.source, target) {
        (_, Location::Local(_) | Location::Void(_)) => options.integrity.check_md5,
        (Location::Local(_) | Location::Generated(_), Location::Blob(_)) => {
            options.integrity.store_md5
        }
        // The source's MD5 goes along as it is; what passes through a pipe is hashed there.
        _ => false,
    };
    Ok(Ends {
        source,
        destination,
        server_copy,
        single,
        wants_md5,
    })
}

/// The target's service, where that is the way to go.
fn server_copy(options: &Options, target: &Location, route: Route) -> Option<Arc<dyn ServerCopy>> {
    match (route, target) {
        (Route::ServerCopy { within_account }, Location::Blob(place)) => {
            let (way, block_bytes) = (options.copy_way, options.shape.block_bytes);
            Some(Arc::new(BlobServerCopy::new(
                place.clone(),
                way,
                within_account,
                block_bytes,
            )))
        }
        _ => None,
    }
}

/// Whether the target's service may read the source by the key that it is asked with.
fn is_open_to_target(options: &Options, route: Route) -> bool {
    let has_key = |location: &Location| match location {
        Location::Blob(place) => {
            matches!(place.account.credential, Credential::SharedKey { .. })
        }
        _ => false,
    };
    let within_account = Route::ServerCopy {
        within_account: true,
    };
    route == within_account && has_key(&options.source) && has_key(&options.target)
}

/// The source, and its own name when it is a single object.
async fn open_source(
    options: &Options,
    tools: &Tools,
    route: Route,
) -> Result<(Arc<dyn Source>, Option<EntryName>)> {
    let selection = &options.selection;
    match &options.source {
        Location::Local(path) if path.is_file() && selection.pattern.is_none() => {
            let (source, name) = LocalSource::file(path)?;
            Ok((Arc::new(source.asking(selection.attributes)), Some(name)))
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
        Location::Generated(generated) => Ok((Arc::new(GeneratedSource::new(*generated)), None)),
        Location::Pipe | Location::Void(_) => Err(no_store()),
        Location::Blob(place) => {
            let reading = Reading {
                crc64: options.integrity.crc64,
                carries: matches!(options.target, Location::Blob(_)),
                snapshots: selection.snapshots,
            };
            let rule = blob::rules::pattern_rule(selection);
            let is_open = is_open_to_target(options, route);
            if let Some((above, entry)) = single_blob(options, tools, place).await? {
                let name = entry.name.clone();
                // A blob with its snapshots is several objects, which keep their names.
                let exact = name.as_str().filter(|_| selection.snapshots);
                return Ok(match exact {
                    Some(exact) => {
                        let pattern = Pattern::new(Some(exact), rule)?;
                        let source = BlobSource::directory(above, pattern, reading)
                            .opening_to_target(is_open);
                        (Arc::new(source), None)
                    }
                    None => (
                        Arc::new(
                            BlobSource::blob(above, entry, reading).opening_to_target(is_open),
                        ),
                        Some(name),
                    ),
                });
            }
            let pattern = Pattern::new(selection.pattern.as_deref(), rule)?;
            Ok((
                Arc::new(
                    BlobSource::directory(place.clone(), pattern, reading)
                        .opening_to_target(is_open),
                ),
                None,
            ))
        }
    }
}

/// A pipe holds no objects: `job::pipe` goes around the stores. What can only be read cannot be written, and the other way
/// round.
fn no_store() -> Error {
    Error::Usage("standard input and output hold nothing to list".into())
}

/// A URL that goes deeper than the container names a virtual directory or a blob. Without a pattern and without the
/// sub-folders a virtual directory would give nothing, so then the blob is looked for.
async fn single_blob(
    options: &Options,
    tools: &Tools,
    place: &BlobLocation,
) -> Result<Option<(BlobLocation, crate::entry::Entry)>> {
    let selection = &options.selection;
    let may_be_blob = !place.directory.is_empty()
        && !place.is_directory
        && selection.pattern.is_none()
        && !selection.recursive;
    if !may_be_blob {
        return Ok(None);
    }
    blob::look(tools, place).await
}

/// Where a single object goes: into the destination under its own name, unless the destination is named like a file of
/// the same kind (`abc.txt` to `/mnt/abc.txt`); then that is its name.
fn single_target(target: &Location, name: EntryName) -> (Location, Option<EntryName>) {
    let renamed = match target {
        Location::Local(path) if !path.is_dir() && !ends_in_slash(path) => split_local(path, &name),
        Location::Blob(place) if !place.is_directory => split_blob(place, &name),
        _ => None,
    };
    match renamed {
        Some((above, name)) => (above, Some(name)),
        None => (target.clone(), Some(name)),
    }
}

fn split_local(path: &Path, name: &EntryName) -> Option<(Location, EntryName)> {
    let last = EntryName::new(path.file_name()?.as_encoded_bytes());
    let above = path
        .parent()
        .filter(|above| !above.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    same_extension(&last, name).then(|| (Location::Local(above.into()), last))
}

fn split_blob(place: &BlobLocation, name: &EntryName) -> Option<(Location, EntryName)> {
    let (above, last) = blob::split_last(place)?;
    let last = EntryName::from(last.as_str());
    same_extension(&last, name).then_some((Location::Blob(above), last))
}

fn same_extension(one: &EntryName, other: &EntryName) -> bool {
    let extension = |name: &EntryName| {
        let bytes = name.as_bytes();
        let dot = bytes
            .iter()
            .rposition(|byte| *byte == b'.')
            .filter(|dot| *dot > 0)?;
        Some(bytes[dot..].to_ascii_lowercase())
    };
    extension(one).is_some_and(|found| extension(other) == Some(found))
}

fn ends_in_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}
