//! The filter of a command: names, sizes and times, and the files that rules are read from.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;
use std::time::SystemTime;

use azring_core::entry::LabelPlace;
use azring_core::location::Location;
use azring_core::select::{Filter, ListForm, NameReading, NameShard, SHARDS_MAX};

use crate::mask::shown;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::moment::moment;
use crate::parsed::{ParsedArgs, read, translated};
use crate::usage_error::{UsageError, reason};

/// The parameters that list the only names that are selected.
const LISTS: &[&Parameter] = &[&row::FILES_FROM, &row::FILES_FROM_0, &row::MAP_FROM];

/// The parameters that need the listing, and so exclude a list of names.
const NEED_LISTING: &[&Parameter] = &[&row::SNAPSHOT, &row::A, &row::IA, &row::XA];

/// The pattern of everything that is in a folder.
const SUB_FOLDERS: &[u8] = b"/*/";

/// Whether the command lists the only names that are selected.
pub(super) fn has_list(args: &ParsedArgs) -> bool {
    LISTS.iter().any(|parameter| args.has(parameter))
}

/// The filter that the command asks for. Reads the files that it names.
pub(crate) fn filter(args: &ParsedArgs, source: &Location) -> Result<Arc<Filter>, UsageError> {
    // A sync without sub-folders.
    let is_flat = args.has(&row::SYNC) && args.is_off(&row::S);
    if !is_flat && !row::FILTERS.iter().any(|parameter| args.has(parameter)) {
        return Ok(Arc::default());
    }
    let is_slash = args.dialect() == Dialect::Slash;
    let is_local = matches!(source, Location::Local(_));
    let mut filter = Filter::new(NameReading {
        ignore_case: is_slash && is_local,
        backslash_separates: is_slash,
    });
    if read::choice(args, &row::INCLUDE_MODE)? == Some("all") {
        filter.needs_each_kind();
    }
    if is_flat {
        let added = filter.exclude_pattern(SUB_FOLDERS);
        added.map_err(|error| wrong(args, &row::S, &error))?;
    }
    add_names(args, &mut filter)?;
    add_limits(args, &mut filter)?;
    add_files(args, is_local, &mut filter)?;
    if let Some(shard) = shard(args)? {
        filter.only_shard(shard);
    }
    Ok(Arc::new(filter))
}

/// The shard of all names that is selected, if only one is.
fn shard(args: &ParsedArgs) -> Result<Option<NameShard>, UsageError> {
    let Some(text) = args.text(&row::SHARD)? else {
        return Ok(None);
    };
    let shard = NameShard::parse(text).ok_or_else(|| {
        let spelled = row::SHARD.spelled(args.dialect());
        UsageError::meaning(format!(
            "invalid value `{}` for `{spelled}`: it takes `i/N`, as in `0/4` to `3/4` for four processes, and N is at most \
             {SHARDS_MAX}",
            shown(text)
        ))
    })?;
    if args.has(&row::DELETE_EMPTY_FOLDERS) {
        return Err(UsageError::meaning(format!(
            "`{}` and `{}` exclude each other: a folder that is empty for one process may be one that another writes to. \
             Give the command once more without `{0}` when all processes have ended",
            row::SHARD.spelled(args.dialect()),
            row::DELETE_EMPTY_FOLDERS.spelled(args.dialect())
        )));
    }
    Ok(Some(shard))
}

/// Refuses a list of versions where no versions can be selected.
pub(super) fn check_versions(args: &ParsedArgs, source: &Location) -> Result<(), UsageError> {
    let names_version = matches!(source, Location::Blob(place) if place.version.is_some());
    if names_version && args.has(&row::SNAPSHOT) {
        return Err(UsageError::meaning(format!(
            "`{}` has no meaning for `{source}`, which is one version of a blob",
            row::SNAPSHOT.spelled(args.dialect())
        )));
    }
    if !args.has(&row::LIST_OF_VERSIONS) {
        return Ok(());
    }
    let name = row::LIST_OF_VERSIONS.spelled(args.dialect());
    let others = [
        &row::SNAPSHOT,
        &row::PATTERN,
        &row::SYNC,
        &row::MOVE,
        &row::VERIFY_ONLY,
        &row::FILES_FROM,
        &row::FILES_FROM_0,
        &row::MAP_FROM,
    ];
    if let Some(other) = others.into_iter().find(|other| args.has(other)) {
        return Err(UsageError::meaning(format!(
            "`{name}` and `{}` exclude each other",
            other.spelled(args.dialect())
        )));
    }
    if names_version {
        return Err(UsageError::meaning(format!(
            "`{name}` and `versionid` in the URL exclude each other"
        )));
    }
    Ok(())
}

