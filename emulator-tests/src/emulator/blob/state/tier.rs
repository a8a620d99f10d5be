//! Access tiers, and the way back from the archive.

use serde::{Deserialize, Serialize};

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};

/// An access tier of block blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    /// Hot.
    Hot,
    /// Cool.
    Cool,
    /// Cold.
    Cold,
    /// Archive: not readable.
    Archive,
}

/// The tier of one blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierState {
    /// `None` for blobs that have no tiers.
    pub tier: Option<Tier>,
    /// Nobody set it: the account's default.
    pub inferred: bool,
    /// When it was set.
    pub changed: Option<Moment>,
    /// Where it goes from the archive, and when it is there.
    pub rehydrating: Option<(Tier, Moment)>,
}

impl Tier {
    /// Reads `x-ms-access-tier`.
    pub fn parse(text: &str) -> ServiceResult<Self> {
        [Self::Hot, Self::Cool, Self::Cold, Self::Archive]
            .into_iter()
            .find(|tier| tier.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| Refusal::invalid_header("x-ms-access-tier", text))
    }

    /// As headers carry it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hot => "Hot",
            Self::Cool => "Cool",
            Self::Cold => "Cold",
            Self::Archive => "Archive",
        }
    }
}

impl TierState {
    /// What a blob has that nobody gave a tier.
    pub fn inferred(has_tiers: bool) -> Self {
        Self {
            tier: has_tiers.then_some(Tier::Hot),
            inferred: true,
            changed: None,
            rehydrating: None,
        }
    }

    /// A tier that was asked for.
    pub fn set(tier: Tier, now: Moment) -> Self {
        Self {
            tier: Some(tier),
            inferred: false,
            changed: Some(now),
            rehydrating: None,
        }
    }

    /// Is it archived, on its way back or not?
    pub fn is_archived(&self) -> bool {
        self.tier == Some(Tier::Archive)
    }

    /// `x-ms-archive-status`.
    pub fn archive_status(&self) -> Option<String> {
        self.rehydrating
            .map(|(tier, _)| format!("rehydrate-pending-to-{}", tier.name().to_lowercase()))
    }

    /// Brings it back when the time has come.
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
