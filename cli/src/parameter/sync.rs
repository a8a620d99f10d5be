//! Rows of the table: parameters of a sync and of `azring remove`.

use super::{BLOBS, BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Sync, move, removal, verification (`azring sync`, `move`, `remove`, `verify`)",
    rows: &[
        &SYNC,
        &COMPARE,
        &DELETE,
        &MAX_DELETE,
        &TRASH,
        &ALLOW_EMPTY_SOURCE,
        &DELETE_EMPTY_FOLDERS,
        &MOVE,
        &DELETE_SNAPSHOTS,
        &VERIFY_ONLY,
        &BY,
    ],
};

pub(crate) static SYNC: Parameter = Parameter {
    slash: "Sync",
    dash: &["sync"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Make the destination like the source",
    detail: "Copies what is missing or different at the destination, with all sub-folders. `azring sync \
             SOURCE DEST` is the same. Modification times are kept: in the metadata `mtime` of a blob, as the \
             last-write time of a file in a share, and as the time of a file. Objects that only the \
             destination has stay, unless `/Delete:on` is given.",
    since: "azring 0.2",
};

pub(crate) static COMPARE: Parameter = Parameter {
    slash: "Compare",
    dash: &["compare"],
    value: Value::Choice(&["time", "size", "hash", "always", "missing"]),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "time",
    brief: "How a sync compares objects",
    detail: "`time` copies an object whose length or modification time is different, also if the source is \
             older. If the time of an object at the destination is not kept there, it copies an object that is \
             newer at the source. If only the time is different and the MD5 is equal, it sets the time. `size` \
             compares lengths only. `hash` compares lengths and MD5s, and reads every local file that \
             both sides have and that changed since it was last read for this: its MD5 is kept in the attribute \
             `user.azring.md5` of the file. `always` copies every object, and `missing` only what the destination does not \
             have.",
    since: "azring 0.2",
};

pub(crate) static DELETE: Parameter = Parameter {
    slash: "Delete",
    dash: &["delete"],
    value: Value::Choice(&["off", "ask", "on"]),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Delete what only the destination has",
    detail: "`on` deletes the objects that only the destination has, after everything was copied. `ask` asks \
             once before. Nothing is deleted if any part of either side could not be listed, if any object was \
             not copied, if the source has no object at all, or if it would be more than a hundred objects and \
             more than half of the destination. An object that was changed since it was listed stays. What the \
             selection excludes, marks of folders and links are never deleted.",
    since: "azring 0.2",
};

pub(crate) static MAX_DELETE: Parameter = Parameter {
    slash: "MaxDelete",
    dash: &["max-delete"],
    value: Value::Required("objects|percent%"),
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "100 objects, or half of the destination",
    brief: "The most objects that a sync deletes",
    detail: "The most objects that a sync may delete: a number, or a percentage of the destination's objects as \
             in `25%`. If it would be more, nothing is deleted and the exit code is 7. The variable \
             `AZRING_MAX_DELETE` has the same meaning.",
    since: "azring 0.2",
};

pub(crate) static TRASH: Parameter = Parameter {
    slash: "Trash",
    dash: &["trash"],
    value: Value::Required("folder"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "deleted objects are gone",
    brief: "Move what a sync would delete to this folder",
    detail: "Moves each object that a sync would delete to this folder of the destination, in which every run has a \
             folder with its time: `old.txt` becomes `.trash/2026-11-29T21-07-12.345Z/old.txt`. A service \
             copies it, and it is deleted once the copy is complete; a local file is renamed. Nothing \
             in the folder is ever compared, replaced or deleted. The rules for deletions are the same. A \
             blob keeps its metadata, its tier and its index tags, of which a SAS must permit reading and writing (`t`). \
             A blob in the archive tier stays, which is a failure: a copy of it would take hours.",
    since: "azring 0.3",
};

pub(crate) static ALLOW_EMPTY_SOURCE: Parameter = Parameter {
    slash: "AllowEmptySource",
    dash: &["allow-empty-source"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Let a sync delete everything for an empty source",
    detail: "Allows a sync to delete although the source has no object at all. Otherwise an empty source, as \
             that of a file system that is not mounted, deletes nothing, and that is a failure.",
    since: "azring 0.2",
};

pub(crate) static DELETE_EMPTY_FOLDERS: Parameter = Parameter {
    slash: "DeleteEmptyFolders",
    dash: &["delete-empty-folders"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Let a sync delete folders that it has emptied",
    detail: "Deletes the local folders and the directories of a file share or of a blob account with a \
             hierarchical namespace that are empty since a sync deleted their last object. Other empty folders stay, and so does the destination itself.",
    since: "azring 0.2",
};

pub(crate) static MOVE: Parameter = Parameter {
    slash: "Move",
    dash: &["move"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Delete each object at the source once it is copied",
    detail: "Copies, and deletes each object at the source after its copy was verified. `azring move SOURCE DEST` \
             is the same. An object is deleted only as the version that was read, and only while the \
             destination has the version that was written: one that was changed meanwhile stays, and is a \
             failure. What was skipped, excluded or failed stays too, and so do folders of the source that \
             become empty, marks of folders and symbolic links. The same command goes on after an \
             interruption at any moment.",
    since: "azring 0.2",
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

pub(crate) static VERIFY_ONLY: Parameter = Parameter {
    slash: "VerifyOnly",
    dash: &["verify-only"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Compare both sides, and copy nothing",
    detail: "Compares every object of the source with the destination, with all sub-folders, and lists what \
             differs or is missing on either side. `azring verify SOURCE DEST` is the same. Each side is a \
             local folder or file, blobs, or files of a share. Nothing is written. Any difference, \
             and anything that cannot be listed or read, is a failure. Marks of folders are not compared, and a \
             pattern selects as in a copy.",
    since: "azring 0.2",
};

pub(crate) static BY: Parameter = Parameter {
    slash: "By",
    dash: &["by"],
    value: Value::Choice(&["size", "md5", "read", "range"]),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "the stored MD5 where both sides have one; otherwise both are read",
    brief: "How `verify` compares objects of equal length",
    detail: "`size` compares lengths only. `md5` compares the stored MD5s, and computes that of a local \
             file; an object without a stored MD5 is a failure. `read` reads every object on both sides and \
             compares the bytes. `azring shard plan` takes `range` alone: each shard is a range of names, which its worker lists.",
    since: "azring 0.2",
};
