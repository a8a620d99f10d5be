//! Rows of the table: what is kept of a POSIX file system.

use super::{BLOBS, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "POSIX",
    rows: &[&LINKS],
};

pub(crate) static LINKS: Parameter = Parameter {
    slash: "Links",
    dash: &["links"],
    value: Value::Choice(&["skip", "follow", "keep", "unsafe"]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "links to files are copied as files, and links to folders are passed over",
    brief: "What becomes of symbolic links",
    detail: "`skip` passes over every link of this machine, with a notice. `follow` copies the file or the folder \
             that a link leads to; a link that leads back to a folder above it is a failure. `keep` stores a link as \
             a block blob that has the target of the link as its bytes and the metadata `is_symlink=true`, as AzCopy \
             10 does; a download makes such blobs links again. A link whose target is absolute, begins with more \
             `..` than there are folders above it, or has `..` after a name is a failure then, because it may lead \
             out of the destination. `unsafe` is the same and makes those links too. `azring sync` treats the links \
             of both sides like this; it deletes links only with `keep` and `unsafe`. `skip` and `follow` have no \
             meaning in a download that is no sync.",
    since: "azring 0.2",
};
