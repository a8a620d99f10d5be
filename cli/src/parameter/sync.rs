//! Rows of the table: parameters of `azring remove`.

use super::{BLOBS, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Removing (`azring remove`)",
    rows: &[&DELETE_SNAPSHOTS],
};

pub(crate) static DELETE_SNAPSHOTS: Parameter = Parameter {
    slash: "DeleteSnapshots",
    dash: &["delete-snapshots"],
    value: Value::Choice(&["include"]),
    secret: false,
    identity: false,
    applies_to: BLOBS,
    default: "a blob that has snapshots is not deleted",
    brief: "Delete the snapshots of deleted blobs too",
    detail: "`include` deletes the snapshots of each deleted blob with it. Without this parameter a \
             blob that has snapshots is not deleted, and that is a failure. Leases and legal holds \
             are never broken.",
    since: "azring 0.2",
};
