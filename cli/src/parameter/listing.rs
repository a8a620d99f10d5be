//! Rows of the table: how `azring list` shows objects.

use super::{BLOBS, BLOBS_FILES, Group, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Listings (`azring list`)",
    rows: &[&PROPERTIES, &RUNNING_TALLY, &MACHINE_READABLE, &MEGA_UNITS],
};

pub(crate) static PROPERTIES: Parameter = Parameter {
    slash: "Properties",
    dash: &["properties"],
    value: Value::Required("name;..."),
    secret: false,
    identity: false,
    applies_to: BLOBS,
    default: "none",
    brief: "The properties of blobs that a listing shows",
    detail: "The properties that a listing shows of each blob, in this order, with `;` between them: \
             `LastModifiedTime`, `VersionId`, `BlobType`, `BlobAccessTier`, `ContentType`, `ContentEncoding`, \
             `ContentMD5`, `LeaseState`, `LeaseDuration`, `LeaseStatus` and `ArchiveStatus`. With `VersionId` all \
             versions of blobs are listed. The lines have the form of AzCopy 10. Only for `azring list`.",
    since: "azring 0.2",
};

pub(crate) static RUNNING_TALLY: Parameter = Parameter {
    slash: "RunningTally",
    dash: &["running-tally"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Number and size of all objects, as AzCopy 10 shows it",
    detail: "Ends a listing with the number of objects and the sum of their sizes, in the form of AzCopy 10. \
             Without any parameter of this form azring has a form of its own, which always ends with both. Only for \
             `azring list`.",
    since: "azring 0.2",
};

pub(crate) static MACHINE_READABLE: Parameter = Parameter {
    slash: "MachineReadable",
    dash: &["machine-readable"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Sizes in bytes, in lines as AzCopy 10 has them",
    detail: "Shows sizes in bytes, without a unit, in the form of AzCopy 10. Only for `azring list`.",
    since: "azring 0.2",
};

pub(crate) static MEGA_UNITS: Parameter = Parameter {
    slash: "MegaUnits",
    dash: &["mega-units"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: BLOBS_FILES,
    default: "off",
    brief: "Units of 1,000 in lines as AzCopy 10 has them",
    detail: "Shows sizes in units of 1,000 (KB, MB) and not of 1,024 (KiB, MiB), in the form of AzCopy 10. Only for \
             `azring list`.",
    since: "azring 0.2",
};
