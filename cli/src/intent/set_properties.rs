//! The options of `azring set-properties`: which objects of a service get which properties.

use azring_core::location::{Discard, Location};
use azring_core::options::{ContentType, Options};

use super::ends::{SOURCE, location};
use super::filter;
use super::options::between;
use crate::environment::Environment;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The options that the command asks for. The place is their source; they have no target.
pub(crate) fn set_properties(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Options, UsageError> {
    read::check(args)?;
    filter::check(args)?;
    if !args.has(&row::SOURCE) {
        return Err(UsageError::meaning(
            "`set-properties` needs the URL of a container or a file share, or of a directory or an object in it",
        ));
    }
    let place = location(args, &SOURCE, environment)?;
    if !matches!(place, Location::Blob(_) | Location::Share(_)) {
        return Err(UsageError::meaning(format!(
            "`set-properties` changes blobs and files of a file share, and `{place}` is neither"
        )));
    }
    super::remove::check_selection(args, &place, "change")?;
    let nowhere = Location::Discard(Discard { compares: false });
    let mut options = between(args, place, nowhere, environment)?;
    let given = &options.properties;
    let gives_some = given.tier.is_some()
        || given.metadata.is_some()
        || given.tags.is_some()
        || given.headers.is_any()
        || options.upload.content_type != ContentType::Unset;
    if !gives_some {
        return Err(UsageError::meaning(format!(
            "nothing is to be set: give {}, {}, {} or a content header",
            row::TIER.spelled(args.dialect()),
            row::METADATA.spelled(args.dialect()),
            row::BLOB_TAGS.spelled(args.dialect())
        )));
    }
    if given.rehydrate_priority.is_some() && given.tier.is_none() {
        return Err(UsageError::meaning(format!(
            "`{}` needs the tier that blobs of the archive get: give `{}`",
            row::REHYDRATE_PRIORITY.spelled(args.dialect()),
            row::TIER.spelled(args.dialect())
        )));
    }
    if matches!(options.upload.content_type, ContentType::ByContent(_)) {
        return Err(UsageError::meaning(format!(
            "`{}` needs the bytes of the objects, which `set-properties` does not read: leave the value out for the types \
             of the extensions",
            row::SET_CONTENT_TYPE.with_value(super::DETECTED, args.dialect())
        )));
    }
    // The properties that stay are stored again with those that are given.
    options.selection.metadata = true;
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    const URL: &str = "https://a.blob.core.windows.net/c";
    const SHARE: &str = "https://a.file.core.windows.net/s";

    fn wanted(place: &str, more: &[&str]) -> Result<Options, String> {
        let words: Vec<_> = more.iter().map(Into::into).collect();
        let read = args::read(&words).and_then(|mut args| {
            args.add(&row::SOURCE, Some(place.into()))?;
            set_properties(&args, &alone(&[]))
        });
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn what_would_change_nothing_or_anything_else_is_refused_by_name() {
        let key = "/SourceKey:a2V5";
        for (place, words, says) in [
            ("/data", &["/S", "/Tier:Hot"][..], "is neither"),
            (URL, &["/Tier:Hot"], "give `/S` to change everything"),
            (URL, &["/S"], "nothing is to be set"),
            (
                URL,
                &["/S", "/RehydratePriority:High"],
                "nothing is to be set",
            ),
            (
                URL,
                &["/S", "/RehydratePriority:High", "/Metadata:a=1"],
                "needs the tier",
            ),
            (SHARE, &[key, "/S", "/Tier:Hot"], "is only for blobs"),
            (SHARE, &[key, "/S", "/BlobTags:a=1"], "is only for blobs"),
        ] {
            let text = wanted(place, words).unwrap_err();
            assert!(text.contains(says), "{place} {words:?}: {text}");
        }
    }

    #[test]
    fn metadata_and_tags_are_removed_by_a_word() {
        let given = wanted(URL, &["/S", "/Metadata:clear", "/BlobTags:CLEAR"]).unwrap();
        let given = &given.properties;
        assert_eq!(given.metadata.as_deref(), Some(&[][..]));
        assert!(
            given
                .tags
                .as_ref()
                .is_some_and(|tags| tags.pairs().is_empty())
        );
    }
}
