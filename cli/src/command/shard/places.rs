//! The words of `azring shard` that come first without names: places and indices.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::super::definition::place_first;
use crate::mask::shown;
use crate::parameter::Parameter;
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The plan's place, which comes first, and the words after it.
pub(super) fn plan_place<'w>(
    words: &'w [OsString],
    command: &str,
) -> Result<(&'w OsString, &'w [OsString]), UsageError> {
    match place_first(words) {
        (Some(place), rest) => Ok((place, rest)),
        (None, _) => Err(UsageError::meaning(format!(
            "`shard {command}` needs the folder of a plan, as `shard {command} <plan>`"
        ))),
    }
}

/// The absolute path, so that a printed command can be repeated anywhere.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    path.components().collect()
}

/// The shards that `i` or `i-j` names.
pub(super) fn indices(
    word: Option<&OsString>,
) -> Result<std::ops::RangeInclusive<u32>, UsageError> {
    let text = word.and_then(|word| word.to_str()).unwrap_or_default();
    let wrong = || {
        UsageError::meaning(format!(
            "`{}` names no shard: give an index from 0 on, or a range as `8-15`, after the plan",
            shown(text)
        ))
    };
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok(from..=to),
        _ => Err(wrong()),
    }
}

/// The parameters without these.
pub(super) fn without(
    args: &ParsedArgs,
    left_out: &[&Parameter],
) -> Result<ParsedArgs, UsageError> {
    let mut rest = ParsedArgs::new(args.dialect());
    for (parameter, value) in args.typed() {
        if !left_out.iter().any(|other| other.is(parameter)) {
            rest.add(parameter, value.map(Into::into))?;
        }
    }
    Ok(rest)
}

/// Refuses the parameters that the command does not take.
pub(super) fn refuse(
    args: &ParsedArgs,
    foreign: &[&Parameter],
    why: &str,
) -> Result<(), UsageError> {
    match foreign.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` {why}",
            parameter.spelled(args.dialect())
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_or_a_range_of_shards_is_named() {
        let of = |text: &str| indices(Some(&text.into())).map_err(|error| error.to_string());
        assert_eq!(of("3"), Ok(3..=3));
        assert_eq!(of("8-15"), Ok(8..=15));
        for text in ["", "a", "3-", "-3", "5-4", "1-2-3"] {
            let error = of(text).unwrap_err();
            assert!(error.contains("names no shard"), "{text}: {error}");
        }
    }
}
