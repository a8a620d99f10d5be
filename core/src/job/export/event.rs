//! What the threads of an export tell the coordinator.

use crate::Error;
use crate::dump::volume::ClosedVolume;
use crate::journal::ExportedVolume;
use crate::store::table::KeyToken;

/// Something happened to a range.
#[derive(Debug)]
pub(super) enum ExportEvent {
    /// A volume was begun or taken up. It is listed from now on.
    VolumeBegun,
    /// The part file of the range's volume has all entities before this token.
    VolumeAt {
        /// The index of the range.
        range: u32,
        /// What the part file has.
        volume: ExportedVolume,
        /// Where the range goes on.
        next: KeyToken,
    },
    /// A volume is complete and has its name.
    VolumeClosed {
        /// The volume.
        volume: ClosedVolume,
        /// It is the last one of its range.
        is_last: bool,
    },
    /// A range was split while it ran: what remains of it from this key on is the next range.
    RangeSplit {
        /// The index of the range.
        range: u32,
        /// The first key of the next range.
        at: String,
    },
    /// A range came to its end, or failed.
    RangeEnded(RangeEnd),
}

/// The end of a range.
#[derive(Debug)]
pub(super) struct RangeEnd {
    /// Its index.
    pub(super) range: u32,
    /// Whether it had no entities; or why it failed.
    pub(super) end: Result<bool, RangeFailure>,
}

/// Why a range failed.
#[derive(Debug)]
pub(super) struct RangeFailure {
    /// Why.
    pub(super) error: Error,
    /// A volume of it was begun and is not complete.
    pub(super) has_volume: bool,
    /// The index of that volume, or of the next one.
    pub(super) split: u32,
}
