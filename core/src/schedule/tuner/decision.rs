//! What the controller wants, and why.

use std::fmt;
use std::time::Duration;

/// How fast requests may start, where the service pushes back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// So many bytes per second.
    Bytes(f64),
    /// So many requests per second.
    Requests(f64),
}

/// What holds the rate where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bound {
    /// Not known yet: concurrency still grows.
    #[default]
    Unknown,
    /// More requests bring nothing more: the network, or the service without saying so.
    Network,
    /// The service pushes back.
    Service,
    /// This machine's processor.
    Processor,
    /// There is not enough to do: the listing, the other end of a pipe, or the end of the run.
    Work,
    /// The number that the user fixed.
    Fixed,
    /// This machine's disk.
    Disk,
    /// The memory that may be used (`/Memory`).
    Memory,
}

impl Bound {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Network,
        Self::Service,
        Self::Processor,
        Self::Work,
        Self::Fixed,
        Self::Disk,
        Self::Memory,
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
        })
    }
}

/// What the controller is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Doubles as long as that helps.
    Climb,
    /// Stays.
    Hold,
    /// Tries more.
    ProbeUp,
    /// Tries fewer.
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

/// What holds until the next window has been measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// How many requests may be under way.
    pub concurrency: u32,
    /// How fast they may start; `None`: as fast as they can.
    pub pace: Option<Pace>,
    /// No request starts for this long: the service asked for it.
    pub hold: Option<Duration>,
    /// How many operations the disk may have at once; `None`: as many as come.
    pub turns: Option<u32>,
    /// How large the blocks of objects that begin now should be, in bytes.
    pub block_bytes: u64,
    /// What the controller is doing.
    pub phase: Phase,
    /// What holds the rate where it is.
    pub bound: Bound,
}
