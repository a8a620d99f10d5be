//! Rows of the table: how objects are stored and checked.

use super::{ALL, BLOBS, BLOBS_FILES, FILES, Group, ON_OFF, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "How objects are copied",
    rows: &[
        &BLOB_TYPE,
        &SET_CONTENT_TYPE,
        &BLOCK_SIZE_IN_MB,
        &CHECK_MD5,
        &MD5,
        &CRC64,
        &MT,
        &PRESERVE_SMB,
        &DURABILITY,
        &SYNC_COPY,
        &SERVER_COPY,
    ],
};

pub(crate) static BLOB_TYPE: Parameter = Parameter {
    slash: "BlobType",
    dash: &["blob-type"],
    value: Value::Choice(&["block", "page", "append", "detect"]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "block",
    brief: "The blob type of uploaded files",
    detail: "The blob type of uploaded files. With `detect` a file whose name ends in `.vhd` or `.vhdx` becomes a \
             page blob, and any other a block blob. Only for uploads to blobs. The files of an exported \
             table become block or append blobs.",
    since: "AzCopy; `append` since 3.2, `detect` since azring 0.2",
};

pub(crate) static SET_CONTENT_TYPE: Parameter = Parameter {
    slash: "SetContentType",
    dash: &["set-content-type", "content-type"],
    value: Value::Optional("type"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "application/octet-stream",
    brief: "The content type of uploaded objects",
    detail: "The content type that is stored with every uploaded object. Without a value each \
             object gets the type of its name's extension. A file `AzCopyConfig.json`, \
             `{\"MIMETypeMapping\": {\".myext\": \"text/mycustomtype\"}}`, adds extensions. \
             azring looks for it in `$XDG_CONFIG_HOME/azring` (default `~/.config/azring`) first, \
             then beside the program. With the value `detect` a file whose extension is not known gets the type \
             that its first 512 bytes show, as AzCopy 10 does.",
    since: "AzCopy 3.1",
};

pub(crate) static BLOCK_SIZE_IN_MB: Parameter = Parameter {
    slash: "BlockSizeInMb",
    dash: &["block-size", "block-size-in-mb"],
    value: Value::Required("MiB"),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "4",
    brief: "The size of a block",
    detail: "The size of the blocks of an uploaded blob in MiB: 4 to 100, a multiple of 4. azring \
             increases it if a blob would need more than 50,000 blocks. Without this parameter \
             blocks become smaller, down to 256 KiB, on a link so slow that one block would take \
             more than 12 seconds.",
    since: "AzCopy",
};

pub(crate) static CHECK_MD5: Parameter = Parameter {
    slash: "CheckMD5",
    dash: &["check-md5"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Compare the MD5 of downloaded objects",
    detail: "Computes the MD5 of downloaded objects and compares it with the stored MD5. An \
             object without a stored MD5, or with a different one, counts as failed. The service \
             does not update the stored MD5: a program that changes an object has to update it.",
    since: "AzCopy",
};

pub(crate) static MD5: Parameter = Parameter {
    slash: "MD5",
    dash: &["md5"],
    value: ON_OFF,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "on",
    brief: "Store the MD5 of uploaded objects",
    detail: "Whether the MD5 of the whole object is computed and stored with an upload, as AzCopy \
             always did. A single large file cannot be uploaded faster than one core computes \
             MD5. A sparse file that becomes a page blob gets no MD5 if it is mostly holes, more \
             than 1 GiB of them, because MD5 cannot skip zeros.",
    since: "azring 0.1",
};

pub(crate) static CRC64: Parameter = Parameter {
    slash: "CRC64",
    dash: &["crc64"],
    value: ON_OFF,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "on",
    brief: "Send a checksum with every request with data",
    detail: "Whether every request with data also carries the CRC-64 of the data, which the \
             service compares with the data it received. A service that takes no CRC-64 gets the \
             MD5 of the data instead.",
    since: "azring 0.1",
};

pub(crate) static MT: Parameter = Parameter {
    slash: "MT",
    dash: &["preserve-last-modified-time"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Downloaded files keep the object's modification time",
    detail: "Sets the modification time of a downloaded file to that of the object. For \
             downloads, exclusions by time work only if the files were downloaded with this \
             parameter.",
    since: "AzCopy",
};

pub(crate) static PRESERVE_SMB: Parameter = Parameter {
    slash: "PreserveSmb",
    dash: &["preserve-smb-info"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: FILES,
    default: "off",
    brief: "Keep the Windows attributes and times of files",
    detail: "Keeps the attributes of Windows (read-only, hidden, system, archive and others), the \
             time of creation and the last-write time of each file, and of each directory below \
             the source once its files are copied. For uploads to, downloads from and copies \
             between file shares. Directories without files are not made. On this machine the last-write time is the \
             modification time; attributes and time of creation are in the extended attribute \
             `user.DOSATTRIB`, as Samba keeps them. They are read from a mounted share or an NTFS \
             disk too. A file without stored attributes gets `Archive`. A file system without \
             extended attributes keeps the last-write time only, and azring says so. The \
             directories of the source are listed again at the end. A directory whose attributes \
             cannot be stored is an error, and the exit code is 1.",
    since: "azring 0.2",
};

pub(crate) static DURABILITY: Parameter = Parameter {
    slash: "Durability",
    dash: &["durability"],
    value: Value::Choice(&["batch", "file", "off"]),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "batch",
    brief: "When a downloaded file survives a power cut",
    detail: "When a downloaded file counts as done. With `batch` its data and its name are made \
             safe against a power cut, many files at a time. With `file` that happens for each \
             file as soon as it is complete. With `off` the file is done when the kernel has its \
             data, so a power cut may lose it. In each case the file gets its name only when it \
             is complete.",
    since: "azring 0.1",
};

pub(crate) static SYNC_COPY: Parameter = Parameter {
    slash: "SyncCopy",
    dash: &["sync-copy"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Copy between services through this machine",
    detail: "Copies between two services by downloading and uploading. Without it the \
             destination's service copies by itself. Names, types, properties and metadata are \
             kept; existing objects at the destination are replaced.",
    since: "AzCopy 3.1",
};

pub(crate) static SERVER_COPY: Parameter = Parameter {
    slash: "ServerCopy",
    dash: &["server-copy"],
    value: Value::Choice(&["auto", "async", "blocks"]),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "auto",
    brief: "How a service copies from another by itself",
    detail: "How the destination's service fetches objects from another service if `/SyncCopy` is \
             not given. With `async` the service copies in the background and continues if azring \
             is interrupted: this takes no time within an account, and from another account there \
             is no promise how long it takes. With `blocks` the service fetches block blobs at \
             once, large ones in many blocks at a time, and stops if azring does. A file of a \
             share is fetched in ranges then. `auto` is `async` between blobs or between shares \
             of one account, and `blocks` for everything else. Page and append blobs are always \
             copied to blobs with `async`.\n\n\
             If only the source's key is given, azring signs a token for each object. The token \
             lets the service read that object for a week; the key is sent nowhere.\n\n\
             A login's token goes along with each request for the source. Where a request takes \
             none (`async` from another account or service), azring signs for each object with a \
             user delegation key of the service. The login needs the role `Storage Blob Delegator` \
             or one for the data of blobs, of the whole account; for files `Storage File Delegator`.",
    since: "azring 0.1",
};
