//! What is known about the requests that were served, and what is done to those to come: the request log, the counters, and
//! the fault plan in force. The connections report here; tests and the control endpoint ask here.

pub mod counters;
pub mod log;
pub mod record;

use crate::emulator::fault::Faults;

pub use counters::{Counters, Counts};
pub use log::Log;
pub use record::{ExchangeOutcome, RequestRecord};

/// Everything that watches a server.
#[derive(Debug, Default)]
pub struct Watch {
    /// Faults in force.
    pub faults: Faults,
    /// The request log.
    pub log: Log,
    /// Sums.
    pub counters: Counters,
}

impl Watch {
    /// Takes note of an exchange whose answer is ready, or that ended without one.
    pub fn note(&self, record: &RequestRecord<'_>) {
        self.counters.add(record);
        self.log.add(record);
    }

    /// Corrects a note: the answer did not get through. The log has a second line with the same request id.
    pub fn correct(&self, record: &RequestRecord<'_>) {
        self.counters.correct(record);
        self.log.add(record);
    }
}
