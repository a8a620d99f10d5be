//! Faults on the wire: limited bandwidth and early ends. The wire asks for every piece that it
//! moves; a wire without faults does not ask.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use crate::emulator::clock::pause;

/// Bytes moved at once on a wire with limited bandwidth, so that the pace is even and an end is
/// exact.
const STEP_BYTES: u64 = 16 * 1024;

/// How a connection ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseManner {
    /// An orderly close.
    #[default]
    Close,
    /// A reset (RST).
    Reset,
    /// The emulator stops reading and sending, and leaves the connection open.
    Blackhole,
}

/// The faults of one direction of an exchange.
#[derive(Debug, Default)]
pub struct WireFaults {
    /// Bytes until the connection ends, and how.
    pub end_after: Option<(u64, CloseManner)>,
    /// A pause between bytes.
    pub byte_delay: Duration,
    /// Bandwidth limits, all of which apply.
    pub buckets: Vec<Arc<Bucket>>,
}

impl WireFaults {
    /// Whether there is any fault.
    pub fn any(&self) -> bool {
        self.end_after.is_some() || !self.byte_delay.is_zero() || !self.buckets.is_empty()
    }

    /// How many of `wanted` bytes may move now. The end of the connection is an error that
    /// [`planned_end`] recognises.
    pub fn allow(&self, wanted: u64) -> io::Result<u64> {
        let step = if self.byte_delay.is_zero() {
            STEP_BYTES
        } else {
            1
        };
        match self.end_after {
            Some((0, how)) => Err(io::Error::other(PlannedEnd(how))),
            Some((left, _)) => Ok(wanted.min(left).min(step)),
            None => Ok(wanted.min(step)),
        }
    }

    /// Counts bytes that have moved, and waits as long as they should have taken.
    pub fn moved(&mut self, bytes: u64) {
        if let Some((left, _)) = &mut self.end_after {
            *left -= bytes.min(*left);
        }
        let owed = self
            .buckets
            .iter()
            .map(|bucket| bucket.owe(bytes))
            .max()
            .unwrap_or_default();
        let wait = owed.max(self.byte_delay);
        if !wait.is_zero() {
            pause(wait);
        }
    }

    /// Fails if the connection ends here, where nothing more is to be moved.
    pub fn ends_here(&self) -> io::Result<()> {
        match self.end_after {
            Some((0, how)) => Err(io::Error::other(PlannedEnd(how))),
            _ => Ok(()),
        }
    }
}

/// The plan ends the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the fault plan ends this connection")]
pub struct PlannedEnd(pub CloseManner);

/// How the plan ended the connection, if this error is such an end.
pub fn planned_end(error: &io::Error) -> Option<CloseManner> {
    error
        .get_ref()?
        .downcast_ref::<PlannedEnd>()
        .map(|ended| ended.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_comes_exactly_where_it_was_set() {
        let mut faults = WireFaults {
            end_after: Some((20_000, CloseManner::Reset)),
            ..WireFaults::default()
        };
        let mut moved = 0;
        let error = loop {
            match faults.allow(100_000) {
                Ok(count) => {
                    faults.moved(count);
                    moved += count;
                }
                Err(error) => break error,
            }
        };
        assert_eq!(
            (moved, planned_end(&error)),
            (20_000, Some(CloseManner::Reset))
        );
    }
}
