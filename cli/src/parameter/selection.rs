//! Rows: which objects.

use super::{BLOBS, BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Which objects",
    rows: &[&PATTERN, &S, &XO, &XN, &SNAPSHOT, &A, &IA, &XA, &DELIMITER],
};

pub(crate) static PATTERN: Parameter = Parameter {
    slash: "Pattern",
    dash: &["include"],
    value: Value::Required("pattern"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "everything",
    brief: "Which names are meant",
    detail: "Which names are meant; how it is read depends on the source. For a folder it is a wildcard pattern of `*` \
             and `?`, matched against the names of files; with recursion also against those in every sub-folder. For a \
             container nothing is a wildcard: without recursion it is the exact name of a blob, with recursion it is \
             the beginning of the name.\n\n\
             The names of blobs are compared with regard to case. The names of files are compared without it when \
             parameters are written `/Name:value`, and with it when they are written `--name value`. There is one \
             pattern only.",
    since: "AzCopy",
    built: true,
};

pub(crate) static S: Parameter = Parameter {
    slash: "S",
    dash: &["recursive"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Also what lies in sub-folders",
    detail: "Copies what lies in sub-folders and virtual directories too. From a container nothing is copied unless \
             either this or a pattern is given. Empty folders are not copied; neither are folders behind symbolic links.",
    since: "AzCopy",
    built: true,
};

pub(crate) static XO: Parameter = Parameter {
    slash: "XO",
    dash: &["exclude-older"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Leave out what is not newer than at the destination",
    detail: "Leaves out objects that were modified at the same time as what is at the destination, or earlier. Together \
             with its opposite only what is missing at the destination is copied.",
    since: "AzCopy",
    built: true,
};

pub(crate) static XN: Parameter = Parameter {
    slash: "XN",
    dash: &["exclude-newer"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Leave out what is not older than at the destination",
    detail: "Leaves out objects that were modified at the same time as what is at the destination, or later. Together \
             with its opposite only what is missing at the destination is copied.",
    since: "AzCopy",
    built: true,
};

pub(crate) static SNAPSHOT: Parameter = Parameter {
    slash: "Snapshot",
    dash: &["include-snapshot"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Also the blobs' snapshots",
    detail: "Copies the snapshots of blobs too, each under the name of its blob with the time of the snapshot (UTC) before \
             the extension, as in `abc (2011-03-09 014234).txt`; milliseconds follow where two snapshots of a blob fall \
             into the same second. Only where the source is the Blob service.",
    since: "AzCopy",
    built: true,
};

pub(crate) static A: Parameter = Parameter {
    slash: "A",
    dash: &["archive-only"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Only files with the archive attribute",
    detail: "Uploads only files whose archive attribute is set; it is not cleared. Where attributes come from, the help \
             about the included ones tells.",
    since: "AzCopy",
    built: true,
};

pub(crate) static IA: Parameter = Parameter {
    slash: "IA",
    dash: &["include-attributes"],
    value: Value::Required("RASHCNETOI"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "",
    brief: "Only files with any of these attributes",
    detail: "Uploads only files with any of these attributes, one letter each: R read-only, A archive, S system, H \
             hidden, C compressed, N normal, E encrypted, T temporary, O offline, I not indexed.\n\n\
             They are those that a share of Windows or Samba, a file system of Windows, or a Samba on this machine keeps for a \
             file. A file that has none stored with it is read-only if nobody may write to it, hidden if its name begins \
             with a dot, and otherwise normal.",
    since: "AzCopy",
    built: true,
};

pub(crate) static XA: Parameter = Parameter {
    slash: "XA",
    dash: &["exclude-attributes"],
    value: Value::Required("RASHCNETOI"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "",
    brief: "No files with any of these attributes",
    detail: "Does not upload files with any of these attributes, one letter each: R read-only, A archive, S system, H \
             hidden, C compressed, N normal, E encrypted, T temporary, O offline, I not indexed. Where they come from, the \
             help about the included ones tells.",
    since: "AzCopy",
    built: true,
};

pub(crate) static DELIMITER: Parameter = Parameter {
    slash: "Delimiter",
    dash: &["delimiter"],
    value: Value::Required("delimiter"),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "/",
    brief: "What separates virtual directories in the names of blobs",
    detail: "The character that separates virtual directories in the names of the blobs that are downloaded: it becomes \
             the slash of a path. A slash in a name becomes `%2F` then. Only for downloads from the Blob service.",
    since: "AzCopy",
    built: true,
};
