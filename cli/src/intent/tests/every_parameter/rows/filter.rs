//! Rows: filters. The tests of the core's filter cover which names match.

use std::time::UNIX_EPOCH;

use azring_core::entry::{Entry, EntryName, Version};

use super::super::{Row, Seen, Way};
use super::{BLOBS, BLOBS_FILES, EVERYWHERE};

/// Which of some names are selected.
fn selected(seen: &Seen) -> String {
    let names = ["a.txt", "b/a.txt", "b/c.log"];
    let filter = &seen.options.selection.filter;
    let names = names
        .into_iter()
        .filter(|name| filter.selects_name(name.as_bytes()));
    names.collect::<Vec<_>>().join(" ")
}

/// Which of some lengths are selected.
fn lengths(seen: &Seen) -> String {
    let lengths = [0, 1024, 1025].into_iter().filter(|bytes| {
        let entry = Entry {
            bytes: *bytes,
            ..examined()
        };
        seen.options.selection.filter.selects(&entry)
    });
    let lengths: Vec<String> = lengths.map(|bytes| bytes.to_string()).collect();
    lengths.join(" ")
}

/// Whether an object of 1970 is selected.
fn has_old(seen: &Seen) -> String {
    seen.options
        .selection
        .filter
        .selects(&examined())
        .to_string()
}

fn examined() -> Entry {
    Entry {
        modified: UNIX_EPOCH,
        version: Version::Local {
            modified_ns: 1,
            inode: 1,
        },
        ..Entry::unknown(EntryName::from("a"))
    }
}

/// Whether there is a list of names; sub-folders are selected then.
fn has_list(seen: &Seen) -> String {
    let selection = &seen.options.selection;
    format!(
        "{} {}",
        selection.filter.listed().is_some(),
        selection.recursive
    )
}

const ALL: &str = "a.txt b/a.txt b/c.log";

const NO_FILE: (&str, &str) = ("/no/such/file", "cannot read `/no/such/file`: no such file");

const fn row(
    slash: &'static str,
    dash: &'static [&'static str],
    seen: fn(&Seen) -> String,
    bare: &'static str,
    right: &'static [(&'static str, &'static str)],
    wrong: &'static [(&'static str, &'static str)],
) -> Row {
    const WAYS: &[Way] = EVERYWHERE;
    Row {
        slash,
        dash,
        services: BLOBS_FILES,
        ways: WAYS,
        elsewhere: "",
        seen,
        bare,
        right,
        wrong,
    }
}

pub(super) const ROWS: &[Row] = &[
    row(
        "IncludePattern",
        &["include-pattern"],
        selected,
        ALL,
        &[
            ("*.txt", "a.txt b/a.txt"),
            ("/*.txt", "a.txt"),
            ("b/", "b/a.txt b/c.log"),
        ],
        &[("[a", "the pattern `[a` cannot be read")],
    ),
    row(
        "ExcludePattern",
        &["exclude-pattern", "exclude"],
        selected,
        ALL,
        &[("*.txt", "b/c.log")],
        &[("{a", "the pattern `{a` cannot be read")],
    ),
    row(
        "IncludePath",
        &["include-path"],
        selected,
        ALL,
        &[("b", "b/a.txt b/c.log"), ("/b/c.log", "b/c.log")],
        &[("../a", "leaves the source")],
    ),
    row(
        "ExcludePath",
        &["exclude-path"],
        selected,
        ALL,
        &[("b", "a.txt")],
        &[("a/..", "leaves the source")],
    ),
    row(
        "IncludeRegex",
        &["include-regex"],
        selected,
        ALL,
        &[("^a|log$", "a.txt b/c.log")],
        &[("a(", "the regular expression `a(` cannot be read")],
    ),
    row(
        "ExcludeRegex",
        &["exclude-regex"],
        selected,
        ALL,
        &[("txt", "b/c.log")],
        &[("[", "the regular expression `[` cannot be read")],
    ),
    // The tests of the core's filter cover its effect, which needs two kinds.
    row(
        "IncludeMode",
        &["include-mode"],
        selected,
        ALL,
        &[("all", ALL), ("any", ALL)],
        &[("each", "it takes `any`, `all`")],
    ),
    row(
        "NewerThan",
        &["newer-than", "include-after"],
        has_old,
        "true",
        &[("7d", "false"), ("1970-01-01T00:00:00Z", "true")],
        &[("yesterday", "`yesterday` is no time")],
    ),
    row(
        "OlderThan",
        &["older-than", "include-before"],
        has_old,
        "true",
        &[("7d", "true"), ("1969-12-31T23:59:59Z", "false")],
        &[("7", "`7` is no time")],
    ),
    row(
        "MinSize",
        &["min-size"],
        lengths,
        "0 1024 1025",
        &[("1K", "1024 1025")],
        &[("big", "`big` is no size")],
    ),
    row(
        "MaxSize",
        &["max-size"],
        lengths,
        "0 1024 1025",
        &[("1K", "0 1024")],
        &[("-1", "`-1` is no size")],
    ),
    row(
        "FilesFrom",
        &["files-from"],
        has_list,
        "false false",
        &[("/dev/null", "true true")],
        &[NO_FILE],
    ),
    row(
        "FilesFrom0",
        &["files-from0"],
        has_list,
        "false false",
        &[("/dev/null", "true true")],
        &[NO_FILE],
    ),
    row(
        "MapFrom",
        &["map-from"],
        has_list,
        "false false",
        &[("/dev/null", "true true")],
        &[NO_FILE],
    ),
    row(
        "FilterFrom",
        &["filter-from"],
        selected,
        ALL,
        &[("/dev/null", ALL)],
        &[NO_FILE],
    ),
    Row {
        slash: "ListOfVersions",
        dash: &["list-of-versions"],
        services: BLOBS,
        ways: &[Way::Down, Way::Between],
        elsewhere: "is only for copies from blobs",
        seen: |seen| {
            let versions = seen.options.selection.filter.versions();
            versions
                .map_or(0, |versions| versions.ids().len())
                .to_string()
        },
        bare: "0",
        right: &[("src/intent/tests/every_parameter/version-ids.txt", "1")],
        wrong: &[NO_FILE, ("/dev/null", "names no version")],
    },
    Row {
        slash: "VersionLabel",
        dash: &["version-label"],
        services: BLOBS,
        ways: &[Way::Down, Way::Between],
        elsewhere: "is only for copies from blobs",
        seen: |_| String::new(),
        bare: "",
        right: &[("name", ""), ("extension", "")],
        wrong: &[("middle", "it takes `extension`, `name`")],
    },
    row(
        "Shard",
        &["shard"],
        selected,
        ALL,
        &[("0/2", "b/a.txt"), ("1/2", "a.txt b/c.log"), ("0/1", ALL)],
        &[
            ("2/2", "it takes `i/N`, as in `0/4` to `3/4`"),
            ("1", "invalid value `1` for"),
            ("0/17", "N is at most 16"),
        ],
    ),
    row(
        "ExplainFilter",
        &["explain-filter"],
        |_| String::new(),
        "",
        &[("a", "")],
        &[],
    ),
];
