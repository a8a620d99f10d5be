//! Combinations of parameters and ends that make no sense.
//!
//! The rules are AzCopy's (its documentation and its data movement library). If the library has a
//! text for a rule, that text is used. The rules also cover parameters, file shares and tables
//! that this version does not have: a command that AzCopy would refuse is refused for the same
//! reason, and only a command that makes sense is refused because its service is not built. So a
//! script that is right today stays right once the service is built.

mod end_kind;

mod rules;

mod shares;

mod tables;

use azring_core::Error;
use azring_core::location::Location;
use azring_core::plan::route::Direction;

use super::ends::{SOURCE, TARGET};
use super::secret;
use crate::environment::Environment;
use crate::parameter::{self as row, Parameter, Service};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

use end_kind::EndKind;
use rules::{Ends, RULES};

/// Checks a copy from or to a service that this version cannot reach. Other copies are checked
/// when their locations are known.
pub(super) fn check_unbuilt_services(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<(), UsageError> {
    let kinds = (EndKind::typed(args, &SOURCE), EndKind::typed(args, &TARGET));
    let (Some(source), Some(target)) = kinds else {
        return Ok(());
    };
    let has = |kind| source == kind || target == kind;
    if has(EndKind::Table) {
        tables::check(args, source, target)?;
    } else if has(EndKind::Share) {
        let ends = Ends::of_kinds(source, target, args.has(&row::SYNC_COPY))
            .map_err(|error| usage(&error))?;
        check_rules(args, ends)?;
        shares::check(args, source)?;
    }
    let needs_credential = source == EndKind::Share || source == EndKind::Table;
    if needs_credential && !has_source_credential(args, environment) {
        return Err(UsageError::meaning(format!(
            "a file share or a table is read with a key or a shared access signature: give `{}` or `{}`",
            row::SOURCE_KEY.spelled(args.dialect()),
            row::SOURCE_SAS.spelled(args.dialect())
        )));
    }
    Ok(())
}

/// Checks everything that two or more parameters say together.
pub(super) fn check(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    let ends =
        Ends::of(source, target, args.has(&row::SYNC_COPY)).map_err(|error| usage(&error))?;
    check_rules(args, ends)?;
    // No location is a table yet, so parameters for tables make no sense here.
    let of_tables = args
        .typed()
        .find(|(parameter, _)| parameter.applies_to == [Service::Tables]);
    if let Some((parameter, _)) = of_tables {
        return Err(only(args, parameter, "for tables"));
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

/// A credential for the source is given in the command, in its URL, or in the environment.
fn has_source_credential(args: &ParsedArgs, environment: &Environment) -> bool {
    let is_in_url = args
        .raw(SOURCE.place)
        .is_some_and(|url| url.to_string_lossy().contains("sig="));
    args.has(SOURCE.key)
        || args.has(SOURCE.sas)
        || is_in_url
        || secret::is_in_environment(SOURCE.side, environment)
}

fn refuse(args: &ParsedArgs, parameters: &[&Parameter], meant: &str) -> Result<(), UsageError> {
    match parameters.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(only(args, parameter, meant)),
        None => Ok(()),
    }
}

/// Core's reason why there is no copy between two ends.
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
