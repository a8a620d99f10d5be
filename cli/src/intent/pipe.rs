//! Standard input as a source and standard output as a destination: what goes together with them.
//!
//! One object comes or goes, from front to end, and only once. So nothing that chooses among several, that asks how old
//! the source is, or that goes on later can be said beside it.

use azring_core::location::Location;

use super::ends::EndParameters;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, choice};
use crate::usage_error::{UsageError, word_of};

/// What makes no sense beside a pipe at either end.
const NEVER: &[&Parameter] = &[&row::PATTERN, &row::XO, &row::XN, &row::L];

/// What makes no sense beside standard output.
const NEVER_TO_OUTPUT: &[&Parameter] = &[&row::S, &row::SNAPSHOT, &row::MT, &row::DELIMITER];

/// The pipe, to which nothing is proved.
pub(super) fn location(args: &ParsedArgs, end: &EndParameters) -> Result<Location, UsageError> {
    for parameter in [end.key, end.sas, end.service] {
        if args.has(parameter) {
            return Err(UsageError::meaning(format!(
                "`{}` is given, but the {} is a pipe",
                parameter.spelled(args.dialect()),
                word_of(end.side)
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
    if matches!(source, Location::Pipe) {
        refuse(args, NEVER)?;
        check_input(args, target)?;
    }
    if matches!(target, Location::Pipe) {
        refuse(args, NEVER)?;
        refuse(args, NEVER_TO_OUTPUT)?;
        check_output(args, source)?;
    }
    Ok(())
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
            "`{}` cannot be used with standard input or output, which are a single object",
            spelled(parameter)
        ))),
        None => Ok(()),
    }
}

fn check_input(args: &ParsedArgs, target: &Location) -> Result<(), UsageError> {
    for parameter in [&row::DEST_KEY, &row::DEST_SAS] {
        if args.raw(parameter).is_some_and(|value| value == "-") {
            return Err(UsageError::meaning(format!(
                "`{}` is read from standard input, but standard input is the source",
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
    single(args, target, &row::DEST, "standard input becomes one blob")
}

fn check_output(args: &ParsedArgs, source: &Location) -> Result<(), UsageError> {
    if choice(args, &row::OUTPUT)? == Some("json") {
        return Err(UsageError::meaning(format!(
            "`{}` and the blob cannot both go to standard output",
            row::OUTPUT.spelled(args.dialect())
        )));
    }
    single(
        args,
        source,
        &row::SOURCE,
        "standard output gets the bytes of one blob",
    )
}

/// The URL has to name an object below the container, and must not end like a directory's.
fn single(
    args: &ParsedArgs,
    location: &Location,
    parameter: &Parameter,
    why: &str,
) -> Result<(), UsageError> {
    let names_object = match location {
        Location::Blob(place) => !place.directory.is_empty() && !place.is_directory,
        Location::Local(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => true,
    };
    if names_object {
        return Ok(());
    }
    Err(UsageError::meaning(format!(
        "`{location}` as the value of `{}` names no blob: {why}",
        parameter.spelled(args.dialect())
    )))
}
