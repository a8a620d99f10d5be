//! Rows: the ways of AzCopy 10.

use super::super::Row;
use super::{BLOBS_FILES, EVERYWHERE};

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "AsSubdir",
        dash: &["as-subdir"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.as_subdir.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "Overwrite",
        dash: &["overwrite"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.conflict.overwrite),
        bare: "Never",
        right: &[("always", "Always"), ("NEVER", "Never"), ("ask", "Never")],
        wrong: &[("older", "it takes `always`, `never`, `ask`")],
    },
    Row {
        slash: "MissingMD5",
        dash: &["missing-md5"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.download.allows_missing_md5.to_string(),
        bare: "false",
        right: &[("pass", "true"), ("Fail", "false")],
        wrong: &[("warn", "it takes `fail`, `pass`")],
    },
];
