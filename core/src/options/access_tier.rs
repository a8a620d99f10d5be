//! The access tiers of blobs, and how urgently a blob leaves the archive.

use crate::options::BlobType;

/// How quickly and at what price a blob can be read.
/// <https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessTier {
    /// For block blobs that are read often.
    Hot,
    /// For block blobs that are kept for a month at least.
    Cool,
    /// For block blobs that are kept for three months at least.
    Cold,
    /// For block blobs that cannot be read before they get another tier.
    Archive,
    /// One of the sizes of page blobs in a premium account: `P10`.
    Premium(&'static str),
}

/// The tiers of page blobs, from the smallest one on.
/// <https://learn.microsoft.com/azure/virtual-machines/disks-types#premium-ssd-size>
const PREMIUM: [&str; 11] = [
    "P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50", "P60", "P70", "P80",
];

impl AccessTier {
    /// The tier by the service's name for it, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        let plain = [Self::Hot, Self::Cool, Self::Cold, Self::Archive];
        let mut premium = PREMIUM.into_iter().map(Self::Premium);
        let is_it = |tier: &Self| tier.word().eq_ignore_ascii_case(word);
        plain
            .into_iter()
            .find(is_it)
            .or_else(|| premium.find(is_it))
    }

    /// The service's name for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hot => "Hot",
            Self::Cool => "Cool",
            Self::Cold => "Cold",
            Self::Archive => "Archive",
            Self::Premium(word) => word,
        }
    }

    /// Whether blobs of this type can have it.
    pub fn fits(self, blob_type: BlobType) -> bool {
        match blob_type {
            BlobType::Block => !matches!(self, Self::Premium(_)),
            BlobType::Page => matches!(self, Self::Premium(_)),
            BlobType::Append => false,
        }
    }
}

/// How urgently a blob leaves the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RehydratePriority {
    /// Up to 15 hours.
    Standard,
    /// Less than an hour for a small blob, at a higher price.
    High,
}

impl RehydratePriority {
    /// The service's name for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::High => "High",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_found_by_its_name_in_any_case_and_fits_its_type() {
        for (word, blob_type) in [
            ("Hot", BlobType::Block),
            ("cold", BlobType::Block),
            ("ARCHIVE", BlobType::Block),
            ("p10", BlobType::Page),
        ] {
            let tier = AccessTier::from_word(word).unwrap();
            assert!(tier.word().eq_ignore_ascii_case(word));
            for other in [BlobType::Block, BlobType::Page, BlobType::Append] {
                assert_eq!(tier.fits(other), other == blob_type, "{word} {other:?}");
            }
        }
        assert_eq!(AccessTier::from_word("P5"), None);
    }
}
