//! Rows: what only concerns tables.

use super::{Group, Parameter, TABLES, Value, not_yet};

pub(super) const GROUP: Group = Group {
    title: "Tables",
    rows: &[
        &PKRS,
        &SPLIT_SIZE,
        &ENTITY_OPERATION,
        &MANIFEST,
        &PAYLOAD_FORMAT,
    ],
};

pub(crate) static PKRS: Parameter = Parameter {
    slash: "PKRS",
    dash: &["pkrs"],
    value: Value::Required("key1#key2#..."),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "one range",
    brief: "Ranges of partition keys to export at the same time",
    detail: "Splits the partition keys into ranges that are exported at the same time: `aa#bb` \
             makes three, up to `aa`, from `aa` up to `bb`, and from `bb` on.",
    since: "AzCopy 4.0",
    built: false,
};

pub(crate) static SPLIT_SIZE: Parameter = Parameter {
    slash: "SplitSize",
    dash: &["split-size"],
    value: Value::Required("MB"),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "one file",
    brief: "The size at which an exported file is split",
    detail: "The size in MB at which an exported file is split, at least 32.",
    since: "AzCopy 4.0",
    built: false,
};

pub(crate) static ENTITY_OPERATION: Parameter = Parameter {
    slash: "EntityOperation",
    dash: &["entity-operation"],
    value: Value::Choice(&[
        not_yet("InsertOrSkip"),
        not_yet("InsertOrMerge"),
        not_yet("InsertOrReplace"),
    ]),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "",
    brief: "What an import does with existing entities",
    detail: "What an import does with an existing entity: skip it, merge the two, or replace it.",
    since: "AzCopy 4.0",
    built: false,
};

pub(crate) static MANIFEST: Parameter = Parameter {
    slash: "Manifest",
    dash: &["manifest"],
    value: Value::Required("file"),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "",
    brief: "The file that describes an export",
    detail: "The name of the file that describes an export. An export without it chooses a name; \
             an import needs it.",
    since: "AzCopy 4.0",
    built: false,
};

pub(crate) static PAYLOAD_FORMAT: Parameter = Parameter {
    slash: "PayloadFormat",
    dash: &["payload-format"],
    value: Value::Choice(&[not_yet("JSON"), not_yet("CSV")]),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "JSON",
    brief: "The format of exported files",
    detail: "The format of the files that an export writes.",
    since: "AzCopy 4.2",
    built: false,
};
