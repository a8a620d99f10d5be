//! The options of `azring remove`: which objects of a service are deleted.

use azring_core::location::{Discard, Location};
use azring_core::options::Options;
use azring_core::store::RemovalOptions;

use super::ends::{SOURCE, Taken, location_as};
use super::filter;
use super::options::between;
use super::sync;
use crate::environment::Environment;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The options that the command asks for. The place is their source; they have no target.
pub(crate) fn remove(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<(Options, RemovalOptions), UsageError> {
    read::check(args)?;
    filter::check(args)?;
    if !args.has(&row::SOURCE) {
        return Err(UsageError::meaning(
            "`remove` needs the URL of a container or a file share, or of a directory or an object in it",
        ));
    }
    let place = location_as(args, &SOURCE, environment, Taken::VERSIONS)?;
    filter::check_versions(args, &place)?;
    check_place(&place)?;
    check_selection(args, &place, "delete")?;
    if !args.has(&row::L) && !args.has(&row::Y) && !environment.can_ask {
        return Err(UsageError::meaning(format!(
            "`remove` asks before it deletes, and there is no terminal for the question: give `{}`",
            row::Y.spelled(args.dialect())
        )));
    }
    let nowhere = Location::Discard(Discard { compares: false });
    let mut options = between(args, place, nowhere, environment)?;
    options.selection.own_mark = true;
    let removal = RemovalOptions {
        snapshots: args.has(&row::DELETE_SNAPSHOTS),
        empty_folders: true,
    };
    Ok((options, removal))
}

fn check_place(place: &Location) -> Result<(), UsageError> {
    match place {
        Location::Blob(_) | Location::Share(_) => Ok(()),
        Location::Local(_) => Err(UsageError::meaning(format!(
            "`remove` deletes objects of a service, and `{place}` is a local path"
        ))),
        Location::Table(_) => Err(UsageError::meaning(format!(
            "`remove` deletes blobs and files of a file share, and `{place}` is a table"
        ))),
        Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => {
            Err(UsageError::meaning("`remove` needs the URL of a service"))
        }
    }
}

/// Refuses a selection that selects nothing, or that has two meanings. `what` is what the command does with everything
/// that is selected.
pub(super) fn check_selection(
    args: &ParsedArgs,
    place: &Location,
    what: &str,
) -> Result<(), UsageError> {
    let (pattern, recursive) = (args.has(&row::PATTERN), sync::is_recursive(args));
    let by_pattern = row::PATTERN.spelled(args.dialect());
    let by_recursive = row::S.spelled(args.dialect());
    if pattern && recursive && matches!(place, Location::Share(_)) {
        return Err(UsageError::meaning(format!(
            "`{by_pattern}` is the name of one file of a share, and `{by_recursive}` selects all of them: give one of them"
        )));
    }
    let names_object = place
        .in_service()
        .is_some_and(|place| place.may_be_object());
    if !pattern && !recursive && !names_object {
        return Err(UsageError::meaning(format!(
            "`{place}` is no single object: give `{by_recursive}` to {what} everything below it, or `{by_pattern}`"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    const URL: &str = "https://a.blob.core.windows.net/c";
    const SHARE: &str = "https://a.file.core.windows.net/s";

    fn wanted(place: &str, more: &[&str]) -> Result<(Options, RemovalOptions), String> {
        let words: Vec<_> = more.iter().map(Into::into).collect();
        let read = args::read(&words).and_then(|mut args| {
            args.add(&row::SOURCE, Some(place.into()))?;
            remove(&args, &alone(&[]))
        });
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn what_would_delete_nothing_or_anything_else_is_refused_by_name() {
        let key = "/SourceKey:a2V5";
        for (place, words, says) in [
            ("/data", &["/S", "/Y"][..], "is a local path"),
            (
                "https://a.table.core.windows.net/abc",
                &[key, "/S", "/Y"],
                "is a table",
            ),
            (URL, &["/Y"], "give `/S` to delete everything below it"),
            (
                "https://a.blob.core.windows.net/c/d/",
                &["/Y"],
                "no single object",
            ),
            (
                SHARE,
                &[key, "/S", "/Pattern:a", "/Y"],
                "the name of one file",
            ),
            (
                URL,
                &["/S"],
                "there is no terminal for the question: give `/Y`",
            ),
            (
                URL,
                &["/S", "/Y", "/DeleteSnapshots:only"],
                "takes `include`",
            ),
        ] {
            let text = wanted(place, words).unwrap_err();
            assert!(text.contains(says), "{place} {words:?}: {text}");
        }
    }

    #[test]
    fn snapshots_are_deleted_only_where_that_was_asked_for() {
        let (options, removal) = wanted(URL, &["/S", "/Y"]).unwrap();
        assert!(options.selection.recursive && !removal.snapshots);
        let (_, removal) = wanted(URL, &["/S", "/L", "/DeleteSnapshots:include"]).unwrap();
        assert!(removal.snapshots);
    }
}
