//! The two ends that only measuring knows: one that makes objects up and one that lets them go. Neither can be typed.

/// Objects that are made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synthetic {
    /// What their bytes follow from: the same seed, the same bytes.
    pub seed: u64,
    /// How many there are; `None`: as many as are asked for.
    pub objects: Option<u64>,
    /// The length of each, in bytes.
    pub object_bytes: u64,
}

/// Nowhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Discard {
    /// What arrives is compared with what was made up under its name.
    pub compares: bool,
}
