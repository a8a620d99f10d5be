//! Standard input as a source and standard output as a destination: what goes together with them.
//!
//! One object comes or goes, from front to end, and only once. So nothing that chooses among several, that asks how old
//! the source is, or that goes on later can be said beside it.

use azring_core::location::{BlobLocation, Location};

use super::ends::EndParameters;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, choice};
use crate::usage_error::UsageError;

/// What makes no sense beside a pipe at either end.
const NEVER: &[&Parameter] = &[&row::PATTERN, &row::XO, &row::XN, &row::L];

/// What makes no sense beside standard output.
const NEVER_OUTWARD: &[&Parameter] = &[&row::S, &row::SNAPSHOT, &row::MT, &row::DELIMITER];

/// The pipe, to which nothing is proved.
pub(super) fn location(args: &ParsedArgs, end: &EndParameters) -> Result<Location, UsageError> {
    for parameter in [end.key, end.sas, end.service] {
        if args.has(parameter) {
            return Err(UsageError::meaning(format!(
                "`{}` is given, but the {} is a pipe",
                parameter.spelled(args.dialect()),
                end.side
            )));
        }
    }
    Ok(Location::Pipe)
}

/// Checks what is said beside a pipe.
pub(super) fn check(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    match (source, target) {
        (Location::Pipe, Location::Blob(place)) => {
            refuse(args, NEVER)?;
            inward(args, place)
        }
        (Location::Blob(place), Location::Pipe) => {
            refuse(args, NEVER)?;
            refuse(args, NEVER_OUTWARD)?;
            outward(args, place)
        }
        _ => Ok(()),
    }
}

fn refuse(args: &ParsedArgs, parameters: &[&Parameter]) -> Result<(), UsageError> {
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    if args.has(&row::Z) {
        return Err(UsageError::meaning(
            "Resuming transfer from or to a stream is not supported.",
        ));
    }
    match parameters.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` has no meaning for standard input and output, which are one object",
            spelled(parameter)
        ))),
        None => Ok(()),
    }
}

fn inward(args: &ParsedArgs, place: &BlobLocation) -> Result<(), UsageError> {
    for parameter in [&row::DEST_KEY, &row::DEST_SAS] {
        if args.raw(parameter).is_some_and(|value| value == "-") {
            return Err(UsageError::meaning(format!(
                "`{}` is to be read from standard input, but that is what is copied",
                parameter.spelled(args.dialect())
            )));
        }
    }
    // AzCopy's words: what is paged has its length from the beginning.
    if choice(args, &row::BLOB_TYPE)? == Some("page") {
        return Err(UsageError::meaning(
            "Source must be fixed size when destination is Page Blob.",
        ));
    }
    single(
        args,
        place,
        &row::DEST,
        "what comes from standard input becomes one blob",
    )
}

fn outward(args: &ParsedArgs, place: &BlobLocation) -> Result<(), UsageError> {
    if choice(args, &row::OUTPUT)? == Some("json") {
        return Err(UsageError::meaning(format!(
            "`{}` and the blob cannot both go to standard output",
            row::OUTPUT.spelled(args.dialect())
        )));
    }
    single(
        args,
        place,
        &row::SOURCE,
        "standard output takes the bytes of one blob",
    )
}

/// The URL has to go deeper than the container, and not to end like a directory's.
fn single(
    args: &ParsedArgs,
    place: &BlobLocation,
    parameter: &Parameter,
    why: &str,
) -> Result<(), UsageError> {
    if place.directory.is_empty() || place.is_directory {
        return Err(UsageError::meaning(format!(
            "`{place}` as the value of `{}` names no blob: {why}",
            parameter.spelled(args.dialect())
        )));
    }
    Ok(())
}