/// Refuses filters that exclude each other, before anything is read from standard input.
pub(super) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    check_input(args)?;
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    let mut lists = LISTS.iter().filter(|parameter| args.has(parameter));
    let Some(list) = lists.next() else {
        return Ok(());
    };
    let needs_listing = || NEED_LISTING.iter().find(|parameter| args.has(parameter));
    if let Some(other) = lists.next() {
        return Err(UsageError::meaning(format!(
            "`{}` and `{}` exclude each other: there is one list of names",
            spelled(list),
            spelled(other)
        )));
    }
    match needs_listing() {
        Some(other) => Err(UsageError::meaning(format!(
            "`{}` and `{}` exclude each other: the names of a list are looked up one by one, and nothing is listed",
            spelled(list),
            spelled(other)
        ))),
        None => Ok(()),
    }
}

type AddName = fn(&mut Filter, &[u8]) -> azring_core::Result<()>;

type AddText = fn(&mut Filter, &str) -> azring_core::Result<()>;

fn add_names(args: &ParsedArgs, filter: &mut Filter) -> Result<(), UsageError> {
    let names: [(&Parameter, AddName); 4] = [
        (&row::INCLUDE_PATTERN, Filter::include_pattern),
        (&row::EXCLUDE_PATTERN, Filter::exclude_pattern),
        (&row::INCLUDE_PATH, Filter::include_path),
        (&row::EXCLUDE_PATH, Filter::exclude_path),
    ];
    for (parameter, add) in names {
        for value in args.all(parameter) {
            add(filter, value.as_bytes()).map_err(|error| wrong(args, parameter, &error))?;
        }
    }
    let texts: [(&Parameter, AddText); 2] = [
        (&row::INCLUDE_REGEX, Filter::include_regex),
        (&row::EXCLUDE_REGEX, Filter::exclude_regex),
    ];
    for (parameter, add) in texts {
        for value in args.all(parameter) {
            let text = value
                .to_str()
                .ok_or_else(|| UsageError::NotText(parameter.spelled(args.dialect())))?;
            add(filter, text).map_err(|error| wrong(args, parameter, &error))?;
        }
    }
    Ok(())
}

fn add_limits(args: &ParsedArgs, filter: &mut Filter) -> Result<(), UsageError> {
    let (least, most) = (
        read::limit_bytes(args, &row::MIN_SIZE)?,
        read::limit_bytes(args, &row::MAX_SIZE)?,
    );
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        return Err(select_nothing(args, &row::MIN_SIZE, &row::MAX_SIZE));
    }
    if let Some(bytes) = least {
        filter.at_least(bytes);
    }
    if let Some(bytes) = most {
        filter.at_most(bytes);
    }
    let now = SystemTime::now();
    let (newer, older) = (
        time(args, &row::NEWER_THAN, now)?,
        time(args, &row::OLDER_THAN, now)?,
    );
    if let (Some(newer), Some(older)) = (newer, older)
        && newer > older
    {
        return Err(select_nothing(args, &row::NEWER_THAN, &row::OLDER_THAN));
    }
    if let Some(time) = newer {
        filter.newer_than(time);
    }
    if let Some(time) = older {
        filter.older_than(time);
    }
    Ok(())
}

fn time(
    args: &ParsedArgs,
    parameter: &Parameter,
    now: SystemTime,
) -> Result<Option<SystemTime>, UsageError> {
    let Some(text) = args.text(parameter)? else {
        return Ok(None);
    };
    moment(text, now).map(Some).ok_or_else(|| {
        UsageError::meaning(format!(
            "`{}` is no time, but `{}` needs one: a date as in `2026-11-01`, a time as in `2026-11-01T10:00:00Z`, or an \
             age as in `7d`",
            shown(text),
            parameter.spelled(args.dialect())
        ))
    })
}

