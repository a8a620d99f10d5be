//! Rows of the table: what AzCopy 10 does in another way than AzCopy 8.
//!
//! Its commands are translated into these and other rows (`args/azcopy10`), and a user of the other
//! dialects can give them too.

use super::{BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Ways of AzCopy 10",
    rows: &[&AS_SUBDIR, &OVERWRITE, &MISSING_MD5],
};

pub(crate) static AS_SUBDIR: Parameter = Parameter {
    slash: "AsSubdir",
    dash: &["as-subdir"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Copy a folder as a folder, with its name",
    detail: "A source that is a folder, a virtual directory, a container or a share becomes a folder of its \
             name at the destination, as in AzCopy 10: `/data/photos` becomes `photos/...`. It needs \
             `/S` (`--recursive`). A whole container that is copied to a container gets no folder. \
             The URL of a blob as the destination of a single object is its name, unless it ends in a slash. \
             Without this parameter the content of the source is copied.",
    since: "azring 0.2",
};

pub(crate) static OVERWRITE: Parameter = Parameter {
    slash: "Overwrite",
    dash: &["overwrite"],
    value: Value::Choice(&["always", "never", "ask"]),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "`ask`, or `always` with `/Y`",
    brief: "Whether existing objects are overwritten",
    detail: "What happens with objects that the destination has already. `always` overwrites them, `never` \
             skips them, and `ask` asks; without a terminal for the question they are skipped. It counts more than \
             `/Y` (`--quiet`), which then only answers other questions.",
    since: "azring 0.2",
};

pub(crate) static MISSING_MD5: Parameter = Parameter {
    slash: "MissingMD5",
    dash: &["missing-md5"],
    value: Value::Choice(&["fail", "pass"]),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "fail",
    brief: "What `/CheckMD5` does without a stored MD5",
    detail: "Whether an object without a stored MD5 fails or passes where `/CheckMD5` (`--check-md5`) compares \
             the MD5 of downloaded objects.",
    since: "azring 0.2",
};
