//! Combinations of parameters and ends that make no sense.
//!
//! The rules are AzCopy's (its documentation and its data movement library). If the library has a
//! text for a rule, that text is used.

mod end_kind;

mod rules;

mod shares;

mod tables;

use azring_core::Error;
use azring_core::location::Location;
use azring_core::plan::route::Direction;

use super::ends::{SOURCE, TARGET};
use crate::parameter::{self as row, Parameter, Service};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

use end_kind::EndKind;
use rules::{Ends, RULES};

/// Checks an export of a table or an import into one, as it was typed. Other copies are checked when
/// their locations are known.
pub(super) fn check_tables(args: &ParsedArgs) -> Result<(), UsageError> {
    let kinds = (EndKind::typed(args, &SOURCE), EndKind::typed(args, &TARGET));
    let (Some(source), Some(target)) = kinds else {
        return Ok(());
    };
    let has = |kind| source == kind || target == kind;
    if has(EndKind::Table) {
        tables::check(args, source, target)?;
    }
    Ok(())
}

/// Checks combinations of parameters.
pub(super) fn check(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    let ends = if args.has(&row::VERIFY_ONLY) {
        Ends::to_compare(source, target)
    } else {
        Ends::of(source, target, args.has(&row::SYNC_COPY))
    };
    let ends = ends.map_err(|error| usage(&error))?;
    shares::check_blob_type(args, ends)?;
    check_rules(args, ends)?;
    shares::check(args, source, target)?;
    shares::check_credentials(args, source, target)?;
    // Two folders are compared as a folder and a container are.
    let are_folders = ends.source == EndKind::Local && ends.target == EndKind::Local;
    let applies = |parameter: &Parameter| {
        let mut services = parameter.applies_to.iter();
        services.any(|service| ends.have(EndKind::of(*service)) || are_folders)
    };
    // What a table allows was checked before.
    let of_others = args
        .typed()
        .find(|(parameter, _)| !applies(parameter) && !ends.have(EndKind::Table));
    if let Some((parameter, _)) = of_others {
        return Err(only(args, parameter, &services_of(parameter)));
    }
    if ends.direction == Direction::Upload {
        local_pattern(args)?;
    }
    if args.has(&row::SYNC_COPY) && args.has(&row::SERVER_COPY) {
        return Err(UsageError::meaning(format!(
            "`{}` and `{}` exclude each other: either this machine copies or the service does",
            row::SYNC_COPY.spelled(args.dialect()),
            row::SERVER_COPY.spelled(args.dialect())
        )));
    }
    Ok(())
}

/// Checks the parameters that make sense between some ends only.
fn check_rules(args: &ParsedArgs, ends: Ends) -> Result<(), UsageError> {
    for rule in RULES {
        if !(rule.is_allowed)(ends) {
            refuse(args, rule.parameters, rule.meant)?;
        }
    }
    Ok(())
}

/// Checks that a pattern for folders stays inside the source: `..` is allowed within a name only.
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

fn refuse(args: &ParsedArgs, parameters: &[&Parameter], meant: &str) -> Result<(), UsageError> {
    match parameters.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(only(args, parameter, meant)),
        None => Ok(()),
    }
}

/// The services that a parameter applies to, as the end of "is only ...".
fn services_of(parameter: &Parameter) -> String {
    let named = parameter.applies_to.iter().map(|service| match service {
        Service::Blobs => "blobs",
        Service::Files => "file shares",
        Service::Tables => "tables",
    });
    format!("for {}", named.collect::<Vec<_>>().join(" and "))
}

/// The core's reason why it cannot copy between two ends.
fn usage(error: &Error) -> UsageError {
    UsageError::meaning(error.to_string())
}

fn only(args: &ParsedArgs, parameter: &Parameter, meant: &str) -> UsageError {
    UsageError::meaning(format!(
        "`{}` is only {meant}",
        parameter.spelled(args.dialect())
    ))
}

#[cfg(test)]
mod tests;
