#![doc = include_str!("BEHAVIOUR.md")]

use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};

/// The document's format, for people.
pub const FORMAT: &str = include_str!("BEHAVIOUR.md");

/// The service's habits. The defaults are the friendliest that the real service shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// How long the name of a deleted container stays taken (`ContainerBeingDeleted`).
    pub container_delete_ms: u64,
    /// How asynchronous copies go.
    pub copy: CopyHabit,
    /// How listings are cut into pages.
    pub listing: ListingHabit,
    /// How long an archived blob needs to come back.
    pub rehydrate_ms: u64,
    /// How far the secondary region is behind.
    pub secondary_lag_ms: u64,
    /// HTTP is refused with `AccountRequiresHttps`.
    pub https_only: bool,
    /// The newest version of the interface that the service knows, and how it refuses newer ones; empty for all.
    pub newest_version: String,
    /// A refusal names this version in its words, as one that is known.
    pub names_version: bool,
    /// `x-ms-content-crc64` is refused with `FeatureNotSupported`, whatever the version.
    pub no_crc64: bool,
    /// The service's clock runs ahead by so much: leases and signatures end sooner.
    pub clock_ahead_ms: u64,
}

/// The habits in force, read once per request.
pub type SharedBehaviour = Arc<RwLock<Arc<Behaviour>>>;

/// How asynchronous copies go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CopyHabit {
    /// `pending` is shown at least so many times.
    pub pending_polls: u32,
    /// `pending` is shown for at least so long.
    pub pending_ms: u64,
    /// How a copy ends.
    pub outcome: CopyOutcome,
}

/// How an asynchronous copy ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyOutcome {
    /// With all bytes.
    #[default]
    Success,
    /// With none, and a description.
    Failed,
    /// As if somebody had aborted it.
    Aborted,
}

/// How listings are cut into pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListingHabit {
    /// Every n-th page is empty but has a marker; 0 for none.
    pub empty_every: u64,
    /// Every n-th page holds half of what it could; 0 for none.
    pub short_every: u64,
    /// No page holds more than this, whatever is asked for; 0 for no such limit.
    pub entries_max: usize,
    /// Whether a listing can begin at a name.
    pub start_from: StartFrom,
}

/// What becomes of `startFrom`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// It is known to the versions that have it.
    #[default]
    Known,
    /// It is as if it were not there.
    Ignored,
    /// Its version is refused.
    Refused,
}
