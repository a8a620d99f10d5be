//! Combinations: what excludes what, and what makes sense in one direction only.
//!
//! The rules are AzCopy's (its documentation and its data movement library); where the library has a text for a rule,
//! that text is used. Parameters that this version does not have are under them too.

use azring_core::location::Location;

use crate::parameter::{self as row, Parameter, Service};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Where a copy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// From a folder to a service.
    Upload,
    /// From a service to a folder.
    Download,
    /// From a service to a service.
    Between,
}

/// Parameters that make sense in some directions only: which ones, and in words.
const DIRECTIONS: &[(&Parameter, &[Direction], &str)] = &[
    (&row::BLOB_TYPE, &[Direction::Upload], "for uploads"),
    (&row::SET_CONTENT_TYPE, &[Direction::Upload], "for uploads"),
    (&row::A, &[Direction::Upload], "for uploads"),
    (&row::IA, &[Direction::Upload], "for uploads"),
    (&row::XA, &[Direction::Upload], "for uploads"),
    (&row::DELIMITER, &[Direction::Download], "for downloads"),
    (
        &row::CHECK_MD5,
        &[Direction::Upload, Direction::Download],
        "for downloads",
    ),
    (
        &row::MT,
        &[Direction::Upload, Direction::Download],
        "for downloads",
    ),
    (
        &row::SNAPSHOT,
        &[Direction::Download, Direction::Between],
        "for copies from blobs",
    ),
    (
        &row::SYNC_COPY,
        &[Direction::Between],
        "for copies from a service to a service",
    ),
    (
        &row::SERVER_COPY,
        &[Direction::Between],
        "for copies from a service to a service",
    ),
];

/// Checks everything that two or more parameters say together.
pub(super) fn check(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    let direction = direction(source, target)?;
    for (parameter, directions, meant) in DIRECTIONS {
        if args.has(parameter) && !directions.contains(&direction) {
            return Err(only(args, parameter, meant));
        }
    }
    // Locations of the Table service are none that this version knows, so here there is no table.
    let of_tables = args
        .typed()
        .find(|(parameter, _)| parameter.applies_to == [Service::Tables]);
    if let Some((parameter, _)) = of_tables {
        return Err(only(args, parameter, "for tables"));
    }
    match direction {
        Direction::Upload => local_pattern(args),
        Direction::Between if args.has(&row::SYNC_COPY) && args.has(&row::SERVER_COPY) => {
            Err(UsageError::meaning(format!(
                "`{}` and `{}` exclude each other: either this machine copies or the service does",
                row::SYNC_COPY.spelled(args.dialect()),
                row::SERVER_COPY.spelled(args.dialect())
            )))
        }
        Direction::Download | Direction::Between => Ok(()),
    }
}

fn direction(source: &Location, target: &Location) -> Result<Direction, UsageError> {
    match (source, target) {
        (Location::Local(_) | Location::Pipe, Location::Local(_) | Location::Pipe) => {
            Err(UsageError::meaning(
                "Both Source and Destination are locally accessible locations. At least one of source and destination \
             should be an Azure Storage location.",
            ))
        }
        (_, Location::Blob(_)) if !matches!(source, Location::Blob(_)) => Ok(Direction::Upload),
        (Location::Blob(_), Location::Blob(_)) if source.to_string() == target.to_string() => Err(
            UsageError::meaning("Source and destination cannot be the same."),
        ),
        (Location::Blob(_), Location::Blob(_)) => Ok(Direction::Between),
        _ => Ok(Direction::Download),
    }
}

/// A pattern for folders stays inside of the source: `..` may stand within a name only.
fn local_pattern(args: &ParsedArgs) -> Result<(), UsageError> {
    let pattern = args.text(&row::PATTERN)?.unwrap_or_default();
    let climbs = pattern.match_indices("..").any(|(at, dots)| {
        matches!(
            pattern.as_bytes().get(at + dots.len()),
            None | Some(b'/' | b'\\')
        )
    });
    if climbs {
        return Err(UsageError::meaning(
            "Search pattern cannot contain \"..\" to move up directories and can be contained only internally in \
             file/directory names, as in \"a..b\"",
        ));
    }
    Ok(())
}

fn only(args: &ParsedArgs, parameter: &Parameter, meant: &str) -> UsageError {
    UsageError::meaning(format!(
        "`{}` is only {meant}",
        parameter.spelled(args.dialect())
    ))
}

#[cfg(test)]
mod tests;
