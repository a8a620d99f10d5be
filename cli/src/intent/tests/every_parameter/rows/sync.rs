//! Rows: parameters of `azring remove`.

use super::super::Row;
use super::BLOBS;

pub(super) const ROWS: &[Row] = &[
    // A copy refuses it; the tests of `remove` cover its effect.
    Row {
        slash: "DeleteSnapshots",
        dash: &["delete-snapshots"],
        services: BLOBS,
        ways: &[],
        elsewhere: "is only for `azring remove`",
        seen: |_| String::new(),
        bare: "",
        right: &[("include", "")],
        wrong: &[
            ("include", "is only for `azring remove`"),
            ("x", "takes `include`"),
        ],
    },
];
