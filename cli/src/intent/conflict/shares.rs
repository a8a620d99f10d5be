//! Combinations of parameters that a file share does not allow.

use azring_core::location::Location;

use super::super::ends::{EndParameters, SOURCE, TARGET};
use super::super::sync;
use super::end_kind::EndKind;
use super::rules::Ends;
use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::parsed::read::choice;
use crate::usage_error::UsageError;

/// Checks which files of a share are copied. The URL may also name a single file, which the service
/// knows. A measurement reads all files.
pub(super) fn check(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    let Location::Share(location) = source else {
        return Ok(());
    };
    if matches!(target, Location::Discard(_)) {
        return Ok(());
    }
    match (args.has(&row::PATTERN), sync::is_recursive(args)) {
        (false, false) if location.place().may_be_object() => Ok(()),
        (true, true) => Err(UsageError::meaning(
            "Search pattern is not supported in recursive mode when the source is an Azure file directory.",
        )),
        (false, false) => Err(UsageError::meaning(format!(
            "from a file share either one file is copied, which `{}` names, or all of them, with `{}`",
            row::PATTERN.spelled(args.dialect()),
            row::S.spelled(args.dialect())
        ))),
        _ => Ok(()),
    }
}

/// Checks the type of the blobs that files of a share become: the Blob service copies them to block blobs
/// only.
pub(super) fn check_blob_type(args: &ParsedArgs, ends: Ends) -> Result<(), UsageError> {
    if ends.source != EndKind::Share || ends.target != EndKind::Blob || ends.is_sync {
        return Ok(());
    }
    match choice(args, &row::BLOB_TYPE)? {
        Some(kind @ ("page" | "append")) => Err(UsageError::meaning(format!(
            "Copying from File Storage to {kind} Blob Storage asynchronously is not supported."
        ))),
        _ => Ok(()),
    }
}

/// Checks that there is a credential for every share and table: nobody else may read or write one.
pub(super) fn check_credentials(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    check_credential(args, source, &SOURCE)?;
    check_credential(args, target, &TARGET)
}

/// Checks that there is a credential for a location in a share, or for a table.
pub(in crate::intent) fn check_credential(
    args: &ParsedArgs,
    location: &Location,
    end: &EndParameters,
) -> Result<(), UsageError> {
    if !location.lacks_credential() {
        return Ok(());
    }
    let what = if EndKind::of_location(location) == EndKind::Table {
        "table"
    } else {
        "file share"
    };
    Err(UsageError::meaning(format!(
        "a {what} is read and written with a key, a shared access signature or a login: give `{}` or `{}`, or log in by \
         `azring login`",
        end.key.spelled(args.dialect()),
        end.sas.spelled(args.dialect())
    )))
}
