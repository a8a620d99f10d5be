//! The options of a small upload that tries whether a destination can be written.

use azring_core::location::{Location, Synthetic};
use azring_core::options::Options;

use super::ends::{TARGET, location};
use super::options::between;
use crate::environment::Environment;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The destination of the command.
pub(crate) fn target(args: &ParsedArgs, environment: &Environment) -> Result<Location, UsageError> {
    read::check(args)?;
    location(args, &TARGET, environment)
}

/// The upload of one object of one byte into `folder`, with the parameters of the destination alone.
pub(crate) fn trial(
    args: &ParsedArgs,
    folder: Location,
    environment: &Environment,
) -> Result<Options, UsageError> {
    let kept = [
        &row::DEST,
        &row::DEST_KEY,
        &row::DEST_SAS,
        &row::DEST_TYPE,
        &row::IO,
        &row::CA_FILE,
        &row::AUTH,
        &row::TRUSTED_MICROSOFT_SUFFIXES,
    ];
    let mut own = ParsedArgs::new(args.dialect());
    for (parameter, value) in args.typed() {
        if kept.iter().any(|row| row.is(parameter)) {
            own.add(parameter, value.map(ToOwned::to_owned))?;
        }
    }
    let generated = Location::Synthetic(Synthetic {
        seed: 0,
        objects: Some(1),
        object_bytes: 1,
    });
    between(&own, generated, folder, environment)
}
