//! Rows of the table: filters.

use super::{BLOBS, BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Filters",
    rows: &[
        &INCLUDE_PATTERN,
        &EXCLUDE_PATTERN,
        &INCLUDE_PATH,
        &EXCLUDE_PATH,
        &INCLUDE_REGEX,
        &EXCLUDE_REGEX,
        &INCLUDE_MODE,
        &NEWER_THAN,
        &OLDER_THAN,
        &MIN_SIZE,
        &MAX_SIZE,
        &FILES_FROM,
        &FILES_FROM_0,
        &MAP_FROM,
        &FILTER_FROM,
        &SHARD,
        &LIST_OF_VERSIONS,
        &VERSION_LABEL,
        &EXPLAIN_FILTER,
    ],
};

/// The parameters that decide which objects are selected.
pub(crate) const FILTERS: &[&Parameter] = &[
    &INCLUDE_PATTERN,
    &EXCLUDE_PATTERN,
    &INCLUDE_PATH,
    &EXCLUDE_PATH,
    &INCLUDE_REGEX,
    &EXCLUDE_REGEX,
    &INCLUDE_MODE,
    &NEWER_THAN,
    &OLDER_THAN,
    &MIN_SIZE,
    &MAX_SIZE,
    &FILES_FROM,
    &FILES_FROM_0,
    &MAP_FROM,
    &FILTER_FROM,
    &SHARD,
    &LIST_OF_VERSIONS,
];

/// The parameters whose value is a file with rules or names.
pub(crate) const FILTER_FILES: &[&Parameter] = &[
    &FILES_FROM,
    &FILES_FROM_0,
    &MAP_FROM,
    &FILTER_FROM,
    &LIST_OF_VERSIONS,
];

/// A filter: it belongs to the job, and applies to blobs and files.
const fn filter(
    slash: &'static str,
    dash: &'static [&'static str],
    value: Value,
    brief: &'static str,
    detail: &'static str,
) -> Parameter {
    Parameter {
        slash,
        dash,
        value,
        secret: false,
        identity: true,
        applies_to: BLOBS_FILES,
        default: "",
        brief,
        detail,
        since: "azring 0.2",
    }
}

pub(crate) static INCLUDE_PATTERN: Parameter = filter(
    "IncludePattern",
    &["include-pattern"],
    Value::Repeated("pattern"),
    "Only names that match a wildcard pattern",
    "Selects objects whose names match. Without `/` the pattern is compared with the last part of a name, in \
     any folder; with `/` it is a path from the root, and `/` at its beginning makes any pattern one. `*` is any \
     number of characters and `?` is one, but neither is `/`. `**` is any number of folders, `[ab]` one of the \
     characters, `[!ab]` any other, `{a,b}` either text. `/` at the end stands for a folder with everything below \
     it. A backslash before a character takes its special meaning away; in parameters written `/Name:value` it \
     separates folders. May be repeated: one match is enough. The topic `Filters` says how filters combine.",
);

pub(crate) static EXCLUDE_PATTERN: Parameter = filter(
    "ExcludePattern",
    &["exclude-pattern", "exclude"],
    Value::Repeated("pattern"),
    "No names that match a wildcard pattern",
    "Leaves out objects whose names match. The pattern is written as that of `/IncludePattern` \
     (`--include-pattern`). May be repeated: one match is enough.",
);

pub(crate) static INCLUDE_PATH: Parameter = filter(
    "IncludePath",
    &["include-path"],
    Value::Repeated("path"),
    "Only this object or folder",
    "Selects the object of this path below the root, and everything below the folder of this path. A path is \
     whole parts of names: `a/b` is not `a/bc`. With `/` at its end it is only a folder. Other folders are not \
     listed. May be repeated.",
);

pub(crate) static EXCLUDE_PATH: Parameter = filter(
    "ExcludePath",
    &["exclude-path"],
    Value::Repeated("path"),
    "Not this object or folder",
    "Leaves out the object of this path below the root, and everything below the folder of this path. May be \
     repeated.",
);

pub(crate) static INCLUDE_REGEX: Parameter = filter(
    "IncludeRegex",
    &["include-regex"],
    Value::Repeated("expression"),
    "Only names that a regular expression matches",
    "Selects objects if the regular expression matches somewhere in their names below the root; `^` and `$` are \
     the ends of a name. The syntax is that of the crate regex of Rust, which is like RE2. May be repeated.",
);

pub(crate) static EXCLUDE_REGEX: Parameter = filter(
    "ExcludeRegex",
    &["exclude-regex"],
    Value::Repeated("expression"),
    "No names that a regular expression matches",
    "Leaves out objects if the regular expression matches somewhere in their names below the root. May be \
     repeated.",
);

pub(crate) static INCLUDE_MODE: Parameter = filter(
    "IncludeMode",
    &["include-mode"],
    Value::Choice(&["any", "all"]),
    "How patterns, paths and expressions that include combine",
    "With `any`, the default, an object is included by any pattern, path or regular expression. With `all` it needs      one match of each kind that is given, as with AzCopy 10: one of the patterns, and one of the paths, and one of      the expressions.",
);

pub(crate) static NEWER_THAN: Parameter = filter(
    "NewerThan",
    &["newer-than", "include-after"],
    Value::Required("time"),
    "Only objects that were modified then or later",
    "Selects objects by their modification times: `2026-11-01`, `2026-11-01T10:00:00Z`, or an age as in `7d`, \
     with s, m, h, d or w. A time without a zone is in the time zone of this machine, and an age is counted from \
     the beginning of the run. The time of a blob is the one in its metadata `mtime` or `modtime`, and otherwise \
     its Last-Modified.",
);

