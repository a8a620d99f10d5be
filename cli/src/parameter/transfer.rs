//! Rows: what an object becomes, and what is checked on the way.

use super::{ALL, BLOBS, BLOBS_FILES, Group, ON_OFF, Parameter, Value, built};

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
        &DURABILITY,
        &SYNC_COPY,
        &SERVER_COPY,
    ],
};

pub(crate) static BLOB_TYPE: Parameter = Parameter {
    slash: "BlobType",
    dash: &["blob-type"],
    value: Value::Choice(&[built("block"), built("page"), built("append")]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "block",
    brief: "What kind of blob an uploaded file becomes",
    detail: "What kind of blob an uploaded file becomes. Only for uploads to the Blob service.",
    since: "AzCopy; `append` since 3.2",
    built: true,
};

pub(crate) static SET_CONTENT_TYPE: Parameter = Parameter {
    slash: "SetContentType",
    dash: &["set-content-type"],
    value: Value::Optional("type"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "application/octet-stream",
    brief: "The content type of what is uploaded",
    detail: "The content type that is stored with every object that is uploaded. Without a value each object gets the \
             type that belongs to its name's extension. Extensions may be added in a file `AzCopyConfig.json`, \
             `{\"MIMETypeMapping\": {\".myext\": \"text/mycustomtype\"}}`, beside the program or in \
             `$XDG_CONFIG_HOME/azring`, which is `~/.config/azring` where that is not set; the latter comes first.",
    since: "AzCopy 3.1",
    built: true,
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
    detail: "The size of the blocks that a blob is uploaded in, in MiB: 4 to 100, a multiple of 4. It grows by itself \
             where a blob would need more than 50,000 blocks. Without this parameter blocks become smaller on a link so \
             slow that one would take more than 12 seconds, down to 256 KiB.",
    since: "AzCopy",
    built: true,
};

pub(crate) static CHECK_MD5: Parameter = Parameter {
    slash: "CheckMD5",
    dash: &["check-md5"],
    value: Value::Flag,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Compare the MD5 of what was downloaded",
    detail: "Computes the MD5 of what is downloaded and compares it with the one that is stored with the object. An \
             object without one, or with another one, counts as failed. The service does not keep the stored MD5 up to \
             date: whoever changes an object must.",
    since: "AzCopy",
    built: true,
};

pub(crate) static MD5: Parameter = Parameter {
    slash: "MD5",
    dash: &["md5"],
    value: ON_OFF,
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "on",
    brief: "Store the MD5 of what is uploaded",
    detail: "Whether the MD5 of the whole object is computed and stored with it when it is uploaded, as AzCopy always \
             did. A single large file cannot be uploaded faster than one core computes MD5. A sparse file that becomes a \
             page blob gets none if it is mostly holes, more than 1 GiB of them: MD5 cannot step over zeros.",
    since: "azring 0.1",
    built: true,
};

pub(crate) static CRC64: Parameter = Parameter {
    slash: "CRC64",
    dash: &["crc64"],
    value: ON_OFF,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "on",
    brief: "Send a checksum with every request that carries data",
    detail: "Whether every request that carries data also carries its CRC-64, which the service compares with what \
             arrived.",
    since: "azring 0.1",
    built: true,
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
    detail: "Sets the modification time of a downloaded file to that of the object. Excluding by time means something \
             for downloads only if the files were downloaded like this.",
    since: "AzCopy",
    built: true,
};

pub(crate) static DURABILITY: Parameter = Parameter {
    slash: "Durability",
    dash: &["durability"],
    value: Value::Choice(&[built("batch"), built("file"), built("off")]),
    secret: false,
    identity: true,
    applies_to: ALL,
    default: "batch",
    brief: "When a downloaded file survives a power cut",
    detail: "When a downloaded file counts as done. With `batch` its data and its name are made safe against a power cut, \
             many files at a time; with `file` one file at a time, as soon as it is complete; with `off` when the \
             kernel has it, so that a power cut may lose it. In each case the file appears under its name only when it \
             is complete.",
    since: "azring 0.1",
    built: true,
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
    detail: "Copies between two services by downloading and uploading, instead of letting the service copy in its own \
             time. Names, types, properties and metadata stay as they are; what the destination had is replaced.",
    since: "AzCopy 3.1",
    built: true,
};

pub(crate) static SERVER_COPY: Parameter = Parameter {
    slash: "ServerCopy",
    dash: &["server-copy"],
    value: Value::Choice(&[built("auto"), built("async"), built("blocks")]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "auto",
    brief: "How a service copies from another by itself",
    detail: "Without `/SyncCopy` the destination's service fetches what is copied from another service. With `async` it does \
             so in its own time, and goes on when azring is interrupted: within an account that takes no time, from \
             another account nobody promises how long. With `blocks` it fetches block blobs at once, large ones in many \
             blocks at a time, and stops when azring does. With `auto` it copies within an account like `async` and block \
             blobs from another account like `blocks`. Page and append blobs are always copied like `async`.\n\n\
             If only the source's key is given, azring signs a token for each blob that lets the service read that blob \
             for a week; the key is sent nowhere.",
    since: "azring 0.1",
    built: true,
};
