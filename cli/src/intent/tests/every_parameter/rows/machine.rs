//! Rows: resources and connections, and tables.

use super::super::Row;
use super::{ALL, EVERYWHERE, TABLES};

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "NC",
        dash: &["parallel-level"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.engine.concurrency),
        bare: "None",
        right: &[("1", "Some(1)"), ("512", "Some(512)")],
        wrong: &[
            ("0", "Parallel operations count must be positive"),
            ("-3", "Parallel operations count must be positive"),
            ("513", "must be between 1 and 512"),
            ("many", "needs a number"),
            ("1.5", "needs a number"),
        ],
    },
    Row {
        slash: "CapMbps",
        dash: &["cap-mbps"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.engine.bytes_per_second_max),
        bare: "None",
        right: &[
            ("80", "Some(10000000.0)"),
            ("0.5", "Some(62500.0)"),
            ("0", "None"),
        ],
        wrong: &[
            ("-1", "is no rate for"),
            ("fast", "is no rate for"),
            ("1e3", "is no rate for"),
            ("0.0001", "is no rate for"),
        ],
    },
    Row {
        slash: "IO",
        dash: &["io"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.engine.io),
        bare: "Auto",
        right: &[("auto", "Auto"), ("ring", "Ring"), ("Threads", "Threads")],
        wrong: &[("fast", "invalid value")],
    },
    Row {
        slash: "Memory",
        dash: &["memory"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.engine.memory_bytes),
        bare: "None",
        right: &[
            ("512M", "Some(536870912)"),
            ("2G", "Some(2147483648)"),
            ("33554432", "Some(33554432)"),
        ],
        wrong: &[("lots", "is no size"), ("1M", "must be at least 32M")],
    },
    Row {
        slash: "CaFile",
        dash: &["ca-file"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.engine.ca_file),
        bare: "None",
        right: &[("/ca.pem", "Some(\"/ca.pem\")")],
        wrong: &[("C:\\ca.pem", "is a Windows path")],
    },
    Row {
        slash: "ServiceVersion",
        dash: &["service-version"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| {
            let ends = [&seen.options.source, &seen.options.target];
            let versions = ends
                .into_iter()
                .filter_map(|location| location.account_place())
                .map(|place| place.account.capabilities.version().to_string());
            versions.fold(String::new(), |_, version| version)
        },
        bare: "2021-12-02",
        right: &[("2019-07-07", "2019-07-07"), ("2017-11-09", "2017-11-09")],
        wrong: &[
            ("2019", "is no API version"),
            ("2030-01-01", "is no API version"),
            ("2009-09-19", "is no API version"),
        ],
    },
    Row {
        slash: "GiveUp",
        dash: &["give-up"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| {
            let give_up = &seen.options.engine.give_up;
            format!("{:?} {:?}", give_up.at_start, give_up.later)
        },
        bare: "10s 300s",
        right: &[
            ("90", "90s 90s"),
            ("2m", "120s 120s"),
            ("1h", "3600s 3600s"),
        ],
        wrong: &[
            ("0", "is no time"),
            ("soon", "is no time"),
            ("8d", "is no time"),
        ],
    },
    Row {
        slash: "TraceController",
        dash: &["trace-controller"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.settings.trace),
        bare: "None",
        right: &[("/t", "Some(\"/t\")")],
        wrong: &[("C:\\t", "is a Windows path")],
    },
    // Parameters of tables are refused with every other copy, after a check of their values.
    Row {
        slash: "PKRS",
        dash: &["pkrs"],
        services: TABLES,
        ways: &[],
        elsewhere: "is only for tables",
        seen: |_| String::new(),
        bare: "",
        right: &[("aa#bb", "")],
        wrong: &[("aa#bb", "is only for tables")],
    },
    Row {
        slash: "SplitSize",
        dash: &["split-size"],
        services: TABLES,
        ways: &[],
        elsewhere: "is only for tables",
        seen: |_| String::new(),
        bare: "",
        right: &[("32", "")],
        wrong: &[
            ("31", "must be at least 32"),
            ("big", "needs a number"),
            ("32", "is only for tables"),
        ],
    },
    Row {
        slash: "EntityOperation",
        dash: &["entity-operation"],
        services: TABLES,
        ways: &[],
        elsewhere: "is only for tables",
        seen: |_| String::new(),
        bare: "",
        right: &[("InsertOrSkip", "")],
        wrong: &[
            ("Insert", "invalid value"),
            ("insertorskip", "is only for tables"),
            ("InsertOrMerge", "is only for tables"),
            ("InsertOrReplace", "is only for tables"),
        ],
    },
    Row {
        slash: "Manifest",
        dash: &["manifest"],
        services: TABLES,
        ways: &[],
        elsewhere: "is only for tables",
        seen: |_| String::new(),
        bare: "",
        right: &[("abc.manifest", "")],
        wrong: &[("abc.manifest", "is only for tables")],
    },
    Row {
        slash: "PayloadFormat",
        dash: &["payload-format"],
        services: TABLES,
        ways: &[],
        elsewhere: "is only for tables",
        seen: |_| String::new(),
        bare: "",
        right: &[("CSV", "")],
        wrong: &[
            ("XML", "invalid value"),
            ("json", "is only for tables"),
            ("CSV", "is only for tables"),
        ],
    },
];
