//! What is stored with objects beside their bytes, from the parsed arguments.

use azring_core::location::Location;
use azring_core::options::{
    AccessTier, BlobTags, BlobType, ContentHeaderOptions, PropertyOptions, RehydratePriority,
    parse_metadata,
};

use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The properties that the command gives. Everything in them was checked.
pub(super) fn properties(args: &ParsedArgs) -> Result<PropertyOptions, UsageError> {
    Ok(PropertyOptions {
        tier: read::choice(args, &row::TIER)?.and_then(AccessTier::from_word),
        rehydrate_priority: match read::choice(args, &row::REHYDRATE_PRIORITY)? {
            Some("High") => Some(RehydratePriority::High),
            Some(_) => Some(RehydratePriority::Standard),
            None => None,
        },
        metadata: parsed(args, &row::METADATA, parse_metadata)?,
        tags: parsed(args, &row::BLOB_TAGS, BlobTags::parse)?,
        headers: ContentHeaderOptions {
            encoding: header(args, &row::CONTENT_ENCODING)?,
            language: header(args, &row::CONTENT_LANGUAGE)?,
            disposition: header(args, &row::CONTENT_DISPOSITION)?,
            cache_control: header(args, &row::CACHE_CONTROL)?,
        },
        keeps_tier: read::choice(args, &row::KEEP_TIER)? != Some("off"),
        keeps_tags: read::choice(args, &row::KEEP_TAGS)? == Some("on"),
    })
}

/// Refuses what only `azring set-properties` takes.
pub(super) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    if args.has(&row::REHYDRATE_PRIORITY) {
        return Err(UsageError::meaning(format!(
            "`{}` is only for `azring set-properties`",
            row::REHYDRATE_PRIORITY.spelled(args.dialect())
        )));
    }
    Ok(())
}

/// Checks that the blobs of an upload can have the tier.
pub(super) fn check_tier(
    args: &ParsedArgs,
    given: &PropertyOptions,
    target: &Location,
    blob_type: Option<BlobType>,
) -> Result<(), UsageError> {
    let blob_type = blob_type.unwrap_or(BlobType::Block);
    let is_blob = matches!(target, Location::Blob(_));
    let Some(tier) = given.tier.filter(|tier| is_blob && !tier.fits(blob_type)) else {
        return Ok(());
    };
    let has = match blob_type {
        BlobType::Block => "block blobs have `Hot`, `Cool`, `Cold` and `Archive`",
        BlobType::Page => "page blobs have `P4` to `P80`",
        BlobType::Append => "append blobs have no tier",
    };
    Err(UsageError::meaning(format!(
        "`{}` cannot be `{}` here: {has}",
        row::TIER.spelled(args.dialect()),
        tier.word()
    )))
}

/// The value of a parameter, read by `read`.
fn parsed<T>(
    args: &ParsedArgs,
    parameter: &Parameter,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    read(text).map(Some).map_err(|why| {
        UsageError::meaning(format!(
            "`{}` as the value of `{}` is not possible: {why}",
            shown(text),
            parameter.spelled(args.dialect())
        ))
    })
}

fn header(args: &ParsedArgs, parameter: &Parameter) -> Result<Option<String>, UsageError> {
    let text = args.text(parameter)?;
    text.map(|text| read::header(args, parameter, text))
        .transpose()
}
