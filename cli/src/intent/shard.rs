//! The parameters of `azring shard`, which a copy does not take.

use crate::parameter::{self as row, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// They are read where a plan is made or run, and are no part of its copy.
const OWN: &[&Parameter] = &[
    &row::INTO,
    &row::SHARDS,
    &row::BYTES_PER_SHARD,
    &row::SPLIT_ABOVE,
    &row::CUTS,
    &row::STATE,
    &row::EMIT,
];

/// Refuses the parameters of `shard` in a copy.
pub(super) fn refuse(args: &ParsedArgs) -> Result<(), UsageError> {
    match OWN.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` is only for `azring shard`",
            parameter.spelled(args.dialect())
        ))),
        None => Ok(()),
    }
}
