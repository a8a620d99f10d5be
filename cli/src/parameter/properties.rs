//! Rows of the table: what is stored with an object beside its bytes.

use super::{BLOBS, BLOBS_FILES, FILES, Group, ON_OFF, Parameter, Value};

pub(super) const GROUP: Group = Group {
    title: "Properties",
    rows: &[
        &TIER,
        &REHYDRATE_PRIORITY,
        &METADATA,
        &BLOB_TAGS,
        &CONTENT_ENCODING,
        &CONTENT_LANGUAGE,
        &CONTENT_DISPOSITION,
        &CACHE_CONTROL,
        &KEEP_TIER,
        &KEEP_TAGS,
        &QUOTA_GB,
    ],
};

pub(crate) static TIER: Parameter = Parameter {
    slash: "Tier",
    dash: &["tier", "block-blob-tier", "page-blob-tier"],
    value: Value::Choice(&[
        "Hot", "Cool", "Cold", "Archive", "P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50",
        "P60", "P70", "P80",
    ]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "the account's default",
    brief: "The access tier of blobs",
    detail: "The access tier that written blobs get, or that `azring set-properties` gives to existing ones. Block \
             blobs have `Hot`, `Cool`, `Cold` and `Archive`; page blobs of a premium account have `P4` to `P80`; \
             append blobs have none. An upload refuses a tier that its type of blob cannot have. A copy from blobs \
             gives the tier to the blobs that can have it. A blob in the tier `Archive` cannot be read: give it \
             another tier first, which takes hours.",
    since: "azring 0.2",
};

pub(crate) static REHYDRATE_PRIORITY: Parameter = Parameter {
    slash: "RehydratePriority",
    dash: &["rehydrate-priority"],
    value: Value::Choice(&["Standard", "High"]),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "Standard",
    brief: "How quickly blobs leave the archive",
    detail: "How quickly archived blobs get their new tier. `Standard` takes up to 15 hours, and `High` takes less \
             than an hour for small blobs, at a higher price. Only for `azring set-properties`.",
    since: "azring 0.2",
};

pub(crate) static METADATA: Parameter = Parameter {
    slash: "Metadata",
    dash: &["metadata"],
    value: Value::Required("name=value;..."),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "none; that of the source for a copy between services",
    brief: "The metadata of objects",
    detail: "The metadata that is stored with every object: names and values, with `;` between the pairs. It replaces \
             all metadata of the source; only marks of folders and links, and the time that a sync keeps, stay. Names \
             have letters of ASCII, digits and `_`, and no digit first. Values are printable ASCII. A backslash \
             before `;`, `=` or a backslash takes away its meaning. All of it has at most 8 KiB. `azring \
             set-properties` removes all metadata for the value `clear`.",
    since: "azring 0.2",
};

pub(crate) static BLOB_TAGS: Parameter = Parameter {
    slash: "BlobTags",
    dash: &["blob-tags"],
    value: Value::Required("name=value&..."),
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "none",
    brief: "The index tags of blobs",
    detail: "The index tags that are stored with every blob: names and values, encoded like the query of a URL, with \
             `&` between the pairs. A blob has at most 10. Names have 1 to 128 characters and values at most 256: \
             letters and digits of ASCII, spaces and `+-./:=_`. A shared access signature needs the permission `t`. \
             `azring set-properties` removes all tags for the value `clear`.",
    since: "azring 0.2",
};

pub(crate) static CONTENT_ENCODING: Parameter = Parameter {
    slash: "ContentEncoding",
    dash: &["content-encoding"],
    value: Value::Required("text"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "none; that of the source for a copy between services",
    brief: "The content encoding of objects",
    detail: "The header `Content-Encoding` that is stored with every object, as `gzip`. The bytes stay as they are.",
    since: "azring 0.2",
};

pub(crate) static CONTENT_LANGUAGE: Parameter = Parameter {
    slash: "ContentLanguage",
    dash: &["content-language"],
    value: Value::Required("text"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "none; that of the source for a copy between services",
    brief: "The content language of objects",
    detail: "The header `Content-Language` that is stored with every object, as `de`.",
    since: "azring 0.2",
};

pub(crate) static CONTENT_DISPOSITION: Parameter = Parameter {
    slash: "ContentDisposition",
    dash: &["content-disposition"],
    value: Value::Required("text"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "none; that of the source for a copy between services",
    brief: "The content disposition of objects",
    detail: "The header `Content-Disposition` that is stored with every object, as `attachment`.",
    since: "azring 0.2",
};

pub(crate) static CACHE_CONTROL: Parameter = Parameter {
    slash: "CacheControl",
    dash: &["cache-control"],
    value: Value::Required("text"),
    secret: false,
    identity: true,
    applies_to: BLOBS_FILES,
    default: "none; that of the source for a copy between services",
    brief: "The cache control of objects",
    detail: "The header `Cache-Control` that is stored with every object, as `max-age=3600`.",
    since: "azring 0.2",
};

pub(crate) static KEEP_TIER: Parameter = Parameter {
    slash: "KeepTier",
    dash: &["keep-tier", "s2s-preserve-access-tier"],
    value: ON_OFF,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "on",
    brief: "Copied blobs keep the access tier of their source",
    detail: "Whether a copy from a blob to a blob gets the access tier that was set for its source. A source whose \
             tier nobody set gets the default of the account of the destination. Turn it off for a destination \
             account that has no access tiers.",
    since: "azring 0.2",
};

pub(crate) static KEEP_TAGS: Parameter = Parameter {
    slash: "KeepTags",
    dash: &["keep-tags", "s2s-preserve-blob-tags"],
    value: ON_OFF,
    secret: false,
    identity: true,
    applies_to: BLOBS,
    default: "off",
    brief: "Copied blobs keep the index tags of their source",
    detail: "Whether a copy from a blob to a blob gets the index tags of its source. Both shared access signatures \
             need the permission `t` then.",
    since: "azring 0.2",
};

pub(crate) static QUOTA_GB: Parameter = Parameter {
    slash: "QuotaGb",
    dash: &["quota-gb"],
    value: Value::Required("GiB"),
    secret: false,
    identity: false,
    applies_to: FILES,
    default: "the service's default",
    brief: "The largest size of a new file share",
    detail: "The largest size in GiB that a new file share may have: 1 to 102,400. The value 0 is the service's \
             default. Only for `azring make`.",
    since: "azring 0.2",
};
