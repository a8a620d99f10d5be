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

/// The word that removes all metadata or all tags.
const CLEAR: &str = "clear";

/// The properties that the command gives. Everything in them was checked. Where objects are not written and only
/// changed, there is a word that removes metadata and tags.
pub(super) fn properties(
    args: &ParsedArgs,
    are_changed: bool,
) -> Result<PropertyOptions, UsageError> {
    Ok(PropertyOptions {
        tier: read::choice(args, &row::TIER)?.and_then(AccessTier::from_word),
        rehydrate_priority: match read::choice(args, &row::REHYDRATE_PRIORITY)? {
            Some("High") => Some(RehydratePriority::High),
            Some(_) => Some(RehydratePriority::Standard),
            None => None,
        },
        metadata: parsed(args, &row::METADATA, |text| {
            parse_metadata(without_clear(text, are_changed))
        })?,
        tags: parsed(args, &row::BLOB_TAGS, |text| {
            BlobTags::parse(without_clear(text, are_changed))
        })?,
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

/// Refuses what only other commands take.
pub(super) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    let foreign = [
        (&row::REHYDRATE_PRIORITY, "set-properties"),
        (&row::QUOTA_GB, "make"),
        (&row::PROPERTIES, "list"),
        (&row::RUNNING_TALLY, "list"),
        (&row::MACHINE_READABLE, "list"),
        (&row::MEGA_UNITS, "list"),
    ];
    match foreign
        .into_iter()
        .find(|(parameter, _)| args.has(parameter))
    {
        Some((parameter, command)) => Err(UsageError::meaning(format!(
            "`{}` is only for `azring {command}`",
            parameter.spelled(args.dialect())
        ))),
        None => Ok(()),
    }
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

/// The text, or nothing for the word that removes everything where that word is known.
fn without_clear(text: &str, is_known: bool) -> &str {
    if is_known && text.eq_ignore_ascii_case(CLEAR) {
        ""
    } else {
        text
    }
}

/// The value of a parameter, read by `read`.
fn parsed<T>(
    args: &ParsedArgs,
    parameter: &Parameter,
    read: impl Fn(&str) -> Result<T, String>,
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
