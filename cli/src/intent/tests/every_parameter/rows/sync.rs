//! Rows: parameters of a sync, a move and `azring remove`. The tests of both cover their effects.

use super::super::{Row, Way};
use super::{BLOBS, BLOBS_FILES, EVERYWHERE};

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "Sync",
        dash: &["sync"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.sync.is_some().to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "Move",
        dash: &["move"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.moves.is_some().to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    // A copy refuses these.
    Row {
        slash: "Compare",
        dash: &["compare"],
        services: BLOBS_FILES,
        ways: NOWHERE,
        elsewhere: "is only for `azring sync`",
        seen: |_| String::new(),
        bare: "",
        right: &[("size", "")],
        wrong: &[
            ("size", "is only for `azring sync`"),
            ("age", "it takes `time`"),
        ],
    },
    Row {
        slash: "Delete",
        dash: &["delete"],
        services: BLOBS_FILES,
        ways: NOWHERE,
        elsewhere: "is only for `azring sync`",
        seen: |_| String::new(),
        bare: "",
        right: &[("on", "")],
        wrong: &[
            ("on", "is only for `azring sync`"),
            ("yes", "it takes `off`"),
        ],
    },
    Row {
        slash: "MaxDelete",
        dash: &["max-delete"],
        services: BLOBS_FILES,
        ways: NOWHERE,
        elsewhere: "is only for `azring sync`",
        seen: |_| String::new(),
        bare: "",
        right: &[("10%", "")],
        wrong: &[("1", "is only for `azring sync`")],
    },
    Row {
        slash: "AllowEmptySource",
        dash: &["allow-empty-source"],
        services: BLOBS_FILES,
        ways: NOWHERE,
        elsewhere: "is only for `azring sync`",
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
    Row {
        slash: "DeleteSnapshots",
        dash: &["delete-snapshots"],
        services: BLOBS,
        ways: NOWHERE,
        elsewhere: "is only for `azring remove`, `azring move` and `azring sync`",
        seen: |_| String::new(),
        bare: "",
        right: &[("include", "")],
        wrong: &[
            ("include", "is only for `azring remove`"),
            ("x", "takes `include`"),
        ],
    },
];

const NOWHERE: &[Way] = &[];
