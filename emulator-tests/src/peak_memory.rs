//! A run of azring whose peak memory is measured.

use std::fs;

use crate::command::{Azring, Folder, Outcome};

/// The outcome of a run, and its peak memory.
#[derive(Debug)]
pub struct PeakMemoryRun {
    /// The outcome.
    pub outcome: Outcome,
    /// Its peak memory in bytes, mapped files included.
    pub peak_rss_bytes: u64,
}

impl Azring {
    /// Runs it to its end, and measures its peak memory.
    ///
    /// # Panics
    /// When it cannot be run, or does not end.
    pub fn run_measured(self) -> PeakMemoryRun {
        let folder = Folder::new();
        let told = folder.join("peak");
        let outcome = self.telling_its_peak(&told).run();
        let peak = fs::read_to_string(&told).ok();
        let peak = peak.and_then(|text| text.parse().ok());
        PeakMemoryRun {
            peak_rss_bytes: peak.unwrap_or_else(|| panic!("its memory is not known: {outcome}")),
            outcome,
        }
    }
}
