//! What makes no sense with a file share.

use super::end_kind::EndKind;
use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Checks which files of a share are copied.
pub(super) fn check(args: &ParsedArgs, source: EndKind) -> Result<(), UsageError> {
    if source != EndKind::Share {
        return Ok(());
    }
    match (args.has(&row::PATTERN), args.has(&row::S)) {
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
