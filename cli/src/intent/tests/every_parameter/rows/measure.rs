//! Rows: measuring.

use super::super::{Row, Takes};
use super::BLOBS;

pub(super) const ROWS: &[Row] = &[
    // What only `azring bench` takes; there it is tested for what it does.
    Row {
        slash: "Size",
        dash: &["size"],
        services: BLOBS,
        takes: Takes::One,
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
        services: BLOBS,
        takes: Takes::One,
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
        services: BLOBS,
        takes: Takes::One,
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
        services: BLOBS,
        takes: Takes::Nothing,
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
        services: BLOBS,
        takes: Takes::Nothing,
        ways: &[],
        elsewhere: "is only for `azring bench`",
        seen: |_| String::new(),
        bare: "",
        right: &[("", "")],
        wrong: &[],
    },
];