fn select_nothing(args: &ParsedArgs, one: &Parameter, other: &Parameter) -> UsageError {
    UsageError::meaning(format!(
        "`{}` and `{}` together select nothing",
        one.spelled(args.dialect()),
        other.spelled(args.dialect())
    ))
}

fn add_files(args: &ParsedArgs, has_paths: bool, filter: &mut Filter) -> Result<(), UsageError> {
    let form = |separator| ListForm {
        separator,
        has_paths,
    };
    for parameter in row::FILTER_FILES {
        for value in args.all(parameter) {
            let text = contents(args, parameter, value)?;
            let added = if parameter.is(&row::FILTER_FROM) {
                filter.ordered_rules(&text)
            } else if parameter.is(&row::MAP_FROM) {
                filter.list_with_new_names(&text, form(b'\n'))
            } else if parameter.is(&row::LIST_OF_VERSIONS) {
                let label = match read::choice(args, &row::VERSION_LABEL)? {
                    Some("name") => LabelPlace::BeforeName,
                    _ => LabelPlace::BeforeExtension,
                };
                filter.list_versions(&text, label)
            } else if parameter.is(&row::FILES_FROM_0) {
                filter.list(&text, form(0))
            } else {
                filter.list(&text, form(b'\n'))
            };
            let may_have_folders = args.has(&row::S) && !args.has(&row::SYNC);
            if may_have_folders && !parameter.is(&row::MAP_FROM) {
                filter.list_may_have_folders();
            }
            added.map_err(|error| {
                let file = shown(&value.to_string_lossy());
                UsageError::meaning(format!(
                    "`{}`: `{file}`, {error}",
                    parameter.spelled(args.dialect())
                ))
            })?;
        }
    }
    Ok(())
}

/// Checks that at most one thing is read from standard input.
fn check_input(args: &ParsedArgs) -> Result<(), UsageError> {
    let secrets: [&Parameter; 4] = [
        &row::SOURCE_KEY,
        &row::SOURCE_SAS,
        &row::DEST_KEY,
        &row::DEST_SAS,
    ];
    let from_input = args.typed().filter(|(parameter, value)| {
        let is_file = row::FILTER_FILES.iter().any(|file| file.is(parameter));
        let is_secret = secrets.iter().any(|secret| secret.is(parameter));
        (is_file || is_secret) && value.is_some_and(|value| value == "-")
    });
    let from_input: Vec<_> = from_input.map(|(parameter, _)| parameter).collect();
    let is_file = |parameter: &&Parameter| row::FILTER_FILES.iter().any(|file| file.is(parameter));
    match &*from_input {
        [one, other, ..] if from_input.iter().any(is_file) => Err(UsageError::meaning(format!(
            "`{}` and `{}` are both to be read from standard input",
            one.spelled(args.dialect()),
            other.spelled(args.dialect())
        ))),
        _ => Ok(()),
    }
}

fn contents(
    args: &ParsedArgs,
    parameter: &Parameter,
    value: &OsStr,
) -> Result<Vec<u8>, UsageError> {
    let read = if value == "-" {
        let mut text = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut text);
        read.map(|_| text).map_err(|error| reason(&error))
    } else {
        translated(args, value).and_then(|path| std::fs::read(path).map_err(|error| reason(&error)))
    };
    read.map_err(|why| {
        UsageError::meaning(format!(
            "`{}`: cannot read `{}`: {why}",
            parameter.spelled(args.dialect()),
            shown(&value.to_string_lossy())
        ))
    })
}

