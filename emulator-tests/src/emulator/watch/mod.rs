//! The request log, the counters, and the current fault plan. Connections write here; tests and the
//! control endpoint read here.

pub mod counters;
pub mod log;
pub mod record;

use crate::emulator::fault::Faults;

pub use counters::{Counters, Counts};
pub use log::Log;
pub use record::{ExchangeOutcome, RequestRecord};

/// The faults, the log and the counters of a server.
#[derive(Debug, Default)]
pub struct Watch {
    /// The current faults.
    pub faults: Faults,
    /// The request log.
    pub log: Log,
    /// Sums.
    pub counters: Counters,
}

impl Watch {
    /// Logs and counts an exchange whose answer is ready, or that ended without one.
    pub fn note(&self, record: &RequestRecord<'_>) {
        self.counters.add(record);
        self.log.add(record);
    }

    /// Logs and counts that an answer was not sent after all. The log then has a second line with
    /// the same request id.
    pub fn correct(&self, record: &RequestRecord<'_>) {
        self.counters.correct(record);
        self.log.add(record);
    }
}
