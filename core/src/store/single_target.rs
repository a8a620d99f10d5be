//! Where a single object goes, and under which name. `open` hands over the destination as it was typed and the object's own
//! name; it gets the folder, container or virtual directory back, and what decides about the name there.
//!
//! A destination that is a folder takes the object under its own name. Any other destination is the object's name. On this
//! machine the file system says which it is. A service has no folders: a container, a URL that ends in a slash, a mark for a
//! directory (`hdi_isfolder`) and a virtual directory that holds blobs are folders to users, so they are folders here.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use azring_transport as transport;

use super::Tools;
use super::blob;
use crate::entry::{EntryName, Layout};
use crate::location::{BlobLocation, Location};
use crate::options::Options;
use crate::plan::route::is_itself;
use crate::{Error, Result};

/// The name of a single object at its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SingleName {
    /// Its own, as the destination can hold it.
    Own,
    /// The last part of the destination, letter by letter.
    Given(EntryName),
}

/// The place that the object goes to, and its name there. Asks the disk, and the service where a URL may name either a blob
/// or a virtual directory.
///
/// # Errors
///
/// [`Error::Usage`] where the object would replace itself, or something that is neither a folder nor a file.
pub(super) async fn single_target(
    options: &Options,
    tools: &Tools,
    own_name: &EntryName,
) -> Result<(Location, SingleName)> {
    let given = match &options.target {
        Location::Local(path) if !is_folder(path)? => split_path(path),
        Location::Blob(place) if !is_directory(tools, place).await? => split_url(place),
        Location::Local(_)
        | Location::Blob(_)
        | Location::Pipe
        | Location::Synthetic(_)
        | Location::Discard(_) => None,
    };
    let (target, name) = match given {
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

/// Whether the path is a folder, or is written like one. What is there and is neither a folder nor a file is refused: a file
/// must not take the place of a device.
fn is_folder(path: &Path) -> Result<bool> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.ends_with(b"/") || bytes.ends_with(b"/.") || path.file_name().is_none() {
        return Ok(true);
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(found) if found.is_file() => Ok(false),
        Ok(_) => Err(Error::Usage(format!(
            "`{}` is neither a folder nor a file: nothing can be copied to it",
            EntryName::new(bytes)
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => {
            let doing = format!("cannot look at `{}`", EntryName::new(bytes));
            Err(transport::Error::disk(doing, &error).into())
        }
    }
}

/// Whether the URL is that of a container or of a virtual directory. A blob of that name is the object that is meant, also
/// where blobs lie below it. What the credential may not ask counts as not there.
async fn is_directory(tools: &Tools, place: &BlobLocation) -> Result<bool> {
    if place.directory.is_empty() || place.is_directory {
        return Ok(true);
    }
    let (found, holds_any) = tokio::join!(blob::look(tools, place), blob::holds_any(tools, place));
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

/// The service said no: the container is missing or going, or the credential does not permit the question. The copy itself
/// will tell where that matters.
fn is_refused(error: &Error) -> bool {
    matches!(error.status(), Some(401 | 403 | 404 | 409))
}

fn split_path(path: &Path) -> Option<(Location, EntryName)> {
    let name = EntryName::new(path.file_name()?.as_bytes());
    let above = path
        .parent()
        .filter(|above| !above.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Some((Location::Local(above.into()), name))
}

fn split_url(place: &BlobLocation) -> Option<(Location, EntryName)> {
    let (above, last) = blob::split_last(place)?;
    Some((Location::Blob(above), EntryName::from(last.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::{Access, parse};

    fn place(url: &str) -> Location {
        parse(url, Access::default(), None).unwrap()
    }

    #[test]
    fn a_path_is_a_folder_if_it_is_one_or_is_written_like_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "").unwrap();
        fs::create_dir(path("dir.vhd")).unwrap();
        std::os::unix::fs::symlink(path("dir.vhd"), path("link")).unwrap();
        std::os::unix::fs::symlink(path("nowhere"), path("broken")).unwrap();
        for (name, expected) in [
            ("file", false),
            ("missing", false),
            ("broken", false),
            ("missing/", true),
            ("missing/.", true),
            ("dir.vhd", true),
            ("link", true),
            ("dir.vhd/..", true),
        ] {
            assert_eq!(is_folder(&path(name)).unwrap(), expected, "{name}");
        }
        assert!(is_folder(Path::new("/")).unwrap());
        assert!(is_folder(Path::new("/dev/null")).is_err());
    }

    #[test]
    fn the_last_part_of_a_destination_is_the_name() {
        let split = |path: &str| {
            let (above, name) = split_path(Path::new(path)).unwrap();
            format!("{above} {name}")
        };
        assert_eq!(split("a"), ". a");
        assert_eq!(split("/a"), "/ a");
        assert_eq!(split("/a/b c/.env"), "/a/b c .env");
        let Location::Blob(deep) = place("https://a.blob.core.windows.net/c/d/e%5Cf") else {
            panic!("it is a blob's");
        };
        let (above, name) = split_url(&deep).unwrap();
        assert_eq!(above.to_string(), "https://a.blob.core.windows.net/c/d/");
        assert_eq!(name, EntryName::from("e\\f"));
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
