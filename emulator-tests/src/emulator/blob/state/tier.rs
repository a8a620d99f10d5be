//! Access tiers, and rehydration from the archive.

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
    /// Whether it is the account's default, because no request set it.
    pub inferred: bool,
    /// When it was set.
    pub changed: Option<Moment>,
    /// The tier after the rehydration, and the time when it is complete.
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

    /// The form in headers.
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
    /// The tier of a blob for which none was set.
    pub fn inferred(has_tiers: bool) -> Self {
        Self {
            tier: has_tiers.then_some(Tier::Hot),
            inferred: true,
            changed: None,
            rehydrating: None,
        }
    }

    /// A tier that a request sets.
    pub fn set(tier: Tier, now: Moment) -> Self {
        Self {
            tier: Some(tier),
            inferred: false,
            changed: Some(now),
            rehydrating: None,
        }
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
