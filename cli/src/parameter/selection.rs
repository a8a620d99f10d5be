//! Rows of the table: selection of objects.

use super::{BLOBS, BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Selection",
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
    brief: "Which names to copy",
    detail: "The names to copy. Its meaning depends on the source. For a folder it is a wildcard \
             pattern of `*` and `?` that is matched against the names of files; with recursion \
             also against those in every sub-folder. For a container there are no wildcards: \
             without recursion it is the exact name of a blob, with recursion the beginning of \
             the name. For a file share it is the exact name of a file, and there is no recursion \
             with it.\n\n\
             The names of blobs are case-sensitive. The names of files are compared without case \
             if parameters are written `/Name:value`, and with case if they are written `--name \
             value`. Only one pattern can be given.",
    since: "AzCopy",
};

pub(crate) static S: Parameter = Parameter {
    slash: "S",
    dash: &["recursive"],
    value: Value::Switch,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Include sub-folders",
    detail: "Copies the content of sub-folders and virtual directories too. From a container \
             nothing is copied without this parameter or a pattern. A copy from a file share needs \
             one of the two. Empty folders and folders \
             behind symbolic links are not copied. A sync includes sub-folders by itself: there `/S:off` \
             (`--recursive off`) leaves out what is in sub-folders of either side, which is neither copied nor \
             deleted.",
    since: "AzCopy",
};

pub(crate) static XO: Parameter = Parameter {
    slash: "XO",
    dash: &["exclude-older"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Skip objects that are not newer than the destination's",
    detail: "Skips objects whose modification time is the same as or earlier than that of the \
             object at the destination. Together with the opposite parameter, only objects that \
             are missing at the destination are copied.",
    since: "AzCopy",
};

pub(crate) static XN: Parameter = Parameter {
    slash: "XN",
    dash: &["exclude-newer"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Skip objects that are not older than the destination's",
    detail: "Skips objects whose modification time is the same as or later than that of the \
             object at the destination. Together with the opposite parameter, only objects that \
             are missing at the destination are copied.",
    since: "AzCopy",
};

pub(crate) static SNAPSHOT: Parameter = Parameter {
    slash: "Snapshot",
    dash: &["include-snapshot"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Include the blobs' snapshots",
    detail: "Copies the snapshots of blobs too. Each gets the name of its blob with the time of \
             the snapshot (UTC) before the extension, as in `abc (2011-03-09 014234).txt`; \
             milliseconds follow if two snapshots of a blob are of the same second. Only for \
             copies from blobs.",
    since: "AzCopy",
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
    detail: "Uploads only files with the archive attribute. The attribute is not cleared. The \
             help of `/IA` (`--include-attributes`) says where attributes come from.",
    since: "AzCopy",
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
    detail: "Uploads only files with any of these attributes, one letter each: R read-only, A \
             archive, S system, H hidden, C compressed, N normal, E encrypted, T temporary, O \
             offline, I not indexed.\n\n\
             The attributes are those that a Windows or Samba share, a Windows file system, or a \
             Samba server on this machine stores for a file. A file without stored attributes is \
             read-only if nobody may write to it, hidden if its name begins with a dot, and \
             otherwise normal.",
    since: "AzCopy",
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
    detail: "Does not upload files with any of these attributes, one letter each: R read-only, A \
             archive, S system, H hidden, C compressed, N normal, E encrypted, T temporary, O \
             offline, I not indexed. The help of `/IA` (`--include-attributes`) says where \
             attributes come from.",
    since: "AzCopy",
};

pub(crate) static DELIMITER: Parameter = Parameter {
    slash: "Delimiter",
    dash: &["delimiter"],
    value: Value::Required("delimiter"),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "/",
    brief: "The separator of virtual directories in blob names",
    detail: "The character that separates virtual directories in the names of downloaded blobs. \
             It becomes the slash of a path, and a slash in a name becomes `%2F`. Only for \
             downloads of blobs.",
    since: "AzCopy",
};
