//! Rows: from where, to where, and as whom.

use super::{ALL, BLOBS_TABLES, Group, Parameter, Value, built, not_yet};

pub(super) const GROUP: Group = Group {
    title: "From where, to where",
    rows: &[
        &SOURCE,
        &DEST,
        &SOURCE_KEY,
        &DEST_KEY,
        &SOURCE_SAS,
        &DEST_SAS,
        &SOURCE_TYPE,
        &DEST_TYPE,
        &MAP_DRIVE,
    ],
};

pub(crate) static SOURCE: Parameter = Parameter {
    slash: "Source",
    dash: &["source"],
    value: Value::Required("source"),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "",
    brief: "What to copy: a folder, or the URL of a container",
    detail: "What to copy: a folder of this machine, or the URL of a container or of a virtual directory in it. The path \
             of a single file and the URL of a single blob are understood too; a slash at the end says that a directory \
             is meant.\n\n\
             A URL may carry a shared access signature, and its host may be a secondary one \
             (`https://ACCOUNT-secondary.blob.core.windows.net/...`).\n\n\
             Without a source, what comes through a pipe or from a file at standard input becomes the blob that the \
             destination's URL names; `-` says so too, and so does `/dev/stdin`. A named pipe, or `<(command)` of a shell, is \
             read in the same way. The path of a disk (`/dev/sdb`) makes a page blob of it, unless `/BlobType` \
             (`--blob-type`) says otherwise.",
    since: "AzCopy",
    built: true,
};

pub(crate) static DEST: Parameter = Parameter {
    slash: "Dest",
    dash: &["destination", "dest"],
    value: Value::Required("destination"),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "",
    brief: "Where to copy it: a folder, or the URL of a container",
    detail: "Where to copy it: a folder of this machine, or the URL of a container or of a virtual directory in it. A \
             folder or container that is not there is made.\n\n\
             Where the source is a single file or blob, a destination that is no folder is the name that it gets, whatever \
             its extension: `/data/abc.bak`, `https://ACCOUNT.blob.core.windows.net/vhds/disk.vhd`. It goes into a folder \
             that exists, into a container, into a virtual directory that holds blobs, and into whatever ends in a \
             slash, under its own name. With a pattern the source is a folder and never a single object.\n\n\
             With `-` the bytes of a single blob go to standard output, and nothing else: what is told goes to standard \
             error, where that is a terminal or something fails. `/dev/null` keeps nothing, which measures a download.\n\n\
             Nothing is expanded here: a path that begins with `~` or has a variable in it is refused, and `./~` is a \
             folder of that name.",
    since: "AzCopy",
    built: true,
};

pub(crate) static SOURCE_KEY: Parameter = Parameter {
    slash: "SourceKey",
    dash: &["source-key"],
    value: Value::Required("key"),
    secret: true,
    identity: false,
    applies_to: ALL,
    default: "",
    brief: "The key of the source's storage account",
    detail: "The key of the storage account that the source is in, in base64 as the portal shows it. It is shown \
             nowhere. Instead of the key itself one may say where it is: `@env:NAME` is a variable of the environment, \
             `@file:PATH` the first line of a file, `-` a line of standard input.\n\n\
             Without a key and without a shared access signature a container is read as the public.",
    since: "AzCopy",
    built: true,
};

pub(crate) static DEST_KEY: Parameter = Parameter {
    slash: "DestKey",
    dash: &["dest-key", "destination-key"],
    value: Value::Required("key"),
    secret: true,
    identity: false,
    applies_to: ALL,
    default: "",
    brief: "The key of the destination's storage account",
    detail: "The key of the storage account that the destination is in, in base64 as the portal shows it. It is shown \
             nowhere. Instead of the key itself one may say where it is: `@env:NAME` is a variable of the environment, \
             `@file:PATH` the first line of a file, `-` a line of standard input.",
    since: "AzCopy",
    built: true,
};

pub(crate) static SOURCE_SAS: Parameter = Parameter {
    slash: "SourceSAS",
    dash: &["source-sas"],
    value: Value::Required("sas"),
    secret: true,
    identity: false,
    applies_to: ALL,
    default: "",
    brief: "A shared access signature for the source",
    detail: "A shared access signature with the permissions to read and to list, with or without its leading `?`. Quote \
             it: shells read `&` as their own. It may stand in the URL instead, but not in both.",
    since: "AzCopy",
    built: true,
};

pub(crate) static DEST_SAS: Parameter = Parameter {
    slash: "DestSAS",
    dash: &["dest-sas", "destination-sas"],
    value: Value::Required("sas"),
    secret: true,
    identity: false,
    applies_to: ALL,
    default: "",
    brief: "A shared access signature for the destination",
    detail: "A shared access signature with the permissions to read and to write, with or without its leading `?`. Quote \
             it: shells read `&` as their own. It may stand in the URL instead, but not in both. The permission to write \
             is enough where nothing has to be looked up: when every question is answered beforehand and nothing is \
             excluded by time.",
    since: "AzCopy",
    built: true,
};

pub(crate) static SOURCE_TYPE: Parameter = Parameter {
    slash: "SourceType",
    dash: &["source-type"],
    value: Value::Choice(&[built("Blob"), not_yet("File"), not_yet("Table")]),
    secret: false,
    identity: true,
    applies_to: BLOBS_TABLES,
    default: "told by the host's name",
    brief: "The source's service, where its host does not tell",
    detail: "Which service the source's URL belongs to, where the name of the host does not tell: the emulator, an \
             address, a domain of one's own.",
    since: "AzCopy",
    built: true,
};

pub(crate) static DEST_TYPE: Parameter = Parameter {
    slash: "DestType",
    dash: &["dest-type", "destination-type"],
    value: Value::Choice(&[built("Blob"), not_yet("File"), not_yet("Table")]),
    secret: false,
    identity: true,
    applies_to: BLOBS_TABLES,
    default: "told by the host's name",
    brief: "The destination's service, where its host does not tell",
    detail: "Which service the destination's URL belongs to, where the name of the host does not tell: the emulator, an \
             address, a domain of one's own.",
    since: "AzCopy",
    built: true,
};

pub(crate) static MAP_DRIVE: Parameter = Parameter {
    slash: "MapDrive",
    dash: &["map-drive"],
    value: Value::Repeated("X:=folder"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "paths of Windows are refused",
    brief: "The folder that stands for a drive of Windows",
    detail: "Which folder of this machine stands for a drive of Windows, so that a command with a path such as \
             `C:\\myfolder` can be used as it is: `C:=/mnt/c`. May be given once for each drive. The \
             variable `AZRING_MAP_DRIVE` does the same for every command: `C:=/mnt/c;D:=/mnt/d`.",
    since: "azring 0.1",
    built: true,
};
