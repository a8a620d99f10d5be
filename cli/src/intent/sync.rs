//! The options of a sync: what is compared, and what is deleted.

use azring_core::options::{Compare, DeletionLimit, DeletionMode, SyncOptions, TrashFolder};

use super::filter;
use crate::environment::Environment;
use crate::mask::shown;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The variable that has the meaning of `/MaxDelete`.
const MAX_DELETE: &str = "AZRING_MAX_DELETE";

/// The parameters that only a sync accepts.
const OWN: &[&Parameter] = &[
    &row::COMPARE,
    &row::DELETE,
    &row::MAX_DELETE,
    &row::TRASH,
    &row::ALLOW_EMPTY_SOURCE,
    &row::DELETE_EMPTY_FOLDERS,
];

/// The parameters of a copy that a sync does not accept, and why.
const FOREIGN: &[(&Parameter, &str)] = &[
    (&row::XO, "compares times by itself"),
    (&row::XN, "compares times by itself"),
    (&row::MT, "always keeps times"),
    (&row::SNAPSHOT, "copies no snapshots"),
    (&row::DELIMITER, "compares names as they are"),
    (&row::MAP_FROM, "compares names as they are"),
    (
        &row::A,
        "cannot know what attributes exclude at the destination",
    ),
    (
        &row::IA,
        "cannot know what attributes exclude at the destination",
    ),
    (
        &row::XA,
        "cannot know what attributes exclude at the destination",
    ),
    (&row::PRESERVE_SMB, "keeps modification times only"),
    (&row::AS_SUBDIR, "always compares the content of its source"),
    (&row::OVERWRITE, "replaces what is different"),
];

/// Whether objects in sub-folders are selected: always in a sync and in a verification, and from a list of
/// names.
pub(super) fn is_recursive(args: &ParsedArgs) -> bool {
    // A sync that leaves out sub-folders lists them nevertheless, and a filter leaves them out.
    let is_whole = args.has(&row::SYNC) || args.has(&row::VERIFY_ONLY);
    args.has(&row::S) || is_whole || filter::has_list(args)
}

