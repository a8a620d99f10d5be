//! Rows: parameters of `azring bench`.

use super::super::Row;
use super::BLOBS_FILES;

pub(super) const ROWS: &[Row] = &[
    // A copy refuses these; the tests of `bench` cover their effects.
    Row {
        slash: "Size",
        dash: &["size"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring bench`",
        seen: |_| String::new(),
        bare: "",
        right: &[("1M", "")],
        wrong: &[("1M", "is only for `azring bench`")],
    },
    Row {
        slash: "Count",
        dash: &["count"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring bench`",
        seen: |_| String::new(),
        bare: "",
        right: &[("5", "")],
        wrong: &[("5", "is only for `azring bench`")],
    },
    Row {
        slash: "Duration",
        dash: &["duration"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring bench`",
        seen: |_| String::new(),
        bare: "",
        right: &[("90s", "")],
        wrong: &[("1m", "is only for `azring bench`")],
    },
    Row {
        slash: "Keep",
        dash: &["keep"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring bench`",
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
    Row {
        slash: "Verify",
        dash: &["verify"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring bench`",
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
];
