//! The version of an object that was listed, as requests name it.

use crate::entry::{ETag, Entry, Version};
use crate::{Error, Result};

/// The name of an entry and its entity tag.
///
/// # Errors
///
/// [`Error::Changed`] for an entry without an entity tag, [`Error::Name`] for a name that is not UTF-8. No
/// listing of a service has either.
pub(crate) fn listed_version(entry: &Entry) -> Result<(&str, &ETag)> {
    let Version::Service(etag) = &entry.version else {
        return Err(Error::Changed(format!(
            "`{}` has no entity tag",
            entry.name
        )));
    };
    let name = entry
        .name
        .as_str()
        .ok_or_else(|| Error::Name(format!("`{}` is not UTF-8", entry.name)))?;
    Ok((name, etag))
}
