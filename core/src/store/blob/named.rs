//! The one blob that a URL names, for a copy through a pipe.

use crate::entry::{Entry, EntryName};
use crate::location::BlobLocation;
use crate::options::Options;
use crate::store::Tools;
use crate::{Error, Result};

use super::single::{look, split_last};
use super::{BlobReadOptions, BlobSource, BlobTarget};

/// The blob at this place, and the store that reads it. Asks the service.
///
/// # Errors
///
/// [`Error::NotFound`] when there is no such blob.
pub(crate) async fn named_source(
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
        return Err(Error::NotFound(format!(
            "there is no blob `{place}`: standard output takes the bytes of one blob, so the source is its URL"
        )));
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
pub(crate) fn named_target(
    place: &BlobLocation,
    options: &Options,
) -> Result<(BlobTarget, EntryName)> {
    let named = if place.is_directory {
        None
    } else {
        split_last(place)
    };
    let Some((above, last)) = named else {
        return Err(Error::Usage(format!(
            "`{place}` names no blob: what comes from standard input needs the URL of one, \
             `https://ACCOUNT.blob.core.windows.net/CONTAINER/NAME`"
        )));
    };
    let target = BlobTarget::new(above, &options.shape, false);
    Ok((target, EntryName::from(last.as_str())))
}
