//! Rows: how `azring list` shows objects. A copy refuses all of them.

use super::super::Row;
use super::{BLOBS, BLOBS_FILES};

const ELSEWHERE: &str = "is only for `azring list`";

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "Properties",
        dash: &["properties"],
        services: BLOBS,
        ways: &[],
        elsewhere: ELSEWHERE,
        seen: |_| String::new(),
        bare: "",
        right: &[("BlobType", "")],
        wrong: &[],
    },
    Row {
        slash: "RunningTally",
        dash: &["running-tally"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: ELSEWHERE,
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
    Row {
        slash: "MachineReadable",
        dash: &["machine-readable"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: ELSEWHERE,
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
    Row {
        slash: "MegaUnits",
        dash: &["mega-units"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: ELSEWHERE,
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
];
