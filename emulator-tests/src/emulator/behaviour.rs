#![doc = include_str!("BEHAVIOUR.md")]

use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};

/// The document's format, for `--help behaviour`.
pub const FORMAT: &str = include_str!("BEHAVIOUR.md");

/// How the services behave. The defaults are the behaviour that is easiest for clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each field is one option of the document"
)]
pub struct Behaviour {
    /// How long the name of a deleted container cannot be used again (`ContainerBeingDeleted`).
    pub container_delete_ms: u64,
    /// How asynchronous copies behave.
    pub copy: CopyBehaviour,
    /// How listings are split into pages.
    pub listing: ListingBehaviour,
    /// Whether every write of a blob makes a version.
    pub versioning: bool,
    /// How long deleted containers can be restored, in days; 0 for not at all.
    pub container_retention_days: u32,
    /// The names of the encryption scopes that all accounts have.
    pub encryption_scopes: Vec<String>,
    /// Customer-provided keys are accepted over HTTP.
    pub customer_keys_over_http: bool,
    /// The accounts that are premium ones: their page blobs have tiers.
    pub premium_accounts: Vec<String>,
    /// How long the rehydration of an archived blob takes.
    pub rehydrate_ms: u64,
    /// How late the secondary region is.
    pub secondary_lag_ms: u64,
    /// HTTP is refused with `AccountRequiresHttps`.
    pub https_only: bool,
    /// The newest API version that the service knows; newer ones are refused. Empty for all
    /// versions.
    pub newest_version: String,
    /// Whether that refusal names the newest version.
    pub names_version: bool,
    /// `x-ms-content-crc64` is refused with `FeatureNotSupported`, whatever the version.
    pub no_crc64: bool,
    /// How strict the File service is.
    pub file_mode: FileMode,
    /// How the Table service behaves.
    pub table: TableBehaviour,
    /// How far the service's clock is ahead: leases and signatures end earlier. It is behind when
    /// this is negative.
    pub clock_ahead_ms: i64,
}

/// How strict the File service is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileMode {
    /// It refuses what the real service refuses.
    #[default]
    Strict,
    /// It lets pass what is missing in requests of foreign clients, and ignores conditions.
    Peer,
}

/// How the Table service behaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableBehaviour {
    /// How many entities a second one partition serves; 0 for no limit.
    pub partition_entities_per_second: u64,
    /// How many entities a second one account serves; 0 for no limit.
    pub account_entities_per_second: u64,
    /// Pages end at a partition if they can, and their tokens have no row key then.
    pub partition_tokens: bool,
    /// Partition keys at which pages end, as they do between the servers of a table.
    pub partition_borders: Vec<String>,
}

/// The current behaviour, which each request reads once.
pub type SharedBehaviour = Arc<RwLock<Arc<Behaviour>>>;

/// How asynchronous copies behave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CopyBehaviour {
    /// A copy is `pending` for at least so many requests for its state.
    pub pending_polls: u32,
    /// A copy is `pending` for at least so long.
    pub pending_ms: u64,
    /// How a copy ends.
    pub outcome: CopyOutcome,
}

/// How an asynchronous copy ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyOutcome {
    /// All bytes are copied.
    #[default]
    Success,
    /// It fails with a description, and copies nothing.
    Failed,
    /// It ends as if a client had aborted it.
    Aborted,
}

/// How listings are split into pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListingBehaviour {
    /// Every n-th page is empty but has a marker; 0 for none.
    pub empty_every: u64,
    /// Every n-th page has half of the entries that it could have; 0 for none.
    pub short_every: u64,
    /// The most entries of a page, whatever is asked for; 0 for no limit.
    pub entries_max: usize,
    /// Whether a listing can begin at a name.
    pub start_from: StartFrom,
}

/// How `startFrom` is treated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// The versions that have it serve it.
    #[default]
    Known,
    /// It is ignored.
    Ignored,
    /// The request's version is refused.
    Refused,
}
