//! The table of AzCopy 10's flags: which commands take them, and azring's verdict on each.
//!
//! The names and their commands are those of AzCopy 10.32 (`cmd/*.go`).

use super::Verb;
use super::flag::Verdict::{Composed, Idle, Noted, Refused, Row, RowUnless, Words};
use super::flag::{
    ALL, BENCH, COPY, ENV, Flag, JOBS, LIST, LOGIN, MAKE, REMOVE, SET, SYNC, set_of, switch, text,
};
use crate::parameter as row;

const MANY: u16 = COPY | SYNC | REMOVE | SET;
const TRANSFER: u16 = COPY | SYNC;

/// Levels of the log, and azring's words for them.
const LEVELS: &[(&str, &str)] = &[
    ("NONE", "none"),
    ("FATAL", "error"),
    ("PANIC", "error"),
    ("ERROR", "error"),
    ("WARNING", "warning"),
    ("INFO", "info"),
    ("DEBUG", "debug"),
];

const FILTER: &str = "azring has no such filter yet";
const OLD: &str =
    "AzCopy 10 removed it: give `--include-pattern`, `--exclude-pattern` or `--exclude-path`";
const ACL: &str =
    "it keeps access control lists, which azring does not copy: leave it out to copy the data";

pub(super) static FLAGS: &[Flag] = &[
    switch("recursive", MANY, Composed),
    text("overwrite", COPY, Composed),
    text("from-to", MANY, Composed),
    text("blob-type", COPY | BENCH, Composed),
    text("block-size-mb", TRANSFER | BENCH, Composed),
    text(
        "put-blob-size-mb",
        TRANSFER | BENCH,
        Noted("azring chooses itself which blobs are sent in one request"),
    ),
    switch(
        "put-md5",
        TRANSFER | BENCH,
        Idle("azring always stores the MD5"),
    ),
    text("check-md5", TRANSFER, Composed),
    switch(
        "check-length",
        COPY | BENCH,
        Idle("azring always checks lengths"),
    ),
    switch("dry-run", MANY, Row(&row::L)),
    switch("as-subdir", COPY, Composed),
    switch("preserve-last-modified-time", COPY, Composed),
    text(
        "delete-destination",
        SYNC,
        Words(
            &row::DELETE,
            &[("true", "on"), ("false", ""), ("prompt", "ask")],
        ),
    ),
    switch("mirror-mode", SYNC, Composed),
    text("compare-hash", SYNC, Composed),
    text(
        "local-hash-storage-mode",
        SYNC,
        Refused {
            unless: &["", "XAttr"],
            why: "azring keeps no hashes in hidden files: leave it out",
        },
    ),
    text(
        "hash-meta-dir",
        SYNC,
        Refused {
            unless: &[""],
            why: "azring keeps no hashes in hidden files: leave it out",
        },
    ),
    switch(
        "include-root",
        SYNC,
        Idle("a root has no properties that azring copies"),
    ),
    // Filters.
    text("include-pattern", MANY, Composed),
    text("exclude-pattern", MANY, Composed),
    text("include-path", MANY, Composed),
    text("exclude-path", MANY, Composed),
    text("include-regex", TRANSFER, Composed),
    text("exclude-regex", TRANSFER, Composed),
    text("include-before", COPY | REMOVE, Row(&row::OLDER_THAN)),
    text("include-after", COPY | REMOVE, Row(&row::NEWER_THAN)),
    text("list-of-files", COPY | REMOVE | SET, Row(&row::FILES_FROM)),
    text(
        "list-of-versions",
        COPY | REMOVE,
        Row(&row::LIST_OF_VERSIONS),
    ),
    text("include-attributes", TRANSFER, Composed),
    text("exclude-attributes", TRANSFER, Composed),
    text(
        "exclude-blob-type",
        COPY,
        Refused {
            unless: &[""],
            why: FILTER,
        },
    ),
    text(
        "exclude-container",
        COPY,
        Refused {
            unless: &[""],
            why: "azring copies one container at a time: give one command for each container",
        },
    ),
    text(
        "include",
        TRANSFER | JOBS,
        Refused {
            unless: &[""],
            why: OLD,
        },
    ),
    text(
        "exclude",
        TRANSFER | JOBS,
        Refused {
            unless: &[""],
            why: OLD,
        },
    ),
    // Properties.
    text("content-type", COPY, Composed),
    switch("no-guess-mime-type", COPY, Composed),
    text("content-encoding", COPY, Row(&row::CONTENT_ENCODING)),
    text("content-language", COPY, Row(&row::CONTENT_LANGUAGE)),
    text("content-disposition", COPY, Row(&row::CONTENT_DISPOSITION)),
    text("cache-control", COPY, Row(&row::CACHE_CONTROL)),
    text("metadata", COPY | SET, Row(&row::METADATA)),
    text("blob-tags", COPY | SET, Row(&row::BLOB_TAGS)),
    text(
        "block-blob-tier",
        COPY | SET,
        RowUnless(&row::TIER, &["None"]),
    ),
    text(
        "page-blob-tier",
        COPY | SET,
        RowUnless(&row::TIER, &["None"]),
    ),
    text("rehydrate-priority", SET, Row(&row::REHYDRATE_PRIORITY)),
    switch("s2s-preserve-properties", COPY, Composed),
    switch("s2s-preserve-access-tier", TRANSFER, Composed),
    switch("s2s-preserve-blob-tags", TRANSFER, Composed),
    switch(
        "s2s-detect-source-changed",
        COPY,
        Idle("azring always detects a change of the source"),
    ),
    text(
        "s2s-handle-invalid-metadata",
        COPY,
        Noted("metadata of Azure is always valid at Azure"),
    ),
    switch(
        "s2s-get-properties-in-backend",
        COPY,
        Idle("azring has no use for it"),
    ),
    switch("preserve-smb-info", TRANSFER, Composed),
    switch("preserve-info", TRANSFER, Composed),
    switch(
        "preserve-permissions",
        TRANSFER,
        Refused {
            unless: &[],
            why: ACL,
        },
    ),
    switch(
        "preserve-smb-permissions",
        TRANSFER,
        Refused {
            unless: &[],
            why: ACL,
        },
    ),
    switch(
        "preserve-owner",
        TRANSFER,
        Idle("it belongs to access control lists"),
    ),
    switch(
        "backup",
        TRANSFER,
        Refused {
            unless: &[],
            why: "only Windows has the privilege it uses: leave it out",
        },
    ),
    switch("preserve-posix-properties", TRANSFER, Composed),
    text("posix-properties-style", TRANSFER, Composed),
    switch("follow-symlinks", TRANSFER, Composed),
    switch("preserve-symlinks", TRANSFER, Composed),
    text(
        "hardlinks",
        TRANSFER,
        Refused {
            unless: &["", "follow"],
            why: "azring copies hard links as files of their own: leave it out",
        },
    ),
    switch("include-directory-stub", TRANSFER, Composed),
    switch(
        "force-if-read-only",
        TRANSFER | REMOVE,
        Idle("azring replaces read-only files of a share"),
    ),
    text(
        "trailing-dot",
        MANY | LIST,
        Refused {
            unless: &["", "Enable", "AllowToUnsafeDestination"],
            why: "azring keeps dots at the end of names: leave it out",
        },
    ),
    text(
        "cpk-by-name",
        TRANSFER | REMOVE,
        Refused {
            unless: &[""],
            why: "azring has no customer-provided keys",
        },
    ),
    switch(
        "cpk-by-value",
        TRANSFER | REMOVE,
        Refused {
            unless: &[],
            why: "azring has no customer-provided keys",
        },
    ),
    switch(
        "decompress",
        COPY,
        Refused {
            unless: &[],
            why: "azring copies bytes as they are: decompress them afterwards",
        },
    ),
    switch(
        "disable-auto-decoding",
        COPY,
        Idle("azring decodes no names of Windows"),
    ),
    switch(
        "delete-destination-file",
        TRANSFER,
        Refused {
            unless: &[],
            why: "azring deletes no file to make place for a directory",
        },
    ),
    text("flush-threshold", COPY, Idle("azring has no use for it")),
    switch(
        "force",
        SYNC,
        Refused {
            unless: &[],
            why: "AzCopy 10.1 removed it: give `--delete-destination=true`",
        },
    ),
    // Removal.
    text("delete-snapshots", REMOVE, Composed),
    text(
        "permanent-delete",
        REMOVE,
        Refused {
            unless: &["", "none"],
            why: "azring deletes nothing for good that the service keeps",
        },
    ),
    // Lists, containers, measurements.
    text("location", LIST, Composed),
    switch("machine-readable", LIST, Row(&row::MACHINE_READABLE)),
    switch("mega-units", LIST, Row(&row::MEGA_UNITS)),
    switch("running-tally", LIST, Row(&row::RUNNING_TALLY)),
    text("properties", LIST, Row(&row::PROPERTIES)),
    text("quota-gb", MAKE, RowUnless(&row::QUOTA_GB, &["0"])),
    text("size-per-file", BENCH, Row(&row::SIZE)),
    text("file-count", BENCH, Row(&row::COUNT)),
    text(
        "number-of-folders",
        BENCH,
        Refused {
            unless: &["", "0"],
            why: "azring measures with objects of one folder: leave it out",
        },
    ),
    switch("delete-test-data", BENCH, Composed),
    text("mode", BENCH, Composed),
    // Jobs.
    text("with-status", JOBS, Composed),
    text("source-sas", JOBS, Row(&row::SOURCE_SAS)),
    text("destination-sas", JOBS, Row(&row::DEST_SAS)),
    switch(
        "show-sensitive",
        ENV,
        Refused {
            unless: &[],
            why: "azring never shows secrets",
        },
    ),
    // Logins.
    text("tenant-id", LOGIN, Row(&row::TENANT_ID)),
    text("aad-endpoint", LOGIN, Row(&row::AAD_ENDPOINT)),
    text("login-type", LOGIN, Row(&row::LOGIN_TYPE)),
    text("identity-client-id", LOGIN, Row(&row::IDENTITY_CLIENT_ID)),
    text(
        "identity-resource-id",
        LOGIN,
        Row(&row::IDENTITY_RESOURCE_ID),
    ),
    text("identity-object-id", LOGIN, Row(&row::IDENTITY_OBJECT_ID)),
    text("application-id", LOGIN, Row(&row::APPLICATION_ID)),
    text("certificate-path", LOGIN, Row(&row::CERTIFICATE_PATH)),
    switch("identity", LOGIN, Row(&row::IDENTITY)),
    switch("service-principal", LOGIN, Row(&row::SERVICE_PRINCIPAL)),
    switch("tenant", LOGIN, Row(&row::STATUS_TENANT)),
    switch("endpoint", LOGIN, Row(&row::STATUS_ENDPOINT)),
    switch("method", LOGIN, Row(&row::STATUS_METHOD)),
    // Every command.
    text("cap-mbps", TRANSFER | BENCH, Row(&row::CAP_MBPS)),
    text(
        "cap-mbps",
        ALL & !(TRANSFER | BENCH),
        Idle("few bytes move"),
    ),
    text("log-level", MANY | BENCH, Words(&row::LOG_LEVEL, LEVELS)),
    text(
        "log-level",
        ALL & !(MANY | BENCH),
        Idle("azring writes no log of it"),
    ),
    text(
        "output-type",
        ALL,
        Words(
            &row::OUTPUT,
            &[("text", ""), ("json", "json"), ("none", "none")],
        ),
    ),
    text("output-level", ALL, Composed),
    text(
        "trusted-microsoft-suffixes",
        ALL,
        Row(&row::TRUSTED_MICROSOFT_SUFFIXES),
    ),
    switch(
        "skip-version-check",
        ALL,
        Idle("azring never looks for versions"),
    ),
    switch(
        "check-version",
        ALL,
        Idle("azring never looks for versions"),
    ),
    switch(
        "cancel-from-stdin",
        ALL,
        Noted("azring is stopped by a signal and not by a line of standard input"),
    ),
    switch("await-continue", ALL, Idle("it is for debugging AzCopy")),
    switch("await-open", ALL, Idle("it is for debugging AzCopy")),
    text("debug-skip-files", ALL, Idle("it is for debugging AzCopy")),
    text("memory-profile", ALL, Idle("it is for debugging AzCopy")),
    text(
        "retry-status-codes",
        ALL,
        Noted("azring decides itself which answers are tried again"),
    ),
    text("request-priority", ALL, Idle("it is not released")),
    switch("help", ALL, Composed),
];

/// The flag of this name that the command takes.
pub(super) fn flag_of(verb: Verb, name: &str) -> Option<&'static Flag> {
    FLAGS
        .iter()
        .find(|flag| flag.name == name && flag.verbs & set_of(verb) != 0)
}

/// The flag of this name, and the first command that takes it.
pub(crate) fn flag_and_verb(name: &str) -> Option<(&'static str, Verb)> {
    let flag = FLAGS.iter().find(|flag| flag.name == name)?;
    let verb = Verb::with_flags().find(|&verb| flag.verbs & set_of(verb) != 0)?;
    Some((flag.name, verb))
}

/// Whether the command has a flag of this name in AzCopy 10.
pub(crate) fn is_flag(verb: Verb, name: &str) -> bool {
    flag_of(verb, name).is_some()
}

/// Whether that flag is on or off.
pub(crate) fn is_switch(verb: Verb, name: &str) -> bool {
    flag_of(verb, name).is_some_and(|flag| flag.is_switch)
}
