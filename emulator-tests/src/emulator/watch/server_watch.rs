//! The faults, the log and the counters of a server.

use super::counters::Counters;
use super::log::Log;
use super::record::RequestRecord;
use crate::emulator::fault::Faults;

/// The faults, the log and the counters of a server.
#[derive(Debug, Default)]
pub struct ServerWatch {
    /// The current faults.
    pub faults: Faults,
    /// The request log.
    pub log: Log,
    /// Sums.
    pub counters: Counters,
}

impl ServerWatch {
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
