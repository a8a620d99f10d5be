//! Standard input as a source and standard output as a destination: allowed combinations.
//!
//! A pipe carries one object, in the order of its bytes, once. So parameters that select among
//! objects, compare times or resume a copy are refused with a pipe.

use azring_core::location::Location;

use super::ends::EndParameters;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, choice};
use crate::usage_error::{UsageError, word_of};

/// The parameters that are refused with a pipe at either end.
const NEVER: &[&Parameter] = &[&row::PATTERN, &row::XO, &row::XN, &row::L];

/// The parameters that are refused with standard output.
const NEVER_TO_OUTPUT: &[&Parameter] = &[&row::S, &row::SNAPSHOT, &row::MT, &row::DELIMITER];

/// The location of the pipe. A credential for it is refused.
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

/// Checks the parameters of a copy with a pipe.
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
    let mut refused = parameters.iter().chain(row::FILTERS);
    match refused.find(|parameter| args.has(parameter)) {
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
    // AzCopy's text: the length of a page blob is needed at its creation.
    if choice(args, &row::BLOB_TYPE)? == Some("page") {
        return Err(UsageError::meaning(
            "Source must be fixed size when destination is Page Blob.",
        ));
    }
    single(args, target, &row::DEST, "standard input becomes one")
}

fn check_output(args: &ParsedArgs, source: &Location) -> Result<(), UsageError> {
    if choice(args, &row::OUTPUT)? == Some("json") {
        return Err(UsageError::meaning(format!(
            "`{}` and the {} cannot both go to standard output",
            row::OUTPUT.spelled(args.dialect()),
            object_word(source)
        )));
    }
    single(
        args,
        source,
        &row::SOURCE,
        "standard output gets the bytes of one",
    )
}

/// The word for an object of a service.
fn object_word(location: &Location) -> &'static str {
    match location {
        Location::Share(_) => "file",
        Location::Table(_) => "entity",
        Location::Blob(_)
        | Location::Local(_)
        | Location::Pipe
        | Location::Synthetic(_)
        | Location::Discard(_) => "blob",
    }
}

/// Checks that the URL names an object below the container and does not end in a slash.
fn single(
    args: &ParsedArgs,
    location: &Location,
    parameter: &Parameter,
    why: &str,
) -> Result<(), UsageError> {
    let Some(place) = location.in_service() else {
        return Ok(());
    };
    if place.may_be_object() {
        return Ok(());
    }
    let object = object_word(location);
    Err(UsageError::meaning(format!(
        "`{location}` as the value of `{}` names no {object}: {why} {object}",
        parameter.spelled(args.dialect())
    )))
}