/// Refuses what has no meaning in this sync, or in this copy.
pub(super) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    if args.is_off(&row::S) && args.has(&row::VERIFY_ONLY) {
        return Err(UsageError::meaning(format!(
            "`{}` has no meaning in a verification, which compares everything: exclude sub-folders by `{}`",
            row::S.with_value("off", args.dialect()),
            row::EXCLUDE_PATTERN.with_value("/*/", args.dialect())
        )));
    }
    if args.has(&row::SYNC) {
        let foreign = FOREIGN.iter().find(|(parameter, _)| args.has(parameter));
        return match foreign {
            Some((parameter, why)) => Err(UsageError::meaning(format!(
                "`{}` has no meaning in a sync, which {why}",
                spelled(parameter)
            ))),
            None => Ok(()),
        };
    }
    match OWN.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` is only for `azring sync`",
            spelled(parameter)
        ))),
        None if args.has(&row::DELETE_SNAPSHOTS) && !args.has(&row::MOVE) => {
            Err(UsageError::meaning(format!(
                "`{}` is only for `azring remove`, `azring move` and `azring sync`",
                spelled(&row::DELETE_SNAPSHOTS)
            )))
        }
        None => Ok(()),
    }
}

/// The options of the sync that the command asks for; `None` for a copy.
pub(super) fn sync(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Option<SyncOptions>, UsageError> {
    if !args.has(&row::SYNC) {
        return Ok(None);
    }
    Ok(Some(SyncOptions {
        compare: match read::choice(args, &row::COMPARE)? {
            Some("size") => Compare::Size,
            Some("hash") => Compare::Hash,
            Some("always") => Compare::Always,
            Some("missing") => Compare::Missing,
            _ => Compare::Time,
        },
        deletion: deletion(args, environment)?,
        deletions_max: deletions_max(args, environment)?,
        allows_empty_source: args.has(&row::ALLOW_EMPTY_SOURCE),
        deletes_snapshots: args.has(&row::DELETE_SNAPSHOTS),
        trash: trash(args)?,
        deletes_empty_folders: args.has(&row::DELETE_EMPTY_FOLDERS),
        compares_posix: args.has(&row::POSIX),
        folder_marks: args.has(&row::FOLDER_MARKS),
        protected: Vec::new(),
    }))
}

fn deletion(args: &ParsedArgs, environment: &Environment) -> Result<DeletionMode, UsageError> {
    match read::choice(args, &row::DELETE)? {
        Some("on") => Ok(DeletionMode::On),
        Some("ask") if args.has(&row::Y) => Ok(DeletionMode::On),
        // AzCopy 10 goes on without an answer, and then deletes nothing.
        Some("ask") if args.dialect() == Dialect::AzCopy10 => Ok(DeletionMode::Ask),
        Some("ask") if environment.can_ask || args.has(&row::L) => Ok(DeletionMode::Ask),
        Some("ask") => Err(UsageError::meaning(format!(
            "there is no terminal to ask at: give `{}` or `{}`",
            row::DELETE.with_value("on", args.dialect()),
            row::DELETE.with_value("off", args.dialect())
        ))),
        _ => Ok(DeletionMode::Off),
    }
}

/// Where superfluous objects are moved, if they are not deleted.
fn trash(args: &ParsedArgs) -> Result<Option<TrashFolder>, UsageError> {
    let Some(text) = args.text(&row::TRASH)? else {
        return Ok(None);
    };
    let spelled = row::TRASH.spelled(args.dialect());
    if matches!(read::choice(args, &row::DELETE)?, None | Some("off")) {
        return Err(UsageError::meaning(format!(
            "`{spelled}` has no meaning in a sync that deletes nothing: give `{}` too",
            row::DELETE.with_value("on", args.dialect())
        )));
    }
    if args.has(&row::DELETE_SNAPSHOTS) {
        return Err(UsageError::meaning(format!(
            "`{spelled}` cannot move snapshots: leave out `{}`",
            row::DELETE_SNAPSHOTS.spelled(args.dialect())
        )));
    }
    match TrashFolder::parse(text) {
        Some(trash) => Ok(Some(trash)),
        None => Err(UsageError::meaning(format!(
            "invalid value `{}` for `{spelled}`: it takes the path of a folder below the destination, as `.trash`",
            shown(text)
        ))),
    }
}

fn deletions_max(
    args: &ParsedArgs,
    environment: &Environment,
) -> Result<Option<DeletionLimit>, UsageError> {
    let (name, text) = match args.text(&row::MAX_DELETE)? {
        Some(text) => (row::MAX_DELETE.spelled(args.dialect()), text.to_owned()),
        None => match environment.variable(MAX_DELETE) {
            Some(text) if !text.is_empty() => (MAX_DELETE.to_owned(), text),
            _ => return Ok(None),
        },
    };
    let limit = DeletionLimit::parse(&text).ok_or_else(|| {
        UsageError::meaning(format!(
            "invalid value `{}` for `{name}`: it takes a number of objects, or a percentage as in `25%`",
            shown(&text)
        ))
    });
    limit.map(Some)
}

#[cfg(test)]
mod tests {
    use azring_core::options::{Conflict, Options, Overwrite};

    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    fn wanted(more: &[&str], variables: &[(&str, &str)]) -> Result<Options, String> {
        let target = "/Dest:https://a.blob.core.windows.net/c";
        let words: Vec<_> = ["/Source:/data", target]
            .iter()
            .chain(more)
            .map(Into::into)
            .collect();
        let args = args::read(&words).map_err(|error| error.to_string())?;
        crate::intent::options(&args, &alone(variables)).map_err(|error| error.to_string())
    }

    fn sync(more: &[&str], variables: &[(&str, &str)]) -> SyncOptions {
        let more = [&["/Sync"], more].concat();
        let options = wanted(&more, variables).unwrap();
        options.sync.expect("it is a sync")
    }

    #[test]
    fn a_sync_is_recursive_keeps_times_and_never_replaces_blindly() {
        let options = wanted(&["/Sync", "/Y"], &[]).unwrap();
        assert!(options.selection.recursive && options.selection.metadata);
        assert!(options.download.keep_modified);
        let Conflict { overwrite, .. } = options.conflict;
        assert_eq!(overwrite, Overwrite::Ask);
        assert!(wanted(&["/Y"], &[]).unwrap().sync.is_none());
    }

    #[test]
    fn a_sync_without_sub_folders_selects_nothing_in_them() {
        for (words, selects) in [
            (&["/Sync"][..], true),
            (&["/Sync", "/S:off", "/S"], true),
            (&["/Sync", "/S:off"], false),
        ] {
            let options = wanted(words, &[]).unwrap();
            let filter = &options.selection.filter;
            assert!(filter.selects_name(b"a"));
            assert_eq!(filter.selects_name(b"a/b"), selects, "{words:?}");
            assert!(options.selection.recursive);
        }
        let copied = wanted(&["/S:off"], &[]).unwrap();
        assert!(!copied.selection.recursive && copied.selection.filter.selects_all());
    }

    #[test]
    fn each_parameter_comes_to_what_it_says() {
        let default = sync(&[], &[]);
        assert_eq!(default.compare, Compare::Time);
        assert_eq!(default.deletion, DeletionMode::Off);
        assert_eq!(default.deletions_max, None);
        for (word, compare) in [
            ("/Compare:time", Compare::Time),
            ("/Compare:SIZE", Compare::Size),
            ("/Compare:hash", Compare::Hash),
            ("/Compare:always", Compare::Always),
            ("/Compare:missing", Compare::Missing),
        ] {
            assert_eq!(sync(&[word], &[]).compare, compare);
        }
        assert_eq!(sync(&["/Delete:on"], &[]).deletion, DeletionMode::On);
        let asked = sync(&["/Delete:ask", "/Y"], &[]);
        assert_eq!(asked.deletion, DeletionMode::On);
        assert!(sync(&["/AllowEmptySource"], &[]).allows_empty_source);
        let trashed = sync(&["/Delete:on", "/Trash:.trash/"], &[]).trash;
        assert_eq!(trashed, TrashFolder::parse(".trash"));
        assert!(sync(&["/DeleteEmptyFolders"], &[]).deletes_empty_folders);
        assert!(sync(&["/DeleteSnapshots:include"], &[]).deletes_snapshots);
        let limit =
            |words: &[&str], variables: &[(&str, &str)]| sync(words, variables).deletions_max;
        let variable = [("AZRING_MAX_DELETE", "100%")];
        assert_eq!(
            limit(&["/MaxDelete:7"], &variable),
            Some(DeletionLimit::Objects(7))
        );
        assert_eq!(limit(&[], &variable), Some(DeletionLimit::Percent(100)));
    }

    #[test]
    fn what_has_no_meaning_is_refused_by_name() {
        for (words, says) in [
            (&["/Sync", "/XO"][..], "`/XO` has no meaning in a sync"),
            (&["/Sync", "/A"], "`/A` has no meaning in a sync"),
            (&["/Sync", "/Delete:ask"], "no terminal to ask at"),
            (
                &["/Sync", "/MaxDelete:many"],
                "invalid value `many` for `/MaxDelete`",
            ),
            (&["/Sync", "/Compare:age"], "it takes `time`"),
            (&["/Sync", "/Trash:t"], "a sync that deletes nothing"),
            (
                &["/Sync", "/Delete:on", "/Trash:../t"],
                "invalid value `../t` for `/Trash`",
            ),
            (
                &[
                    "/Sync",
                    "/Delete:on",
                    "/Trash:t",
                    "/DeleteSnapshots:include",
                ],
                "cannot move snapshots",
            ),
            (&["/Trash:t"], "`/Trash` is only for `azring sync`"),
            (&["/Delete:on"], "`/Delete` is only for `azring sync`"),
            (&["/MaxDelete:1"], "`/MaxDelete` is only for `azring sync`"),
        ] {
            let text = wanted(words, &[]).unwrap_err();
            assert!(text.contains(says), "{words:?}: {text}");
        }
        let text = wanted(&["/Sync"], &[("AZRING_MAX_DELETE", "x")]).unwrap_err();
        assert!(
            text.contains("invalid value `x` for `AZRING_MAX_DELETE`"),
            "{text}"
        );
    }
}
