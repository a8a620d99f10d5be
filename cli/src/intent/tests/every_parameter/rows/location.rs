//! Rows: source, destination, credentials.

use super::super::{Row, Way};
use super::{ALL, EVERYWHERE, identity};

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "Source",
        dash: &["source"],
        services: ALL,
        ways: &[Way::Up],
        elsewhere: "",
        seen: |seen| seen.options.source.to_string(),
        bare: "",
        right: &[("/other", "/other")],
        wrong: &[
            ("ftp://host/x", "`ftp://` is not supported"),
            ("C:\\data", "is a Windows path"),
            (
                "https://a.queue.core.windows.net/q",
                "Error parsing source location",
            ),
            (
                "https://a.blob.core.windows.net/c*/d",
                "stands for several containers",
            ),
        ],
    },
    Row {
        slash: "Dest",
        dash: &["destination", "dest"],
        services: ALL,
        ways: &[Way::Down],
        elsewhere: "",
        seen: |seen| seen.options.target.to_string(),
        bare: "",
        right: &[("/other", "/other")],
        wrong: &[
            ("ftp://host/x", "`ftp://` is not supported"),
            ("\\\\server\\share", "is a Windows share"),
            (
                "https://a.blob.core.windows.net/c*/d",
                "stands for several containers",
            ),
        ],
    },
    Row {
        slash: "SourceKey",
        dash: &["source-key"],
        services: ALL,
        ways: &[Way::Down, Way::Between],
        elsewhere: "is a local path, but an account key is given",
        seen: |seen| identity(&seen.options.source),
        bare: "anonymous",
        right: &[("a2V5", "key")],
        wrong: &[
            ("no base64!", "is not base64"),
            ("@env:NOT_SET", "the variable `NOT_SET`"),
            ("@file:/no/such", "cannot read the file `/no/such`"),
            (
                "-",
                "is read from standard input, but standard input is empty",
            ),
        ],
    },
    Row {
        slash: "DestKey",
        dash: &["dest-key", "destination-key"],
        services: ALL,
        ways: &[Way::Up, Way::Between],
        elsewhere: "is a local path, but an account key is given",
        seen: |seen| identity(&seen.options.target),
        bare: "anonymous",
        right: &[("a2V5", "key")],
        wrong: &[
            ("no base64!", "is not base64"),
            ("@env:NOT_SET", "the variable `NOT_SET`"),
            ("@file:/no/such", "cannot read the file `/no/such`"),
            (
                "-",
                "is read from standard input, but standard input is empty",
            ),
        ],
    },
    Row {
        slash: "SourceSAS",
        dash: &["source-sas"],
        services: ALL,
        ways: &[Way::Down, Way::Between],
        elsewhere: "is a local path, but",
        seen: |seen| identity(&seen.options.source),
        bare: "anonymous",
        right: &[("?sv=1&sig=x", "signature"), ("sv=1&sig=x", "signature")],
        wrong: &[
            ("@env:NOT_SET", "the variable `NOT_SET`"),
            (
                "-",
                "is read from standard input, but standard input is empty",
            ),
        ],
    },
    Row {
        slash: "DestSAS",
        dash: &["dest-sas", "destination-sas"],
        services: ALL,
        ways: &[Way::Up, Way::Between],
        elsewhere: "is a local path, but",
        seen: |seen| identity(&seen.options.target),
        bare: "anonymous",
        right: &[("?sv=1&sig=x", "signature"), ("sv=1&sig=x", "signature")],
        wrong: &[
            ("@env:NOT_SET", "the variable `NOT_SET`"),
            (
                "-",
                "is read from standard input, but standard input is empty",
            ),
        ],
    },
    Row {
        slash: "SourceType",
        dash: &["source-type"],
        services: ALL,
        ways: &[Way::Down, Way::Between],
        elsewhere: "",
        seen: |seen| seen.options.source.to_string(),
        bare: "https://a.blob.core.windows.net/c",
        right: &[
            ("Blob", "https://a.blob.core.windows.net/c"),
            ("bLOB", "https://a.blob.core.windows.net/c"),
        ],
        wrong: &[
            (
                "Table",
                "belongs to Blob storage, but the type given says Table storage",
            ),
            (
                "File",
                "belongs to Blob storage, but the type given says Azure Files",
            ),
            ("queue", "invalid value"),
        ],
    },
    Row {
        slash: "DestType",
        dash: &["dest-type", "destination-type"],
        services: ALL,
        ways: &[Way::Up],
        elsewhere: "",
        seen: |seen| seen.options.target.to_string(),
        bare: "https://a.blob.core.windows.net/c",
        right: &[("Blob", "https://a.blob.core.windows.net/c")],
        wrong: &[
            (
                "File",
                "belongs to Blob storage, but the type given says Azure Files",
            ),
            ("queue", "invalid value"),
        ],
    },
    Row {
        slash: "MapDrive",
        dash: &["map-drive"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |_| String::new(),
        bare: "",
        right: &[("C:=/mnt/c", "")],
        wrong: &[
            ("C=/mnt/c", "is no drive and folder"),
            ("C:", "is no drive and folder"),
            ("/mnt/c", "is no drive and folder"),
        ],
    },
];
