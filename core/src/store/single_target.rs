//! Where a single object goes, and under which name.
//!
//! A target that is a folder takes the object under its own name. Any other target is the object's
//! name. On this machine the file system says which it is. A service has no folders: a container, a URL
//! that ends in a slash, a mark for a directory (`hdi_isfolder`) and a virtual directory that holds
//! blobs are folders to users, so they are folders here.

use super::Tools;
use super::blob::split_url;
use super::open::opener;
use crate::entry::EntryName;
use crate::location::Location;
use crate::options::Options;
use crate::plan::route::is_itself;
use crate::{Error, Result};

/// The name of a single object at its target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SingleName {
    /// Its own, as the target can hold it.
    Own,
    /// The last part of the target, character by character.
    Given(EntryName),
}

/// The place that the object goes to, and its name there. Asks the disk, and the service where a URL
/// may name either a blob or a virtual directory.
///
/// # Errors
///
/// [`Error::Usage`] where the object would replace itself, or something that is neither a folder nor a
/// file.
pub(super) async fn single_target(
    options: &Options,
    tools: &Tools,
    own_name: &EntryName,
) -> Result<(Location, SingleName)> {
    let split = if options.as_subdir
        && let Location::Blob(place) = &options.target
    {
        // To AzCopy 10 the URL itself says whether it is a folder.
        Some(place)
            .filter(|place| !place.is_directory)
            .and_then(split_url)
    } else {
        opener(&options.target).split_name(tools).await?
    };
    let (target, name) = match split {
        Some((above, name)) => (above, SingleName::Given(name)),
        None => (options.target.clone(), SingleName::Own),
    };
    let target_name = match &name {
        SingleName::Given(name) => name,
        SingleName::Own => own_name,
    };
    if is_itself(&options.source, &target, target_name) {
        return Err(Error::Usage(
            "source and destination cannot be the same".into(),
        ));
    }
    Ok((target, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::{Access, parse};

    fn place(url: &str) -> Location {
        parse(url, Access::default(), None).unwrap()
    }

    #[test]
    fn an_object_is_itself_only_under_its_own_name_in_its_own_place() {
        let source = place("https://a.blob.core.windows.net/c/d/x");
        let is = |target: &str, name: &str| is_itself(&source, &place(target), &name.into());
        assert!(is("https://a.blob.core.windows.net/c/d", "x"));
        assert!(!is("https://a.blob.core.windows.net/c/d", "y"));
        assert!(!is("https://a.blob.core.windows.net/c", "x"));
        assert!(!is("https://b.blob.core.windows.net/c/d", "x"));
    }
}
