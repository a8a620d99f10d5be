//! Standard input as a source and standard output as a destination: what goes together with them.
//!
//! One object comes or goes, from front to end, and only once. So nothing that chooses among several, that asks how old
//! the source is, or that goes on later can be said beside it.

use azring_core::location::{BlobLocation, Location};

use super::End;
use crate::given::Given;
use crate::misuse::Misuse;
use crate::parameter::{self as row, Parameter};

/// What makes no sense beside a pipe at either end.
const NEVER: &[&Parameter] = &[&row::PATTERN, &row::XO, &row::XN, &row::L];

/// What makes no sense beside standard output.
const NEVER_OUTWARD: &[&Parameter] = &[&row::S, &row::SNAPSHOT, &row::MT, &row::DELIMITER];

/// The pipe, to which nothing is proved.
pub(super) fn location(given: &Given, end: &End) -> Result<Location, Misuse> {
    for parameter in [end.key, end.sas, end.service] {
        if given.has(parameter) {
            return Err(Misuse::meaning(format!(
                "`{}` is given, but the {} is a pipe",
                parameter.spelled(given.dialect()),
                end.side
            )));
        }
    }
    Ok(Location::Pipe)
}

/// Checks what is said beside a pipe.
pub(super) fn check(given: &Given, source: &Location, target: &Location) -> Result<(), Misuse> {
    match (source, target) {
        (Location::Pipe, Location::Blob(place)) => {
            refuse(given, NEVER)?;
            inward(given, place)
        }
        (Location::Blob(place), Location::Pipe) => {
            refuse(given, NEVER)?;
            refuse(given, NEVER_OUTWARD)?;
            outward(given, place)
        }
        _ => Ok(()),
    }
}

fn refuse(given: &Given, parameters: &[&Parameter]) -> Result<(), Misuse> {
    let spelled = |parameter: &Parameter| parameter.spelled(given.dialect());
    if given.has(&row::Z) {
        return Err(Misuse::meaning(
            "Resuming transfer from or to a stream is not supported.",
        ));
    }
    match parameters.iter().find(|parameter| given.has(parameter)) {
        Some(parameter) => Err(Misuse::meaning(format!(
            "`{}` has no meaning for standard input and output, which are one object",
            spelled(parameter)
        ))),
        None => Ok(()),
    }
}

fn inward(given: &Given, place: &BlobLocation) -> Result<(), Misuse> {
    for parameter in [&row::DEST_KEY, &row::DEST_SAS] {
        if given.raw(parameter).is_some_and(|value| value == "-") {
            return Err(Misuse::meaning(format!(
                "`{}` is to be read from standard input, but that is what is copied",
                parameter.spelled(given.dialect())
            )));
        }
    }
    // AzCopy's words: what is paged has its length from the beginning.
    if super::choice(given, &row::BLOB_TYPE)? == Some("page") {
        return Err(Misuse::meaning(
            "Source must be fixed size when destination is Page Blob.",
        ));
    }
    single(
        given,
        place,
        &row::DEST,
        "what comes from standard input becomes one blob",
    )
}

fn outward(given: &Given, place: &BlobLocation) -> Result<(), Misuse> {
    if super::choice(given, &row::OUTPUT)? == Some("json") {
        return Err(Misuse::meaning(format!(
            "`{}` and the blob cannot both go to standard output",
            row::OUTPUT.spelled(given.dialect())
        )));
    }
    single(
        given,
        place,
        &row::SOURCE,
        "standard output takes the bytes of one blob",
    )
}

/// The URL has to go deeper than the container, and not to end like a directory's.
fn single(
    given: &Given,
    place: &BlobLocation,
    parameter: &Parameter,
    why: &str,
) -> Result<(), Misuse> {
    if place.directory.is_empty() || place.is_directory {
        return Err(Misuse::meaning(format!(
            "`{place}` as the value of `{}` names no blob: {why}",
            parameter.spelled(given.dialect())
        )));
    }
    Ok(())
}
