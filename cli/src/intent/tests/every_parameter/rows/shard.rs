//! Rows: parameters of `azring shard`.

use super::super::Row;
use super::BLOBS_FILES;

pub(super) const ROWS: &[Row] = &[
    // A copy refuses these; the tests of `shard` cover their effects.
    Row {
        slash: "Into",
        dash: &["into"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring shard`",
        seen: |_| String::new(),
        bare: "",
        right: &[("/p", "")],
        wrong: &[("/p", "is only for `azring shard`")],
    },
    Row {
        slash: "Shards",
        dash: &["shards"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring shard`",
        seen: |_| String::new(),
        bare: "",
        right: &[("4", "")],
        wrong: &[("4", "is only for `azring shard`")],
    },
    Row {
        slash: "BytesPerShard",
        dash: &["bytes-per-shard"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring shard`",
        seen: |_| String::new(),
        bare: "",
        right: &[("1G", "")],
        wrong: &[("1G", "is only for `azring shard`")],
    },
    Row {
        slash: "State",
        dash: &["state"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring shard`",
        seen: |_| String::new(),
        bare: "",
        right: &[("/s", "")],
        wrong: &[("/s", "is only for `azring shard`")],
    },
    Row {
        slash: "Emit",
        dash: &["emit"],
        services: BLOBS_FILES,
        ways: &[],
        elsewhere: "is only for `azring shard`",
        seen: |_| String::new(),
        bare: "",
        right: &[("slurm", "")],
        wrong: &[
            ("nomad", "it takes `slurm`"),
            ("batch", "is only for `azring shard`"),
        ],
    },
];
