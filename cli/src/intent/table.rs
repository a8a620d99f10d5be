//! How a table is exported or imported, from the parsed arguments.

use azring_core::dump::name::PayloadFormat;
use azring_core::options::{EntityOperation, SplitKeys, TableOptions};

use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::parsed::read;
use crate::usage_error::UsageError;

/// The options of a table.
pub(super) fn table(args: &ParsedArgs) -> Result<TableOptions, UsageError> {
    Ok(TableOptions {
        manifest: manifest(args)?,
        split_keys: split_keys(args)?,
        split_mb: read::split_mb(args)?,
        format: match read::choice(args, &row::PAYLOAD_FORMAT)? {
            Some("CSV") => PayloadFormat::Csv,
            _ => PayloadFormat::Json,
        },
        entity_operation: match read::choice(args, &row::ENTITY_OPERATION)? {
            Some("InsertOrMerge") => EntityOperation::InsertOrMerge,
            Some("InsertOrReplace") => EntityOperation::InsertOrReplace,
            _ => EntityOperation::InsertOrSkip,
        },
        spool_in: None,
    })
}

/// `/Manifest`: a name in the folder of the export, taken literally.
fn manifest(args: &ParsedArgs) -> Result<Option<String>, UsageError> {
    let Some(name) = args.text(&row::MANIFEST)? else {
        return Ok(None);
    };
    let is_name = !matches!(name, "" | "." | "..") && !name.contains('/');
    if is_name {
        return Ok(Some(name.to_owned()));
    }
    Err(UsageError::meaning(format!(
        "`{}` as the value of `{}` is not the name of a file: the file is in the folder or container of the export",
        crate::mask::shown(name),
        row::MANIFEST.spelled(args.dialect())
    )))
}

/// `/PKRS`.
fn split_keys(args: &ParsedArgs) -> Result<SplitKeys, UsageError> {
    let Some(text) = args.text(&row::PKRS)? else {
        return Ok(SplitKeys::None);
    };
    let name = row::PKRS.spelled(args.dialect());
    match SplitKeys::parse(text) {
        Ok(keys) => Ok(keys),
        Err(error) => Err(UsageError::meaning(format!("`{name}`: {error}"))),
    }
}
