//! What commands about one place have in common: their parameters, and the names of the place's credential.
//!
//! The place has the names of the source. Its key, its signature and its type may also be given by the names of the
//! destination, which a user may try as well.

use crate::parameter::{self as row, Parameter, joined};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The place, and how it is reached.
pub(super) const PLACE: [&Parameter; 14] = [
    &row::SOURCE,
    &row::SOURCE_KEY,
    &row::SOURCE_SAS,
    &row::SOURCE_TYPE,
    &row::DEST_KEY,
    &row::DEST_SAS,
    &row::DEST_TYPE,
    &row::CA_FILE,
    &row::GIVE_UP,
    &row::SERVICE_VERSION,
    &row::AUTH,
    &row::TRUSTED_MICROSOFT_SUFFIXES,
    &row::RESPONSE_FILE,
    &row::OUTPUT,
];

/// The place, and which objects of it are meant.
pub(super) const OBJECTS: [&Parameter; 32] = joined(
    &PLACE,
    &[
        &row::PATTERN,
        &row::S,
        &row::INCLUDE_PATTERN,
        &row::EXCLUDE_PATTERN,
        &row::INCLUDE_PATH,
        &row::EXCLUDE_PATH,
        &row::INCLUDE_REGEX,
        &row::EXCLUDE_REGEX,
        &row::INCLUDE_MODE,
        &row::NEWER_THAN,
        &row::OLDER_THAN,
        &row::MIN_SIZE,
        &row::MAX_SIZE,
        &row::FILES_FROM,
        &row::FILES_FROM_0,
        &row::FILTER_FROM,
        &row::SHARD,
        &row::EXPLAIN_FILTER,
    ],
);

/// The same for a command that changes those objects and reports on each.
pub(super) const CHANGED_OBJECTS: [&Parameter; 42] = joined(
    &OBJECTS,
    &[
        &row::L,
        &row::V,
        &row::LOG_LEVEL,
        &row::LEDGER,
        &row::REPORT,
        &row::METRICS,
        &row::SILENT,
        &row::PROGRESS,
        &row::EXIT_CODES,
        &row::FAIL_IF_EMPTY,
    ],
);

/// Gives the place what was given by the names of the destination.
///
/// # Errors
///
/// Two values that differ.
pub(super) fn unite(args: &mut ParsedArgs) -> Result<(), UsageError> {
    for (own, other) in [
        (&row::SOURCE_KEY, &row::DEST_KEY),
        (&row::SOURCE_SAS, &row::DEST_SAS),
        (&row::SOURCE_TYPE, &row::DEST_TYPE),
    ] {
        if !args.has(other) {
            continue;
        }
        if !args.has(own) {
            args.rename(other, own);
        } else if args.raw(own) == args.raw(other) {
            args.remove(other);
        } else {
            return Err(UsageError::meaning(format!(
                "`{}` and `{}` differ, and the command has one place: give one of them",
                own.spelled(args.dialect()),
                other.spelled(args.dialect())
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    fn united(words: &[&str]) -> Result<String, String> {
        let words: Vec<_> = words.iter().map(Into::into).collect();
        let mut args = args::read(&words).unwrap();
        unite(&mut args).map_err(|error| error.to_string())?;
        let words = args.words(row::Dialect::Slash);
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        Ok(words.join(" "))
    }

    #[test]
    fn a_key_may_have_the_name_of_either_end() {
        assert_eq!(united(&["/SourceKey:a"]).unwrap(), "/SourceKey:a");
        assert_eq!(united(&["/DestKey:a"]).unwrap(), "/SourceKey:a");
        assert_eq!(
            united(&["/DestSAS:?s", "/DestType:Blob"]).unwrap(),
            "/SourceSAS:?s /SourceType:Blob"
        );
        assert_eq!(
            united(&["/SourceKey:a", "/DestKey:a"]).unwrap(),
            "/SourceKey:a"
        );
        let differ = united(&["/SourceKey:a", "/DestKey:canary"]).unwrap_err();
        assert!(
            differ.contains("differ") && !differ.contains("canary"),
            "{differ}"
        );
    }
}
