//! The folder at the target that a source folder gets, with the name of the source.
//!
//! AzCopy 10 copies a folder like that; AzCopy 8 copies what is in the folder. The command line says
//! which is meant (`Options::as_subdir`), and `store/open.rs` asks this file once it knows that the
//! source is a folder.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use super::target_name::is_step;
use crate::location::{BlobLocation, Location, ShareLocation};
use crate::{Error, Result};

/// The target with the name of the source folder below it. A whole container or share that is copied
/// to a whole one gets no folder. A container that is copied to an account keeps its name.
///
/// # Errors
///
/// [`Error::Usage`] where the target cannot have the name, or would be the source.
pub fn subdirectory(source: &Location, target: &Location) -> Result<Location> {
    if let Location::Blob(account) = target
        && account.is_account()
        && let Some(container) = source.root()
    {
        return Ok(Location::Blob(account.in_container(container)));
    }
    let Some(name) = folder_name(source, target) else {
        return Ok(target.clone());
    };
    if name.is_empty() || is_step(&name) || name.contains(&b'/') || name.contains(&0) {
        return Err(impossible(source, target));
    }
    let text = || std::str::from_utf8(&name).map_err(|_| impossible(source, target));
    let below = match target {
        Location::Local(path) => Location::Local(path.join(OsStr::from_bytes(&name))),
        Location::Blob(place) => Location::Blob(BlobLocation {
            directory: joined(&place.directory, text()?),
            is_directory: true,
            version: None,
            ..place.clone()
        }),
        Location::Share(place) => Location::Share(ShareLocation {
            directory: joined(&place.directory, text()?),
            is_directory: true,
            ..place.clone()
        }),
        Location::Table(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => {
            return Ok(target.clone());
        }
    };
    if let (Some(from), Some(to)) = (source.in_service(), below.in_service())
        && from.is_in_root_of(to)
        && from.directory == to.directory
    {
        return Err(Error::Usage(
            "source and destination cannot be the same".into(),
        ));
    }
    Ok(below)
}

/// The name of the source folder; `None` where none is wanted.
fn folder_name(source: &Location, target: &Location) -> Option<Vec<u8>> {
    if let Location::Local(path) = source {
        return last_of_path(path);
    }
    let place = source.in_service()?;
    if place.is_account() {
        // The containers have names of their own.
        return None;
    }
    let is_whole_to_whole = place.directory.is_empty()
        && target
            .in_service()
            .is_some_and(|target| target.directory.is_empty());
    if is_whole_to_whole {
        return None;
    }
    let last = place.directory.rsplit('/').next();
    let name = last.filter(|last| !last.is_empty()).unwrap_or(place.root);
    Some(name.as_bytes().to_vec())
}

/// The last name of a path, without looking at the disk: `.` is the current folder, and `..` goes up.
/// `None` for the root.
fn last_of_path(path: &Path) -> Option<Vec<u8>> {
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    whole.file_name().map(|name| name.as_bytes().to_vec())
}

fn joined(directory: &str, name: &str) -> String {
    if directory.is_empty() {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

fn impossible(source: &Location, target: &Location) -> Error {
    Error::Usage(format!(
        "the folder `{source}` cannot have its own name at `{target}`: give what is in it, `{source}/*`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::{Access, parse};

    fn place(text: &str) -> Location {
        parse(text, Access::default(), None).unwrap()
    }

    fn below(source: &str, target: &str) -> String {
        subdirectory(&place(source), &place(target))
            .unwrap()
            .to_string()
    }

    const C: &str = "https://a.blob.core.windows.net/c";
    const D: &str = "https://b.blob.core.windows.net/d";

    #[test]
    fn a_folder_gets_its_name_below_the_target() {
        let c = |path: &str| format!("{C}{path}");
        for (source, target, expected) in [
            ("/data/tree", c(""), c("/tree/")),
            ("/data/tree/", c("/x/"), c("/x/tree/")),
            ("/data/tree/../other/.", c("/x"), c("/x/other/")),
            ("/", c("/x"), c("/x")),
            (&c(""), "/here".into(), "/here/c".into()),
            (&c("/v/w/"), "/here".into(), "/here/w".into()),
            (&c(""), format!("{D}/x"), format!("{D}/x/c/")),
            (&c("/v"), D.into(), format!("{D}/v/")),
            (&c(""), D.into(), D.into()),
        ] {
            assert_eq!(below(source, &target), expected, "{source} {target}");
        }
    }

    #[test]
    fn a_folder_is_not_copied_onto_itself_and_leaves_no_target() {
        let source = place(&format!("{C}/x/v"));
        let same = subdirectory(&source, &place(&format!("{C}/x")));
        assert!(same.unwrap_err().to_string().contains("cannot be the same"));
        let Location::Blob(up) = place(&format!("{C}/x")) else {
            unreachable!("it is a blob's URL");
        };
        let up = Location::Blob(BlobLocation {
            directory: "x/..".into(),
            ..up
        });
        let step = subdirectory(&up, &place("/here"));
        assert!(step.unwrap_err().to_string().contains("its own name"));
    }
}
