//! Access tiers, and rehydration from the archive.

use serde::{Deserialize, Serialize};

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};

const GIB: u64 = 1 << 30;

/// An access tier: of block blobs, or of page blobs in a premium account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of the REST reference")]
pub enum Tier {
    Hot,
    Cool,
    Cold,
    /// Not readable.
    Archive,
    P4,
    P6,
    P10,
    P15,
    P20,
    P30,
    P40,
    P50,
    P60,
    P70,
    P80,
}

/// How urgent a rehydration is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RehydratePriority {
    /// Up to 15 hours at Azure.
    #[default]
    Standard,
    /// Under an hour for small blobs at Azure.
    High,
}

/// The tier of one blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierState {
    /// `None` for blobs that have no tiers.
    pub tier: Option<Tier>,
    /// Whether it is the account's default, because no request set it.
    pub inferred: bool,
    /// When it was set.
    pub changed: Option<Moment>,
    /// The tier after the rehydration, and the time when it is complete.
    pub rehydrating: Option<(Tier, Moment)>,
    /// The priority of the rehydration.
    #[serde(default)]
    pub priority: RehydratePriority,
}

/// The tiers with their names, and the most bytes of a page blob.
const TIERS: [(Tier, &str, Option<u64>); 15] = [
    (Tier::Hot, "Hot", None),
    (Tier::Cool, "Cool", None),
    (Tier::Cold, "Cold", None),
    (Tier::Archive, "Archive", None),
    (Tier::P4, "P4", Some(32 * GIB)),
    (Tier::P6, "P6", Some(64 * GIB)),
    (Tier::P10, "P10", Some(128 * GIB)),
    (Tier::P15, "P15", Some(256 * GIB)),
    (Tier::P20, "P20", Some(512 * GIB)),
    (Tier::P30, "P30", Some(1024 * GIB)),
    (Tier::P40, "P40", Some(2048 * GIB)),
    (Tier::P50, "P50", Some(4096 * GIB)),
    (Tier::P60, "P60", Some(8192 * GIB)),
    (Tier::P70, "P70", Some(16_384 * GIB)),
    (Tier::P80, "P80", Some(32_768 * GIB)),
];

impl Tier {
    /// Reads `x-ms-access-tier`.
    pub fn parse(text: &str) -> ServiceResult<Self> {
        let found = TIERS
            .iter()
            .find(|(_, name, _)| name.eq_ignore_ascii_case(text));
        found
            .map(|(tier, ..)| *tier)
            .ok_or_else(|| Refusal::invalid_header("x-ms-access-tier", text))
    }

    /// The form in headers.
    pub fn name(self) -> &'static str {
        TIERS[self as usize].1
    }

    /// Whether it is one of page blobs in a premium account.
    pub fn is_premium(self) -> bool {
        self.bytes_max().is_some()
    }

    /// The most bytes of a page blob in this tier; `None` for tiers of block blobs.
    pub fn bytes_max(self) -> Option<u64> {
        TIERS[self as usize].2
    }

    /// The tier that a page blob of a premium account has by its size: P10 at least, as the service
    /// does.
    pub fn of_size(bytes: u64) -> Self {
        let fits = |(tier, _, max): &&(Self, _, Option<u64>)| {
            *tier >= Self::P10 && max.is_some_and(|max| bytes <= max)
        };
        TIERS
            .iter()
            .find(fits)
            .map_or(Self::P80, |(tier, ..)| *tier)
    }
}

impl RehydratePriority {
    /// Reads `x-ms-rehydrate-priority`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Standard, Self::High]
            .into_iter()
            .find(|priority| priority.name().eq_ignore_ascii_case(text))
    }

    /// The form in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::High => "High",
        }
    }
}

impl TierState {
    /// The tier of a blob for which none was set; `None` for a blob without tiers.
    pub fn inferred(tier: Option<Tier>) -> Self {
        Self {
            tier,
            inferred: true,
            changed: None,
            rehydrating: None,
            priority: RehydratePriority::Standard,
        }
    }

    /// A tier that a request sets.
    pub fn set(tier: Tier, now: Moment) -> Self {
        Self {
            tier: Some(tier),
            inferred: false,
            changed: Some(now),
            ..Self::inferred(None)
        }
    }

    /// Begins a rehydration, which is complete at a time.
    pub fn rehydrate(&mut self, tier: Tier, ready: Moment, priority: RehydratePriority) {
        self.rehydrating = Some((tier, ready));
        self.priority = priority;
    }

    /// Whether it is archived, also while it is being rehydrated.
    pub fn is_archived(&self) -> bool {
        self.tier == Some(Tier::Archive)
    }

    /// `x-ms-archive-status`.
    pub fn archive_status(&self) -> Option<String> {
        self.rehydrating
            .map(|(tier, _)| format!("rehydrate-pending-to-{}", tier.name().to_lowercase()))
    }

    /// `x-ms-rehydrate-priority`, while it is being rehydrated.
    pub fn rehydrate_priority(&self) -> Option<&'static str> {
        self.rehydrating.map(|_| self.priority.name())
    }

    /// Completes a rehydration whose time has come.
    pub fn advance(&mut self, now: Moment) -> bool {
        match self.rehydrating {
            Some((tier, ready)) if now >= ready => {
                *self = Self::set(tier, now);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_tiers_is_in_the_order_of_the_names() {
        for (number, (tier, name, _)) in TIERS.iter().enumerate() {
            assert_eq!(*tier as usize, number);
            assert_eq!(Tier::parse(&name.to_lowercase()).unwrap(), *tier);
        }
        assert!(Tier::parse("P5").is_err());
    }

    #[test]
    fn the_inferred_tier_of_a_page_blob_follows_its_size() {
        for (bytes, tier) in [
            (0, Tier::P10),
            (128 * GIB, Tier::P10),
            (128 * GIB + 512, Tier::P15),
            (8192 * GIB, Tier::P60),
        ] {
            assert_eq!(Tier::of_size(bytes), tier);
        }
    }
}