pub(crate) static OLDER_THAN: Parameter = filter(
    "OlderThan",
    &["older-than", "include-before"],
    Value::Required("time"),
    "Only objects that were modified then or earlier",
    "Selects objects by their modification times, which are written as for `/NewerThan` (`--newer-than`).",
);

pub(crate) static MIN_SIZE: Parameter = filter(
    "MinSize",
    &["min-size"],
    Value::Required("size"),
    "Only objects of at least this size",
    "Selects objects of at least so many bytes: a number, or one followed by K, M, G or T, in powers of 1024.",
);

pub(crate) static MAX_SIZE: Parameter = filter(
    "MaxSize",
    &["max-size"],
    Value::Required("size"),
    "Only objects of at most this size",
    "Selects objects of at most so many bytes: a number, or one followed by K, M, G or T, in powers of 1024.",
);

pub(crate) static FILES_FROM: Parameter = filter(
    "FilesFrom",
    &["files-from"],
    Value::Required("file|-"),
    "Only the names in a file, one in a line",
    "Selects the objects whose names are in the file, or in standard input if it is `-`. The names are below the \
     root of the source, one in a line, without wildcards. The source is not listed: each name is looked up, and \
     one without an object is a failure. Other filters apply to the names too. Names in sub-folders need no \
     further parameter; with `/S` (`--recursive`) a name may also be a folder and stands for everything below it, \
     except in a sync.",
);

pub(crate) static LIST_OF_VERSIONS: Parameter = Parameter {
    applies_to: BLOBS,
    ..filter(
        "ListOfVersions",
        &["list-of-versions"],
        Value::Required("file|-"),
        "Only these versions of one blob",
        "Selects earlier versions of the blob that the source names: their ids, which are times, one in a line of the \
         file or of standard input. The blob itself is not selected. Each copy has the time of its version in its \
         name, `name (2023-11-14 091530 1234567).txt`, or `2023-11-14T09-15-30.1234567Z-name.txt` in AzCopy 10's \
         commands and with `/VersionLabel:name`. A version that does not exist is a failure. A single version can also be named by the URL of the \
         blob with `?versionid=`; its copy has the name of the blob. `azring list` shows the ids with \
         `/Properties:VersionId`.",
    )
};

pub(crate) static VERSION_LABEL: Parameter = Parameter {
    applies_to: BLOBS,
    default: "extension",
    ..filter(
        "VersionLabel",
        &["version-label"],
        Value::Choice(&["extension", "name"]),
        "Where copies of versions have the time",
        "Whether the time of a version stands before the extension of the name of its copy, as with snapshots, or before \
         the name, as AzCopy 10 writes it.",
    )
};

pub(crate) static FILES_FROM_0: Parameter = filter(
    "FilesFrom0",
    &["files-from0"],
    Value::Required("file|-"),
    "Only the names in a file, with NUL after each",
    "The same as `/FilesFrom` (`--files-from`) with a NUL character after each name, as `find -print0` writes. \
     Names may contain newlines then.",
);

pub(crate) static MAP_FROM: Parameter = filter(
    "MapFrom",
    &["map-from"],
    Value::Required("file|-"),
    "Names in a file, and the names that they get",
    "Copies the objects whose names are in the first column of the file under the names in the second. A tab \
     separates the columns. Names at the source are read as for `/FilesFrom` (`--files-from`), and those at the \
     destination are taken as they are. Not for a sync.",
);

pub(crate) static FILTER_FROM: Parameter = filter(
    "FilterFrom",
    &["filter-from"],
    Value::Repeated("file|-"),
    "Ordered rules in a file, as rclone has them",
    "Reads the rules of a filter file of rclone: a line `+ pattern` includes, a line `- pattern` excludes, and the \
     first one that matches a name decides. A name without a rule is selected. `!` forgets the rules before it; \
     `#` and `;` begin comments. Patterns mean what they mean to rclone: without `/` at the beginning they match \
     the end of a path. Other filters apply too. May be repeated.",
);

pub(crate) static SHARD: Parameter = filter(
    "Shard",
    &["shard"],
    Value::Required("i/N"),
    "One of N parts of all names, for N processes",
    "Selects about one name in N, so that N processes on one or more machines divide a command between them: \
     they are given `0/N`, `1/N` and so on up to `N-1/N`, and nothing else differs. Each process lists \
     everything and keeps the names of its part. A hash of the name decides, which is the same on every \
     machine; names that differ only in case or in Unicode's form are in one part. All objects are copied, \
     and none twice. In a sync each process deletes only names of its part, and the limits of deletions are \
     those of each process. N is at most 16, because more processes would list more than they copy. Each \
     process has its own journal. Blobs and their snapshots are in one part; every process sets the \
     properties of all directories at its end.",
);

pub(crate) static EXPLAIN_FILTER: Parameter = Parameter {
    slash: "ExplainFilter",
    dash: &["explain-filter"],
    value: Value::Repeated("name"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "",
    brief: "Say which rule decides about a name, copy nothing",
    detail: "Prints whether the filters of the command select an object of this name below the root, and which of \
             them decides. Nothing is listed, copied or deleted. May be repeated.",
    since: "azring 0.2",
};
