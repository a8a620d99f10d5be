//! The parameters of a worker's run: those of the plan's copy, and the worker's own.

use std::ffi::OsStr;

use azring_core::journal::Command;
use azring_core::options::Options;
use azring_core::shard::{Error, Plan};

use crate::parameter::{self as row, Dialect, Parameter, Value};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;
use crate::{args, journal};

/// Parameters of the plan that a worker may give too, because they concern its machine.
const OF_THE_MACHINE: &[&Parameter] = &[&row::CA_FILE];

/// Parameters of a worker's command line that are none of the copy.
const OF_THE_COMMAND: &[&Parameter] = &[&row::STATE, &row::RESPONSE_FILE];

/// Parameters that a worker cannot give.
pub(super) const FOREIGN: &[&Parameter] = &[
    &row::INTO,
    &row::SHARDS,
    &row::BYTES_PER_SHARD,
    &row::SPLIT_ABOVE,
    &row::CUTS,
    &row::EMIT,
    &row::Z,
    &row::NO_JOURNAL,
];

/// Joins the plan's copy with the worker's own parameters. What selects objects is left out, unless the worker `lists`
/// a range of names itself.
///
/// The two places are always the worker's own: a plan says what is copied, and never where its reader sends
/// a credential.
pub(super) fn joined(
    of_plan: &Command,
    own: &ParsedArgs,
    lists: bool,
) -> Result<ParsedArgs, UsageError> {
    let (list, dialect) = journal::of_journal(of_plan);
    let planned = args::read(&list)?;
    let mut joined = ParsedArgs::new(dialect);
    for place in [&row::SOURCE, &row::DEST] {
        let Some(value) = own.raw(place) else {
            return Err(missing(place, own.dialect()));
        };
        joined.add(place, Some(value.into()))?;
    }
    let has = |list: &[&Parameter], parameter| list.iter().any(|row| row.is(parameter));
    for (parameter, value) in planned.typed() {
        let is_own = has(OF_THE_MACHINE, parameter) && own.has(parameter);
        let selects = !lists && row::FILTERS.iter().any(|row| row.is(parameter));
        if !is_place(parameter) && !is_own && !selects {
            joined.add(parameter, value.map(Into::into))?;
        }
    }
    for (parameter, value) in own.typed() {
        if is_place(parameter) || has(OF_THE_COMMAND, parameter) {
            continue;
        }
        if parameter.identity && !has(OF_THE_MACHINE, parameter) {
            if planned.has(parameter) && is_same(parameter, planned.raw(parameter), value) {
                continue;
            }
            return Err(UsageError::meaning(format!(
                "`{}` belongs to the plan, and a worker cannot change it: make another plan with it",
                parameter.spelled(own.dialect())
            )));
        }
        joined.add(parameter, value.map(Into::into))?;
    }
    Ok(joined)
}

/// Refuses a worker whose places are not those of the plan.
pub(super) fn check_ends(plan: &Plan, options: &Options) -> Result<(), Error> {
    let [source, target] = journal::ends_of(options);
    let ends = [
        ("source", &source, &plan.source),
        ("destination", &target, &plan.target),
    ];
    match ends.into_iter().find(|(_, own, planned)| own != planned) {
        Some((what, own, planned)) => Err(Error::Usage(format!(
            "the {what} of the plan is `{planned}`, and not `{own}`"
        ))),
        None => Ok(()),
    }
}

/// Whether both values mean the same. The case of a choice does not matter.
fn is_same(parameter: &Parameter, planned: Option<&OsStr>, own: Option<&OsStr>) -> bool {
    match (planned, own) {
        (Some(planned), Some(own)) if matches!(parameter.value, Value::Choice(_)) => {
            planned.eq_ignore_ascii_case(own)
        }
        (planned, own) => planned == own,
    }
}

fn is_place(parameter: &Parameter) -> bool {
    parameter.is(&row::SOURCE) || parameter.is(&row::DEST)
}

fn missing(place: &Parameter, dialect: Dialect) -> UsageError {
    UsageError::meaning(format!(
        "`{}` is missing: a worker needs the source and the destination of the plan on its own command line",
        place.spelled(dialect)
    ))
}
