//! Rows of the table: source, destination, credentials.

use super::{ALL, Group, Parameter, Value};

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
    brief: "What to copy: a folder, a container or a file share",
    detail: "The source: a local folder, or the URL of a container or a file share, \
             or of a directory in it. The path of a single file and the URL of a single blob or of a \
             file in a share work too. A slash at the end marks a directory.\n\n\
             A URL may contain a shared access signature, and its host may be a secondary one \
             (`https://ACCOUNT-secondary.blob.core.windows.net/...`). The URL of a file share may \
             name a snapshot of it (`?sharesnapshot=2020-09-24T08:09:27.0000000Z`).\n\n\
             Without a source, data from a pipe or a file at standard input becomes the blob or the \
             file in a share that the destination's URL names. `-` and `/dev/stdin` do the same. A named pipe and \
             `<(command)` of a shell are read in the same way. The path of a disk (`/dev/sdb`) is \
             uploaded as a page blob, unless `/BlobType` (`--blob-type`) names another type.",
    since: "AzCopy",
};

pub(crate) static DEST: Parameter = Parameter {
    slash: "Dest",
    dash: &["destination", "dest"],
    value: Value::Required("destination"),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "",
    brief: "Where to copy it: a folder, a container or a file share",
    detail: "The destination: a local folder, or the URL of a container or a \
             file share, or of a directory in it. A missing folder, container, share or directory is \
             created.\n\n\
             If the source is a single file or blob, a destination that is no folder is its new \
             name, whatever the extension: `/data/abc.bak`, \
             `https://ACCOUNT.blob.core.windows.net/vhds/disk.vhd`. The object keeps its own name \
             in an existing folder, a container, a share, a directory of it that exists, a virtual \
             directory that holds blobs, and any destination that ends in a slash. With a pattern the source is always a folder and \
             never a single object.\n\n\
             With `-` the bytes of a single blob go to standard output, and nothing else does: \
             messages go to standard error, if it is a terminal or something fails. `/dev/null` \
             discards the data, which measures a download.\n\n\
             azring expands nothing: a path that begins with `~` or contains a variable is \
             refused. `./~` is a folder of that name.",
    since: "AzCopy",
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
    detail: "The key of the source's storage account, in base64 as the portal shows it. It is \
             never shown. Instead of the key you can say where it is: `@env:NAME` is an \
             environment variable, `@file:PATH` the first line of a file, `-` a line of standard \
             input.\n\n\
             Without a key and without a shared access signature, a login is used where there is \
             one (`azring login`). Without any of them a container is read anonymously, and a file \
             share or a table needs one of them.",
    since: "AzCopy",
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
    detail: "The key of the destination's storage account, in base64 as the portal shows it. It \
             is never shown. Instead of the key you can say where it is: `@env:NAME` is an \
             environment variable, `@file:PATH` the first line of a file, `-` a line of standard \
             input.",
    since: "AzCopy",
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
    detail: "A shared access signature with the permissions to read and to list, with or without \
             the leading `?`. Quote it, because `&` has a meaning in shells. It may be in the URL \
             instead, but not in both.",
    since: "AzCopy",
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
    detail: "A shared access signature with the permissions to read and to write, with or without \
             the leading `?`. Quote it, because `&` has a meaning in shells. It may be in the URL \
             instead, but not in both. The permission to write is enough if nothing has to be \
             looked up: with `/Y`, and without exclusions by time.",
    since: "AzCopy",
};

pub(crate) static SOURCE_TYPE: Parameter = Parameter {
    slash: "SourceType",
    dash: &["source-type"],
    value: Value::Choice(&["Blob", "File", "Table"]),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "from the host's name",
    brief: "The source's service, if its host name does not say",
    detail: "The service that the source's URL belongs to, if the host name does not say so: the \
             emulator, an IP address, a custom domain.",
    since: "AzCopy",
};

pub(crate) static DEST_TYPE: Parameter = Parameter {
    slash: "DestType",
    dash: &["dest-type", "destination-type"],
    value: Value::Choice(&["Blob", "File", "Table"]),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "from the host's name",
    brief: "The destination's service, if its host name does not say",
    detail: "The service that the destination's URL belongs to, if the host name does not say so: \
             the emulator, an IP address, a custom domain.",
    since: "AzCopy",
};

pub(crate) static MAP_DRIVE: Parameter = Parameter {
    slash: "MapDrive",
    dash: &["map-drive"],
    value: Value::Repeated("X:=folder"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "Windows paths are refused",
    brief: "The folder that replaces a Windows drive",
    detail: "The local folder that replaces a Windows drive, so that a command with a \
             path such as `C:\\myfolder` works unchanged: `C:=/mnt/c`. Can be given once for each \
             drive. The variable `AZRING_MAP_DRIVE` does the same for every command: \
             `C:=/mnt/c;D:=/mnt/d`.",
    since: "azring 0.1",
};
