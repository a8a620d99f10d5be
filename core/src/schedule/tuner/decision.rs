//! What the controller decides, and why.

use std::fmt;
use std::time::Duration;

/// The rate at which requests may start, when the service pushes back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Bytes per second.
    Bytes(f64),
    /// Requests per second.
    Requests(f64),
}

/// What limits the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bound {
    /// Not known yet: concurrency still grows.
    #[default]
    Unknown,
    /// The network, or the service without push-back: more requests move no more.
    Network,
    /// The service pushes back.
    Service,
    /// This machine's processor.
    Processor,
    /// The work: the listing, the other end of a pipe, or the end of the run.
    Work,
    /// The number that the user fixed.
    Fixed,
    /// This machine's disk.
    Disk,
    /// The memory that may be used (`/Memory`).
    Memory,
    /// The cap on the rate that the user has set.
    RateCap,
}

impl Bound {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Network,
        Self::Service,
        Self::Processor,
        Self::Work,
        Self::Fixed,
        Self::Disk,
        Self::Memory,
        Self::RateCap,
    ];
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Network => "network",
            Self::Service => "service",
            Self::Processor => "cpu",
            Self::Work => "work",
            Self::Fixed => "cap",
            Self::Disk => "disk",
            Self::Memory => "memory",
            Self::RateCap => "rate_cap",
        })
    }
}

/// What the controller is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Doubles as long as that helps.
    Climb,
    /// Holds the number.
    Hold,
    /// Tries a larger number.
    ProbeUp,
    /// Tries a smaller number.
    ProbeDown,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Climb => "climb",
            Self::Hold => "hold",
            Self::ProbeUp => "probe_up",
            Self::ProbeDown => "probe_down",
        })
    }
}

/// What is valid until the next window has been measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// How many requests may be in flight.
    pub concurrency: u32,
    /// How fast requests may start; `None`: as fast as they can.
    pub pace: Option<Pace>,
    /// No request starts for this long, because the service asked for it.
    pub hold: Option<Duration>,
    /// How many operations the disk may have at once; `None`: any number.
    pub turns: Option<u32>,
    /// The size of blocks for objects that begin now, in bytes.
    pub block_bytes: u64,
    /// What the controller is doing.
    pub phase: Phase,
    /// What limits the rate.
    pub bound: Bound,
}