fn wrong(args: &ParsedArgs, parameter: &Parameter, error: &azring_core::Error) -> UsageError {
    UsageError::meaning(format!("`{}`: {error}", parameter.spelled(args.dialect())))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    const BLOBS: &str = "https://a.blob.core.windows.net/c";

    fn wanted(source: &str, more: &[&str]) -> Result<Arc<Filter>, String> {
        let source = format!("/Source:{source}");
        let ends = [&*source, "/Dest:https://b.blob.core.windows.net/c"];
        let words = [&ends, more].concat();
        let words: Vec<_> = words.iter().map(Into::into).collect();
        let options =
            args::read(&words).and_then(|args| crate::intent::options(&args, &alone(&[])));
        let options = options.map_err(|error| error.to_string())?;
        Ok(options.selection.filter)
    }

    #[test]
    fn the_dialect_and_the_source_decide_how_names_are_compared() {
        let local = wanted("/data", &[r"/IncludePattern:Logs\*.LOG"]).unwrap();
        assert!(local.selects_name(b"logs/a.log"));
        let blobs = wanted(BLOBS, &[r"/IncludePattern:Logs\*.LOG"]).unwrap();
        assert!(blobs.selects_name(b"Logs/a.LOG") && !blobs.selects_name(b"logs/a.log"));
        let words = [
            "--source",
            "/data",
            "--destination",
            BLOBS,
            "--include-pattern",
            r"a\*",
        ];
        let args = args::read(&words.map(Into::into)).unwrap();
        let posix = crate::intent::options(&args, &alone(&[]))
            .unwrap()
            .selection
            .filter;
        assert!(
            posix.selects_name(b"a*") && !posix.selects_name(b"A*") && !posix.selects_name(b"a/b")
        );
    }

    #[test]
    fn filters_that_exclude_each_other_are_refused_by_name() {
        for (words, says) in [
            (
                &["/FilesFrom:/dev/null", "/FilesFrom0:/dev/null"][..],
                "`/FilesFrom` and `/FilesFrom0` exclude each other",
            ),
            (
                &["/FilesFrom:/dev/null", "/A"],
                "`/FilesFrom` and `/A` exclude each other",
            ),
            (
                &["/MinSize:2", "/MaxSize:1"],
                "`/MinSize` and `/MaxSize` together select nothing",
            ),
            (
                &["/NewerThan:1d", "/OlderThan:2d"],
                "`/NewerThan` and `/OlderThan` together select nothing",
            ),
            (
                &["/FilesFrom:-", "/FilterFrom:-"],
                "both to be read from standard input",
            ),
            (
                &["/FilesFrom:-", "/DestKey:-"],
                "both to be read from standard input",
            ),
            (
                &["/Sync", "/MapFrom:/dev/null"],
                "`/MapFrom` has no meaning in a sync",
            ),
            (
                &["/Sync", "/Shard:0/2", "/DeleteEmptyFolders"],
                "`/Shard` and `/DeleteEmptyFolders` exclude each other",
            ),
        ] {
            let text = wanted("/data", words).unwrap_err();
            assert!(text.contains(says), "{words:?}: {text}");
        }
    }

    #[test]
    fn a_table_and_a_pipe_have_no_filters() {
        let table = "https://a.table.core.windows.net/abc";
        for parameter in row::FILTERS {
            if parameter.is(&row::LIST_OF_VERSIONS) {
                // It is refused as one that is for blobs.
                continue;
            }
            let value = match parameter {
                parameter if parameter.is(&row::INCLUDE_MODE) => "all",
                parameter if parameter.is(&row::SHARD) => "0/2",
                _ => "/dev/null",
            };
            let word = parameter.with_value(value, Dialect::Slash);
            let text = wanted(table, &[&word, "/SourceKey:a2V5"]).unwrap_err();
            assert!(text.contains(&parameter.spelled(Dialect::Slash)), "{text}");
            assert!(text.contains("is a table"), "{text}");
            let text = wanted("-", &[&word]).unwrap_err();
            assert!(
                text.contains("cannot be used with standard input"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_refused_with_its_line() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"+ *.txt\nx\n").unwrap();
        let path = file.path().display().to_string();
        let text = wanted("/data", &[&format!("/FilterFrom:{path}")]).unwrap_err();
        assert!(
            text.contains("`/FilterFrom`") && text.contains("line 2: "),
            "{text}"
        );
        file.write_all(b"../x\n").unwrap();
        let text = wanted("/data", &[&format!("/FilesFrom:{path}")]).unwrap_err();
        assert!(text.contains("name 3: it leaves the source"), "{text}");
    }
}
