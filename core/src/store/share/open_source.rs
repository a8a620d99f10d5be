//! Opens a share, a directory or a single file as a source.

use std::sync::Arc;

use super::single::{find, is_directory, look, not_found};
use super::{ShareReadOptions, ShareSource};
use crate::entry::{Entry, EntryName};
use crate::location::{Location, ShareLocation};
use crate::options::{Options, Selection};
use crate::store::Tools;
use crate::store::opener::{OpenContext, OpenedSource};
use crate::store::rest::one_object;
use crate::{Error, Result};

/// The place as a source. Asks the service where it may be a directory or a single file.
pub(super) async fn source(
    place: &ShareLocation,
    context: OpenContext<'_>,
) -> Result<OpenedSource> {
    let OpenContext {
        options,
        route,
        tools,
        ..
    } = context;
    let read_options = ShareReadOptions {
        md5: options.integrity.check_md5,
        carries: route.keeps_properties,
        smb: options.preserve_smb,
    };
    let found = single_file(options, tools, place).await?;
    let (source, single) = if let Some((above, entry)) = found {
        let name = entry.name.clone();
        let folder = Location::Share(above.clone());
        let source = ShareSource::file(above, entry, read_options);
        (source, Some((folder, name)))
    } else {
        check_selection(&options.selection, place)?;
        let source = match file_of_pattern(&options.selection, tools, place).await? {
            Some(entry) => ShareSource::file(place.clone(), entry, read_options),
            None => ShareSource::directory(place.clone(), &options.selection, read_options),
        };
        (source, None)
    };
    let source = source
        .filtering(options.selection.listing_filter())
        .opening_to_target(route.target_key_opens_source);
    Ok(OpenedSource {
        source: Arc::new(source),
        single,
    })
}

/// Fails for a directory of which nothing is selected: without its sub-directories, and without the name
/// of one file.
fn check_selection(selection: &Selection, place: &ShareLocation) -> Result<()> {
    let selects_nothing = !selection.recursive && selection.pattern.is_none();
    if selects_nothing {
        return Err(Error::Usage(format!(
            "`{place}` is a directory of a file share: either one file of it is copied, which a pattern names, \
             or all of them, with the directories below it"
        )));
    }
    Ok(())
}

/// The file of this directory that the pattern names exactly; `None` without a pattern.
///
/// Fails with [`Error::NotFound`] when there is no such file.
async fn file_of_pattern(
    selection: &Selection,
    tools: &Tools,
    place: &ShareLocation,
) -> Result<Option<Entry>> {
    let pattern = selection.pattern.as_deref();
    let Some(name) = pattern.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let shown = EntryName::from(name);
    // No file has such a name, and the service refuses a request with it.
    if name.contains(['*', '?']) {
        return Err(Error::NotFound(format!(
            "there is no file `{shown}` in `{place}`: for a file share the pattern is the exact name of one file"
        )));
    }
    match find(tools, place, &shown).await {
        Ok(None) => {}
        // A signature that only permits listing cannot ask.
        Err(error) if error.status() == Some(403) => return Ok(None),
        found => return found,
    }
    let why = match look(tools, place).await? {
        Some(_) => ": that is a file, and no pattern is needed to copy it",
        None => "",
    };
    Err(Error::NotFound(format!(
        "there is no file `{shown}` in `{place}`{why}"
    )))
}

/// The file that the source's URL names, if it names a file and not a directory.
async fn single_file(
    options: &Options,
    tools: &Tools,
    place: &ShareLocation,
) -> Result<Option<(ShareLocation, Entry)>> {
    let selection = &options.selection;
    let names_directory = selection.pattern.is_some() || selection.filter.listed().is_some();
    let may_be_file = place.place().may_be_object() && !names_directory;
    if !may_be_file {
        return Ok(None);
    }
    match look(tools, place).await {
        Ok(None) if !options.selection.recursive && !is_directory(tools, place).await? => {
            Err(not_found(place))
        }
        // A signature that only permits listing cannot ask.
        Err(error) if error.status() == Some(403) => Ok(None),
        found => found,
    }
}

/// The file at this place, and the store that reads it. Asks the service.
///
/// # Errors
///
/// [`Error::NotFound`] when there is no such file.
pub(super) async fn named_source(
    place: &ShareLocation,
    options: &Options,
    tools: &Tools,
) -> Result<(ShareSource, Entry)> {
    let found = if place.is_directory {
        None
    } else {
        look(tools, place).await?
    };
    let Some((above, entry)) = found else {
        return Err(one_object::absent("file", place));
    };
    let read_options = ShareReadOptions {
        md5: options.integrity.check_md5,
        ..ShareReadOptions::default()
    };
    Ok((ShareSource::file(above, entry.clone(), read_options), entry))
}
