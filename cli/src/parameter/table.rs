//! Rows of the table: parameters for tables.

use super::{Group, Parameter, TABLES, Value};

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
    value: Value::Required("key1#key2#...|auto"),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "one range",
    brief: "Ranges of partition keys to export at the same time",
    detail: "Splits the partition keys into ranges that are exported at the same time: `aa#bb` \
             makes three, up to `aa`, from `aa` up to `bb`, and from `bb` on. The keys ascend in \
             the order of the service. With `auto` the export begins with one range. \
             A thread that has nothing to do looks for a key in the middle of what remains of a \
             range, and splits the range there. At most `/NC` \
             ranges are exported at once, or one for each core. A range that fails is a failure of \
             the run, and no manifest is written then.",
    since: "AzCopy 4.0",
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
    detail: "The size in MB at which an exported file is split, at least 32. A file that is \
             exported to a blob is split at 200,000 MB in any case.",
    since: "AzCopy 4.0",
};

pub(crate) static ENTITY_OPERATION: Parameter = Parameter {
    slash: "EntityOperation",
    dash: &["entity-operation"],
    value: Value::Choice(&["InsertOrSkip", "InsertOrMerge", "InsertOrReplace"]),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "",
    brief: "What an import does with existing entities",
    detail: "What an import does with an existing entity: skip it, merge the two, or replace it.",
    since: "AzCopy 4.0",
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
};

pub(crate) static PAYLOAD_FORMAT: Parameter = Parameter {
    slash: "PayloadFormat",
    dash: &["payload-format"],
    value: Value::Choice(&["JSON", "CSV"]),
    secret: false,
    identity: true,
    applies_to: TABLES,
    default: "JSON",
    brief: "The format of exported files",
    detail: "The format of the files that an export writes: JSON as the service sends it with \
             minimal metadata, or CSV with the types of the columns in a file `.schema.csv` beside \
             each file. Only JSON can be imported.",
    since: "AzCopy 4.2",
};
