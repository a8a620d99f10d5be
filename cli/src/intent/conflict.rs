//! Combinations: what excludes what, and what makes sense in one direction only.
//!
//! The rules are AzCopy's (its documentation and its data movement library); where the library has a text for a rule,
//! that text is used.

use azring_core::location::Location;

use crate::given::Given;
use crate::misuse::Misuse;
use crate::parameter::{self as row, Parameter};

/// Checks everything that two or more parameters say together.
pub(super) fn check(given: &Given, source: &Location, target: &Location) -> Result<(), Misuse> {
    match (source, target) {
        (Location::Local(_), Location::Local(_)) => Err(Misuse::meaning(
            "Both Source and Destination are locally accessible locations. At least one of source and destination \
             should be an Azure Storage location.",
        )),
        (Location::Local(_), Location::Blob(_)) => {
            local_pattern(given)?;
            only_for_downloads(given, &row::DELIMITER)
        }
        (Location::Blob(_), Location::Local(_)) => {
            only_for_uploads(given, &row::BLOB_TYPE)?;
            only_for_uploads(given, &row::SET_CONTENT_TYPE)
        }
        (Location::Blob(_), Location::Blob(_)) if source.to_string() == target.to_string() => Err(
            Misuse::meaning("Source and destination cannot be the same."),
        ),
        (Location::Blob(_), Location::Blob(_)) => Err(Misuse::meaning(format!(
            "copying from one container to another is not built yet in azring {}: one of source and destination must \
             be a folder",
            env!("CARGO_PKG_VERSION")
        ))),
    }
}

/// A pattern for folders stays inside of the source: `..` may stand within a name only.
fn local_pattern(given: &Given) -> Result<(), Misuse> {
    let pattern = given.text(&row::PATTERN)?.unwrap_or_default();
    let climbs = pattern.match_indices("..").any(|(at, dots)| {
        matches!(
            pattern.as_bytes().get(at + dots.len()),
            None | Some(b'/' | b'\\')
        )
    });
    if climbs {
        return Err(Misuse::meaning(
            "Search pattern cannot contain \"..\" to move up directories and can be contained only internally in \
             file/directory names, as in \"a..b\"",
        ));
    }
    Ok(())
}

fn only_for_downloads(given: &Given, parameter: &Parameter) -> Result<(), Misuse> {
    if given.has(parameter) {
        return Err(Misuse::meaning(format!(
            "`{}` is only for downloads, but the destination is a container",
            parameter.spelled(given.dialect())
        )));
    }
    Ok(())
}

fn only_for_uploads(given: &Given, parameter: &Parameter) -> Result<(), Misuse> {
    if given.has(parameter) {
        return Err(Misuse::meaning(format!(
            "`{}` is only for uploads, but the destination is a folder",
            parameter.spelled(given.dialect())
        )));
    }
    Ok(())
}
