//! The table of parameters: every name that the command line accepts, once.
//!
//! Parsing in both dialects, validation, help, completions and the manual page read this table. A
//! new parameter is a new row in the file of its group, and its meaning is in `intent`. The table
//! holds neither what was typed (`parsed`) nor what follows from it (`intent`).

mod service;

mod definition;

mod lookup;

mod location;

mod selection;

mod filter;

mod transfer;

mod properties;

mod listing;

mod posix;

mod machine;

mod table;

mod login;

mod measure;

mod sync;

mod shard;

mod naming;

mod session;

mod user_defaults;

pub(crate) use definition::{Dialect, Parameter, Value, joined};
use definition::{Group, ON_OFF};
pub(crate) use filter::{
    EXCLUDE_PATH, EXCLUDE_PATTERN, EXCLUDE_REGEX, EXPLAIN_FILTER, FILES_FROM, FILES_FROM_0,
    FILTER_FILES, FILTER_FROM, FILTERS, INCLUDE_MODE, INCLUDE_PATH, INCLUDE_PATTERN, INCLUDE_REGEX,
    LIST_OF_VERSIONS, MAP_FROM, MAX_SIZE, MIN_SIZE, NEWER_THAN, OLDER_THAN, SHARD, VERSION_LABEL,
};
pub(crate) use listing::{MACHINE_READABLE, MEGA_UNITS, PROPERTIES, RUNNING_TALLY};
pub(crate) use location::{
    DEST, DEST_KEY, DEST_SAS, DEST_TYPE, MAP_DRIVE, SOURCE, SOURCE_KEY, SOURCE_SAS, SOURCE_TYPE,
};
pub(crate) use login::{
    AAD_ENDPOINT, APPLICATION_ID, AUTH, CERTIFICATE_PATH, CLIENT_SECRET, CLOUD, IDENTITY,
    IDENTITY_CLIENT_ID, IDENTITY_OBJECT_ID, IDENTITY_RESOURCE_ID, LOGIN_TYPE, OF_LOGIN,
    SERVICE_PRINCIPAL, STATUS_ENDPOINT, STATUS_METHOD, STATUS_TENANT, TENANT_ID,
    TRUSTED_MICROSOFT_SUFFIXES,
};
pub(crate) use lookup::{GROUPS, all, by_dash, by_slash};
pub(crate) use machine::{
    CA_FILE, CAP_MBPS, GIVE_UP, IO, MEMORY, NC, SERVICE_VERSION, TRACE_CONTROLLER,
};
pub(crate) use measure::{COUNT, DURATION, KEEP, SIZE, VERIFY};
pub(crate) use naming::{AS_SUBDIR, MISSING_MD5, OVERWRITE};
pub(crate) use posix::{FOLDER_MARKS, KEEP_SPECIAL_BITS, LINK_FORM, LINKS, POSIX};
pub(crate) use properties::{
    BLOB_TAGS, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, KEEP_TAGS,
    KEEP_TIER, METADATA, QUOTA_GB, REHYDRATE_PRIORITY, TIER,
};
pub(crate) use selection::{A, DELIMITER, IA, PATTERN, S, SNAPSHOT, XA, XN, XO};
pub(crate) use service::Service;
use service::{ALL, BLOBS, BLOBS_FILES, FILES, TABLES};
pub(crate) use session::{
    EXIT_CODES, FAIL_IF_EMPTY, HELP, L, LEDGER, LOG_LEVEL, METRICS, NO_JOURNAL, OUTPUT, PROGRESS,
    REPORT, RESPONSE_FILE, SILENT, V, VERSION, Y, Z,
};
pub(crate) use shard::{BYTES_PER_SHARD, CUTS, EMIT, INTO, SHARDS, SPLIT_ABOVE, STATE};
pub(crate) use sync::{
    ALLOW_EMPTY_SOURCE, BY, COMPARE, DELETE, DELETE_EMPTY_FOLDERS, DELETE_SNAPSHOTS, MAX_DELETE,
    MOVE, SYNC, TRASH, VERIFY_ONLY,
};
pub(crate) use table::{ENTITY_OPERATION, MANIFEST, PAYLOAD_FORMAT, PKRS, SPLIT_SIZE};
pub(crate) use transfer::{
    BLOB_TYPE, BLOCK_SIZE_IN_MB, CHECK_MD5, CRC64, DURABILITY, MD5, MT, PRESERVE_SMB, SERVER_COPY,
    SET_CONTENT_TYPE, SYNC_COPY,
};
pub(crate) use user_defaults::{USER_DEFAULTS, replaces};
