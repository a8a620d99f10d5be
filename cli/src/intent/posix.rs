//! What is kept of a POSIX file system, from the parsed arguments.

use azring_core::location::Location;
use azring_core::options::Links;

use crate::parameter as row;
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// What becomes of symbolic links.
pub(super) fn links(args: &ParsedArgs) -> Result<Links, UsageError> {
    Ok(match read::choice(args, &row::LINKS)? {
        Some("skip") => Links::Skip,
        Some("follow") => Links::Follow,
        Some("keep") => Links::Keep,
        Some("unsafe") => Links::Unsafe,
        _ => Links::Files,
    })
}

/// Refuses what has no meaning in this copy. That the ends allow the parameters was checked before.
pub(super) fn check(args: &ParsedArgs, source: &Location) -> Result<(), UsageError> {
    let links = links(args)?;
    if links == Links::Files {
        return Ok(());
    }
    let name = row::LINKS.spelled(args.dialect());
    if links.keeps() && args.has(&row::MOVE) {
        return Err(UsageError::meaning(format!(
            "`{name}` has no meaning in a move, which deletes only what can be read again: a link would be followed"
        )));
    }
    let is_local = matches!(source, Location::Local(_));
    if !links.keeps() && !is_local && !args.has(&row::SYNC) {
        return Err(UsageError::meaning(format!(
            "`{name}` of a download is `keep` or `unsafe`: a service has no links to follow or to skip"
        )));
    }
    Ok(())
}
