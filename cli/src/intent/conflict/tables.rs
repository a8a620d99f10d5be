//! Combinations of parameters that a table does not allow.

use super::end_kind::EndKind;
use super::refuse;
use crate::parameter::{self as row, Parameter, Service};
use crate::parsed::ParsedArgs;
use crate::parsed::read::known_word;
use crate::usage_error::UsageError;

/// Checks an export of a table or an import into one.
pub(super) fn check(args: &ParsedArgs, source: EndKind, target: EndKind) -> Result<(), UsageError> {
    let name = |parameter: &Parameter| parameter.spelled(args.dialect());
    if source == target {
        return Err(UsageError::meaning(format!(
            "a table is not copied to a table: `{}` is a folder or a container, or `{}` is",
            name(&row::DEST),
            name(&row::SOURCE)
        )));
    }
    if source == EndKind::Share || target == EndKind::Share {
        return Err(UsageError::meaning(
            "a table is exported to a folder or to a container of blobs, and imported from one",
        ));
    }
    // An example in AzCopy's documentation has `/S` for a table, where it has no effect. The files of an import
    // can be checked, and those of an export become blobs.
    let is_allowed = |parameter: &Parameter| {
        parameter.is(&row::S)
            || parameter.is(&row::CHECK_MD5) && target == EndKind::Table
            || parameter.is(&row::BLOB_TYPE) && target == EndKind::Blob
    };
    let of_objects = args.typed().find(|(parameter, _)| {
        !parameter.applies_to.contains(&Service::Tables) && !is_allowed(parameter)
    });
    if let Some((parameter, _)) = of_objects {
        return Err(UsageError::meaning(format!(
            "`{}` is not supported when either the source or the destination is a table",
            name(parameter)
        )));
    }
    if known_word(args, &row::BLOB_TYPE) == Some("page") {
        return Err(UsageError::meaning(format!(
            "`{}` cannot be `page` for the export of a table: the length of a page blob is a multiple of 512 bytes, \
             and that of an exported file is not",
            name(&row::BLOB_TYPE)
        )));
    }
    if source == EndKind::Table {
        return refuse(args, &[&row::ENTITY_OPERATION], "for imports into a table");
    }
    refuse(
        args,
        &[&row::PKRS, &row::SPLIT_SIZE],
        "for exports of a table",
    )?;
    if known_word(args, &row::PAYLOAD_FORMAT) == Some("CSV") {
        return Err(UsageError::meaning(
            "only JSON can be imported into a table, not CSV",
        ));
    }
    for needed in [&row::MANIFEST, &row::ENTITY_OPERATION] {
        if !args.has(needed) {
            return Err(UsageError::meaning(format!(
                "an import into a table needs `{}`",
                name(needed)
            )));
        }
    }
    Ok(())
}
