//! Rows of the table: what is kept of a POSIX file system.

use super::{BLOBS, BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "POSIX",
    rows: &[
        &LINKS,
        &LINK_FORM,
        &POSIX,
        &KEEP_SPECIAL_BITS,
        &FOLDER_MARKS,
    ],
};

pub(crate) static LINKS: Parameter = Parameter {
    slash: "Links",
    dash: &["links"],
    value: Value::Choice(&["skip", "follow", "keep", "unsafe"]),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "links to files are copied as files, and links to folders are passed over",
    brief: "What becomes of symbolic links",
    detail: "`skip` passes over every local link, with a notice. `follow` copies the file or the folder \
             that a link leads to; a link that leads back to a folder above it is a failure. `keep` stores a link as \
             a block blob that has the target of the link as its bytes and the metadata `is_symlink=true`, as AzCopy \
             10 does; a download makes such blobs links again. A link whose target is absolute, begins with more \
             `..` than there are folders above it, or has `..` after a name is a failure then, because it may lead \
             out of the destination. `unsafe` is the same and makes those links too. `azring sync` treats the links \
             of both sides like this; it deletes links only with `keep` and `unsafe`. `skip` and `follow` have no \
             meaning in a download that is no sync. With a file share only `skip` and `follow` are supported.",
    since: "azring 0.2",
};

pub(crate) static LINK_FORM: Parameter = Parameter {
    slash: "LinkForm",
    dash: &["link-form"],
    value: Value::Choice(&["azcopy", "rclone"]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "azcopy",
    brief: "The form in which links are stored",
    detail: "With `/Links:keep` or `/Links:unsafe`: `azcopy` marks the blob of a link with the metadata \
             `is_symlink=true`; `rclone` gives it a name that ends in `.rclonelink`, as rclone does with `--links`: the \
             link `a` is the blob `a.rclonelink`. A download with `rclone` makes links of such blobs, if they have 1 to \
             4,095 bytes, and of no others; a sync compares and deletes them under these names, and filters see them. A \
             link and a file that would have one name are a failure. The rules for targets are those of `/Links`.",
    since: "azring 0.3",
};

pub(crate) static POSIX: Parameter = Parameter {
    slash: "Posix",
    dash: &["posix"],
    value: Value::Choice(&["azcopy", "amlfs", "rclone"]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "not kept",
    brief: "Keep owners, permissions and times",
    detail: "An upload stores the user, the group, the permissions and the times of every file in the metadata of its \
             blob, with the names of AzCopy 10 (`azcopy`), of Azure Managed Lustre and AzCopy's style for it (`amlfs`: \
             whole seconds, no access time), or of rclone (`rclone`). A download restores permissions, access time and \
             modification time from the names of all three. Users and groups are restored by their numbers, if azring \
             runs as the superuser; otherwise a notice says that they are not. A sync compares \
             users, groups and permissions too, and sets them without a copy where nothing else is different.",
    since: "azring 0.2",
};

pub(crate) static KEEP_SPECIAL_BITS: Parameter = Parameter {
    slash: "KeepSpecialBits",
    dash: &["keep-special-bits"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Restore set-user-ID, set-group-ID and sticky bits",
    detail: "A download with `/Posix` restores these bits too. Without it they are left out, with a notice: whoever may \
             write to the container could make programs of this machine run as another user.",
    since: "azring 0.2",
};

pub(crate) static FOLDER_MARKS: Parameter = Parameter {
    slash: "FolderMarks",
    dash: &["folder-marks"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Store folders as blobs",
    detail: "An upload stores every folder below the source, also an empty one, as an empty blob with the metadata \
             `hdi_isfolder=true`, as AzCopy 10 does with `--include-directory-stub`; with `/Posix` it has the \
             folder's owner, permissions and times. A download always makes the folders of such blobs, and of empty \
             blobs whose names end in a slash, as rclone and others write them; with this \
             parameter and `/Posix` it gives them their owners, permissions and times after their files. A sync \
             to a container stores and updates such blobs too, and never deletes one.",
    since: "azring 0.2",
};
